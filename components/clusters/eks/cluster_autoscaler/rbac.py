"""What the Cluster Autoscaler may do in the cluster."""

from typing import Final

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict
from pulumi_kubernetes.rbac.v1 import PolicyRuleArgsDict, RoleRefArgsDict, SubjectArgsDict

from components.naming import app, type_token

NAME: Final = "cluster-autoscaler"
NAMESPACE: Final = "kube-system"
"""Where API servers answer first, also when everybody else asks too much."""
PRIORITIES: Final = f"{NAME}-priority-expander"

_READ: Final = ["get", "list", "watch"]


def _rule(group: str, resources: list[str], verbs: list[str], names: list[str] | None = None) -> PolicyRuleArgsDict:
    rule: PolicyRuleArgsDict = {"api_groups": [group], "resources": resources, "verbs": verbs}
    if names:
        rule["resource_names"] = names
    return rule


EVERYWHERE: Final = (
    _rule("", ["nodes"], [*_READ, "update"]),
    _rule("", ["pods/eviction"], ["create"]),
    _rule("", ["events"], ["create", "patch"]),
    _rule(
        "",
        ["namespaces", "pods", "services", "replicationcontrollers", "persistentvolumes", "persistentvolumeclaims"],
        _READ,
    ),
    _rule("apps", ["daemonsets", "replicasets", "statefulsets"], _READ),
    _rule("batch", ["jobs"], _READ),
    _rule("policy", ["poddisruptionbudgets"], _READ),
    _rule(
        "storage.k8s.io",
        ["storageclasses", "csinodes", "csidrivers", "csistoragecapacities", "volumeattachments"],
        _READ,
    ),
    _rule("resource.k8s.io", ["resourceclaims", "resourceslices", "deviceclasses"], _READ),
)
"""To taint a node and evict its pods; and to know all that a scheduler knows."""

AT_HOME: Final = (
    _rule("", ["configmaps"], ["create", "list", "watch"]),
    _rule("", ["configmaps"], ["get", "update", "delete"], [f"{NAME}-status"]),
    _rule("", ["configmaps"], ["get"], [PRIORITIES]),
    _rule("coordination.k8s.io", ["leases"], ["create"]),
    _rule("coordination.k8s.io", ["leases"], ["get", "update"], [NAME]),
)
"""In its own namespace: its status, its priorities, and which of its pods leads."""

_GROUP: Final = "rbac.authorization.k8s.io"


class EksClusterAutoscalerAccess(pulumi.ComponentResource):
    """A service account, and its rights in the whole cluster and in its own namespace."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None):
        super().__init__(type_token("clusters", "EksClusterAutoscalerAccess"), name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        labels = app(NAME, component="autoscaler")
        inside: ObjectMetaArgsDict = {"name": NAME, "namespace": NAMESPACE, "labels": labels}
        everywhere: ObjectMetaArgsDict = {"name": NAME, "labels": labels}
        subjects: list[SubjectArgsDict] = [{"kind": "ServiceAccount", "name": NAME, "namespace": NAMESPACE}]
        cluster_role: RoleRefArgsDict = {"api_group": _GROUP, "kind": "ClusterRole", "name": NAME}
        role: RoleRefArgsDict = {"api_group": _GROUP, "kind": "Role", "name": NAME}

        k8s.core.v1.ServiceAccount(f"{name}-account", metadata=inside, opts=child)
        k8s.rbac.v1.ClusterRole(f"{name}-cluster-role", metadata=everywhere, rules=list(EVERYWHERE), opts=child)
        k8s.rbac.v1.ClusterRoleBinding(
            f"{name}-cluster-binding", metadata=everywhere, role_ref=cluster_role, subjects=subjects, opts=child
        )
        k8s.rbac.v1.Role(f"{name}-role", metadata=inside, rules=list(AT_HOME), opts=child)
        k8s.rbac.v1.RoleBinding(f"{name}-binding", metadata=inside, role_ref=role, subjects=subjects, opts=child)
        self.register_outputs({})
