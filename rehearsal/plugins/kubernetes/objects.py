"""Kubernetes objects as JSON: what they are, where they are, and what of them a user wrote."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from rehearsal.plugins.values import Json, dig, is_list, is_object

SKIP_AWAIT = "pulumi.com/skipAwait"
READ_ONLY = (
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "uid",
)
"""Metadata that only the API server writes."""


@dataclass(frozen=True)
class Kind:
    """An API version and a kind, such as `apps/v1` and `Deployment`."""

    api_version: str
    name: str

    @classmethod
    def of(cls, item: Mapping[str, Any]) -> Self:
        return cls(str(item.get("apiVersion", "")), str(item.get("kind", "")))

    @classmethod
    def of_token(cls, token: str) -> Self:
        """From a Pulumi type such as `kubernetes:apps/v1:Deployment` or `kubernetes:core/v1:Pod`."""
        _, api_version, name = token.split(":")
        return cls(api_version.removeprefix("core/"), name)

    @property
    def group(self) -> str:
        """Empty for the core group."""
        return self.api_version.rpartition("/")[0]

    @property
    def built_in(self) -> bool:
        """Whether Kubernetes itself serves it; its own groups have no dot, or end in `k8s.io` without being add-ons'."""
        return "." not in self.group or self.group in _BUILT_IN_GROUPS

    def __str__(self) -> str:
        return f"{self.api_version}/{self.name}"


_BUILT_IN_GROUPS = frozenset(
    f"{group}.k8s.io"
    for group in (
        "admissionregistration",
        "apiextensions",
        "apiregistration",
        "certificates",
        "coordination",
        "discovery",
        "events",
        "flowcontrol.apiserver",
        "networking",
        "node",
        "rbac.authorization",
        "resource",
        "scheduling",
        "storage",
        "storagemigration",
    )
)

CLUSTER_SCOPED = frozenset(
    {
        "APIService",
        "CSIDriver",
        "CSINode",
        "CertificateSigningRequest",
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "DeviceClass",
        "FlowSchema",
        "IngressClass",
        "MutatingWebhookConfiguration",
        "Namespace",
        "Node",
        "PersistentVolume",
        "PriorityClass",
        "PriorityLevelConfiguration",
        "ResourceSlice",
        "RuntimeClass",
        "StorageClass",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
        "VolumeAttachment",
    }
)
"""Built-in kinds that have no namespace, for when there is no API server to ask."""


def metadata(item: Json) -> Json:
    """The object's metadata; a missing or unknown one reads as empty."""
    found = item.get("metadata")
    return found if is_object(found) else {}


def name(item: Json) -> str:
    found = metadata(item).get("name")
    return found if isinstance(found, str) else ""


def namespace(item: Json) -> str:
    found = metadata(item).get("namespace")
    return found if isinstance(found, str) else ""


def set_namespace(item: Json, value: str) -> None:
    """An empty one removes it. Unknown metadata stays unknown."""
    if not value:
        metadata(item).pop("namespace", None)
    elif is_object(found := item.setdefault("metadata", {})):
        found["namespace"] = value


def set_name(item: Json, value: str) -> None:
    """Unknown metadata stays unknown."""
    if is_object(found := item.setdefault("metadata", {})):
        found["name"] = value


def annotation(item: Json, key: str) -> str:
    found = metadata(item).get("annotations")
    value = found.get(key) if is_object(found) else None
    return value if isinstance(value, str) else ""


def annotate(item: Json, key: str, value: str) -> None:
    """Set an annotation of an object with metadata, unless annotations are not known yet."""
    found = metadata(item).setdefault("annotations", {})
    if is_object(found):
        found[key] = value


def identifier(item: Json) -> str:
    """Pulumi's id of the object: `namespace/name`, or `name` alone."""
    return "/".join(part for part in (namespace(item), name(item)) if part)


def split_identifier(text: str) -> tuple[str, str]:
    """Namespace (empty when there is none) and name."""
    head, separator, tail = text.partition("/")
    return (head, tail) if separator else ("", head)


def dig_object(item: Any, *path: str) -> Json:
    """The object at the end of the path; empty when there is none."""
    found = dig(item, *path)
    return found if is_object(found) else {}


def dig_list(item: Any, *path: str) -> list[Any]:
    """The list at the end of the path; empty when there is none."""
    found = dig(item, *path)
    return found if is_list(found) else []


def prune(live: Any, shape: Any) -> Any:
    """What `live` holds of the fields that `shape` names, so that defaults of the API server are no difference.

    Lists are cut to the shape's length; a value of another type is taken whole.
    """
    if is_object(live) and is_object(shape):
        return {key: prune(value, shape[key]) for key, value in live.items() if key in shape}
    if is_list(live) and is_list(shape):
        return [prune(value, part) for value, part in zip(live, shape, strict=False)]
    return live
