"""Cloud KMS: keys, and who may use them."""

from typing import Final

from rehearsal.clouds.gcp.names import WORDS, project
from rehearsal.clouds.kind import Kind, Reference

KEY_RING: Final = "gcp:kms/keyRing:KeyRing"
KEY: Final = "gcp:kms/cryptoKey:CryptoKey"
PERMISSION: Final = "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember"

KINDS: Final = (
    Kind(
        KEY_RING,
        identify=lambda request: (
            f"projects/{project(request)}/locations/{request.inputs['location']}/keyRings/{request.inputs['name']}"
        ),
        computed=lambda request, _: {"project": project(request)},
        autoname="name",
        unique=("name",),
        frozen=frozenset({"name", "location", "project"}),
        words=WORDS,
    ),
    Kind(
        KEY,
        identify=lambda request: f"{request.inputs['keyRing']}/cryptoKeys/{request.inputs['name']}",
        computed=lambda _, id_: {"primaries": [{"name": f"{id_}/cryptoKeyVersions/1", "state": "ENABLED"}]},
        autoname="name",
        references=(Reference("keyRing", KEY_RING),),
        frozen=frozenset({"name", "keyRing", "purpose", "importOnly", "skipInitialVersionCreation"}),
        words=WORDS,
    ),
    Kind(
        PERMISSION,
        identify=lambda request: "/".join(request.inputs[part] for part in ("cryptoKeyId", "role", "member")),
        computed=lambda _request, _id: {"etag": "BwY="},
        references=(Reference("cryptoKeyId", KEY),),
        frozen=frozenset({"cryptoKeyId", "role", "member", "condition"}),
        words=WORDS,
    ),
)
