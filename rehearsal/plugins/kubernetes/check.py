"""From what the program says to the inputs of an object: its name, its namespace, its normal form."""

import hashlib
import secrets

from pulumi.runtime.proto.provider_pb2 import CheckRequest

from rehearsal.plugins.kubernetes import objects
from rehearsal.plugins.kubernetes.client import Client
from rehearsal.plugins.kubernetes.errors import ProviderError
from rehearsal.plugins.kubernetes.normal import normal
from rehearsal.plugins.kubernetes.objects import CLUSTER_SCOPED, Kind
from rehearsal.plugins.values import UNKNOWN, Json, is_object

AUTONAMED = "pulumi.com/autonamed"
MANAGED_BY = "app.kubernetes.io/managed-by"

Autonaming = CheckRequest.AutonamingOptions


def checked(item: Json, old: Json, name: str, seed: bytes, autonaming: Autonaming | None) -> Json:
    """The object in its normal form and with a name: its own, that of its last version, or a new one.

    A new name is the resource's `name` and eight hexadecimal digits that follow from `seed`, so that a plan and its
    update agree; or what Pulumi's autonaming configuration proposes.
    """
    item = normal(item)
    given = objects.metadata(item)
    if not given.get("name") and item.get("metadata") is not UNKNOWN:
        if given.get("generateName"):
            raise ProviderError("server-side apply has no `metadata.generateName`; leave the name to Pulumi, or set it")
        if autonamed(old) or not old:
            objects.set_name(item, objects.name(old) or _new_name(name, seed, autonaming))
            objects.annotate(item, AUTONAMED, "true")
    if objects.dig(old, "metadata", "labels", MANAGED_BY) == "pulumi":  # from a state made by client-side apply
        labels = objects.metadata(item).setdefault("labels", {})
        if is_object(labels):
            labels[MANAGED_BY] = "pulumi"
    return item


def autonamed(item: Json) -> bool:
    return objects.annotation(item, AUTONAMED) == "true"


def _new_name(name: str, seed: bytes, autonaming: Autonaming | None) -> str:
    if autonaming is not None:
        if autonaming.mode == Autonaming.DISABLE:
            raise ProviderError("autonaming is disabled: set `metadata.name`")
        return autonaming.proposed_name
    suffix = hashlib.sha256(seed).hexdigest()[:8] if seed else secrets.token_hex(4)
    return f"{name}-{suffix}"


def settle_namespace(item: Json, namespaced: bool, default: str) -> None:
    """Give a namespaced object without a namespace the default one, and take it from one that cannot have any."""
    if not namespaced:
        objects.set_namespace(item, "")
    elif not objects.metadata(item).get("namespace"):
        objects.set_namespace(item, default)


def is_namespaced(kind: Kind, client: Client | None, definitions: dict[tuple[str, str], str]) -> bool:
    """Whether a kind has namespaces: from `definitions` (those of this program), from the API server, or by its name."""
    scope = definitions.get((kind.group, kind.name))
    if scope is not None:
        return scope == "Namespaced"
    return client.namespaced(kind) if client else kind.name not in CLUSTER_SCOPED
