"""The files of configuration that the API server and kwok read."""

import secrets
from base64 import b64encode
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

from rehearsal.control_plane.api import Json
from rehearsal.control_plane.site import Site
from rehearsal.files import write_atomically

SOCKET = "egress.sock"
"""The egress proxy's socket, in the folder that the API server and the supervisor work in."""

STAGES = Path(__file__).parent.parent / "stages"
"""The lifecycles that kwok plays: one file a stage."""


def encryption(site: Site) -> Path:
    """Encryption of Secrets at rest; its key is made once, for without it the Secrets in etcd are lost."""
    path = site.layout.pki / "encryption.yaml"
    if not path.exists():
        key = {"name": "rehearsal", "secret": b64encode(secrets.token_bytes(32)).decode()}
        # `identity` last: it reads what was written before there was encryption, and writes nothing.
        providers: list[Json] = [{"secretbox": {"keys": [key]}}, {"identity": {}}]
        resources: list[Json] = [{"resources": ["secrets"], "providers": providers}]
        _write(path, {"apiVersion": "apiserver.config.k8s.io/v1", "kind": "EncryptionConfiguration", "resources": resources})
    return path


def egress(site: Site) -> Path:
    """How the API server reaches Services: through our proxy. Everything else (etcd, URLs) it dials itself.

    The socket's name is relative: its full path might exceed the hundred characters that a socket's name may have.
    """
    proxy = {"proxyProtocol": "HTTPConnect", "transport": {"uds": {"udsName": SOCKET}}}
    direct = {"proxyProtocol": "Direct"}
    selections = [
        {"name": "cluster", "connection": proxy},
        {"name": "controlplane", "connection": direct},
        {"name": "etcd", "connection": direct},
    ]
    return _write(
        site.layout.state / "egress.yaml",
        {"apiVersion": "apiserver.k8s.io/v1beta1", "kind": "EgressSelectorConfiguration", "egressSelections": selections},
    )


def stages(site: Site, real: Iterable[Mapping[str, str]]) -> Path:
    """The stages, but for pods with one of these sets of labels: real processes stand for them."""
    documents: list[Json] = [yaml.safe_load(path.read_text()) for path in sorted(STAGES.glob("*.yaml"))]
    for labels in real:
        all_equal = " and ".join(f'.["{key}"] == "{value}"' for key, value in labels.items())
        excluded: Json = {"key": f".metadata.labels | ({all_equal}) | tostring", "operator": "NotIn", "values": ["true"]}
        for document in documents:
            if document["spec"]["resourceRef"]["kind"] == "Pod":
                document["spec"]["selector"]["matchExpressions"].append(excluded)
    path = site.layout.state / "stages.yaml"
    write_atomically(path, yaml.safe_dump_all(documents, sort_keys=False))
    return path


def _write(path: Path, document: Json) -> Path:
    write_atomically(path, yaml.safe_dump(document, sort_keys=False))
    return path
