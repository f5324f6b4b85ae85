"""What the Cluster Autoscaler may do in its cluster, whoever makes the machines."""

from collections.abc import Sequence
from typing import Final

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict
from pulumi_kubernetes.rbac.v1 import PolicyRuleArgsDict, RoleRefArgsDict, SubjectArgsDict

from components.naming import app, type_token

NAME: Final = "cluster-autoscaler"
NAMESPACE: Final = "kube-system"
"""Where API servers answer first, also when everybody else asks too much."""
LABELS: Final = app(NAME, component="autoscaler")

READ: Final = ("get", "list", "watch")


def rule(group: str, resources: Sequence[str], verbs: Sequence[str], names: Sequence[str] = ()) -> PolicyRuleArgsDict:
    """One rule of a role; with `names`, for these objects alone."""
    rule: PolicyRuleArgsDict = {"api_groups": [group], "resources": list(resources), "verbs": list(verbs)}
    if names:
        rule["resource_names"] = list(names)
    return rule


EVERYWHERE: Final = (
    rule("", ["nodes"], [*READ, "update"]),
    rule("", ["pods/eviction"], ["create"]),
    rule("", ["events"], ["create", "patch"]),
    rule(
        "",
        ["namespaces", "pods", "services", "replicationcontrollers", "persistentvolumes", "persistentvolumeclaims"],
        READ,
    ),
    rule("apps", ["daemonsets", "replicasets", "statefulsets"], READ),
    rule("batch", ["jobs"], READ),
    rule("policy", ["poddisruptionbudgets"], READ),
    rule(
        "storage.k8s.io",
        ["storageclasses", "csinodes", "csidrivers", "csistoragecapacities", "volumeattachments"],
        READ,
    ),
    rule("resource.k8s.io", ["resourceclaims", "resourceslices", "deviceclasses"], READ),
)
"""To taint a node and evict its pods; and to know all that a scheduler knows."""

AT_HOME: Final = (
    rule("", ["configmaps"], ["create"]),
    rule("", ["configmaps"], ["get", "update", "delete"], [f"{NAME}-status"]),
    rule("coordination.k8s.io", ["leases"], ["create"]),
    rule("coordination.k8s.io", ["leases"], ["get", "update"], [NAME]),
)
"""In its own namespace: its status, and which of its pods leads."""

_GROUP: Final = "rbac.authorization.k8s.io"
_SUBJECTS: Final[list[SubjectArgsDict]] = [{"kind": "ServiceAccount", "name": NAME, "namespace": NAMESPACE}]


def grant(
    name: str, role: str, namespace: str, rules: Sequence[PolicyRuleArgsDict], opts: pulumi.ResourceOptions
) -> list[pulumi.Resource]:
    """Rights in one namespace, by a role of this name there."""
    inside: ObjectMetaArgsDict = {"name": role, "namespace": namespace, "labels": LABELS}
    return [
        k8s.rbac.v1.Role(f"{name}-role", metadata=inside, rules=list(rules), opts=opts),
        k8s.rbac.v1.RoleBinding(f"{name}-binding", metadata=inside, role_ref=_to("Role", role), subjects=_SUBJECTS, opts=opts),
    ]


class ClusterAutoscalerAccess(pulumi.ComponentResource):
    """A service account, and its rights in the whole cluster and in its own namespace."""

    def __init__(
        self,
        name: str,
        at_home: Sequence[PolicyRuleArgsDict] = (),
        opts: pulumi.ResourceOptions | None = None,
    ):
        """`at_home`: more rights in its own namespace."""
        super().__init__(type_token("clusters", "ClusterAutoscalerAccess"), name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        inside: ObjectMetaArgsDict = {"name": NAME, "namespace": NAMESPACE, "labels": LABELS}
        everywhere: ObjectMetaArgsDict = {"name": NAME, "labels": LABELS}

        k8s.core.v1.ServiceAccount(f"{name}-account", metadata=inside, opts=child)
        k8s.rbac.v1.ClusterRole(f"{name}-cluster-role", metadata=everywhere, rules=list(EVERYWHERE), opts=child)
        k8s.rbac.v1.ClusterRoleBinding(
            f"{name}-cluster-binding",
            metadata=everywhere,
            role_ref=_to("ClusterRole", NAME),
            subjects=_SUBJECTS,
            opts=child,
        )
        grant(name, NAME, NAMESPACE, [*AT_HOME, *at_home], child)
        self.register_outputs({})


def _to(kind: str, name: str) -> RoleRefArgsDict:
    return {"api_group": _GROUP, "kind": kind, "name": name}
