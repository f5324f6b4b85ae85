"""What the members of a team may do in its namespace."""

from typing import Final

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.rbac.v1 import PolicyRuleArgsDict

from components.naming import MANAGED, type_token

ENGINEER: Final = "ml-platform:engineer"

_LOOK: Final = ["get", "list", "watch"]
_WORK: Final = [*_LOOK, "create", "update", "patch", "delete"]


def _rule(group: str, verbs: list[str], *resources: str) -> PolicyRuleArgsDict:
    return {"api_groups": [group], "resources": list(resources), "verbs": verbs}


ENGINEER_RULES: Final[list[PolicyRuleArgsDict]] = [
    _rule("", _WORK, "pods", "services", "configmaps", "secrets", "persistentvolumeclaims"),
    _rule("", ["get"], "pods/log"),
    _rule("", ["create"], "pods/exec", "pods/portforward"),
    _rule("", _LOOK, "events", "resourcequotas", "limitranges", "serviceaccounts"),
    _rule("apps", _WORK, "deployments", "statefulsets"),
    _rule("apps", ["get", "update", "patch"], "deployments/scale", "statefulsets/scale"),
    _rule("apps", _LOOK, "replicasets"),
    _rule("batch", _WORK, "jobs", "cronjobs"),
    _rule("autoscaling", _WORK, "horizontalpodautoscalers"),
    _rule("policy", _WORK, "poddisruptionbudgets"),
    _rule("networking.k8s.io", _LOOK, "networkpolicies"),
    _rule("kueue.x-k8s.io", _LOOK, "localqueues", "workloads"),
]
"""Run workloads and see why they wait; nothing that widens the team's own quota, network or rights."""


class Roles(pulumi.ComponentResource):
    """The cluster-wide roles that teams are bound to, each in its own namespace."""

    engineer: pulumi.Output[str]
    """Name of the ClusterRole of a team's members."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None):
        super().__init__(type_token("tenancy", "Roles"), name, None, opts)
        role = k8s.rbac.v1.ClusterRole(
            f"{name}-engineer",
            metadata={"name": ENGINEER, "labels": MANAGED},
            rules=ENGINEER_RULES,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.engineer = role.metadata.name
        self.register_outputs({"engineer": self.engineer})
