"""A team's share of the cluster: its namespace, how much it may use, who may enter, who may call."""

from collections import Counter
from typing import Final

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.core.v1 import LimitRangeItemArgsDict

import config.tenancy
from components.naming import MANAGED, POD_SECURITY, TEAM, type_token
from components.tenancy import network
from config.catalog import ACCELERATORS
from config.model import quantity

DATASETS: Final = "datasets"
"""Name of the claim that all pods of a team share."""

_CONTAINER_DEFAULTS: Final[LimitRangeItemArgsDict] = {
    "type": "Container",
    "default_request": {"cpu": "250m", "memory": "512Mi"},
    "default": {"cpu": "1", "memory": "2Gi"},
}
"""For containers that say nothing: without it, a quota on limits would refuse them."""


class Team(pulumi.ComponentResource):
    """One namespace with a quota, a role binding, a closed network and a shared volume.

    Needs a Kubernetes provider in `opts.providers`; everything inside inherits it.
    """

    namespace: pulumi.Output[str]
    """The namespace's name, known once the namespace exists."""

    def __init__(
        self,
        name: str,
        team: config.tenancy.Team,
        role: pulumi.Input[str],
        storage_class: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ):
        super().__init__(type_token("tenancy", "Team"), name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        namespace = k8s.core.v1.Namespace(
            f"{name}-namespace",
            metadata={"name": team.name, "labels": {**MANAGED, TEAM: team.name, POD_SECURITY: "restricted"}},
            opts=child,
        )
        self.namespace = namespace.metadata.name

        k8s.core.v1.ResourceQuota(
            f"{name}-quota",
            metadata={"name": "team", "namespace": self.namespace, "labels": MANAGED},
            spec={"hard": hard(team.quota)},
            opts=child,
        )
        k8s.core.v1.LimitRange(
            f"{name}-limits",
            metadata={"name": "team", "namespace": self.namespace, "labels": MANAGED},
            spec={"limits": [_CONTAINER_DEFAULTS]},
            opts=child,
        )
        k8s.rbac.v1.RoleBinding(
            f"{name}-engineers",
            metadata={"name": "engineers", "namespace": self.namespace, "labels": MANAGED},
            role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
            subjects=[{"api_group": "rbac.authorization.k8s.io", "kind": "Group", "name": team.group}],
            opts=child,
        )
        for policy, spec in network.POLICIES.items():
            k8s.networking.v1.NetworkPolicy(
                f"{name}-{policy}",
                metadata={"name": policy, "namespace": self.namespace, "labels": MANAGED},
                spec=spec,
                opts=child,
            )
        k8s.core.v1.PersistentVolumeClaim(
            f"{name}-{DATASETS}",
            metadata={"name": DATASETS, "namespace": self.namespace, "labels": MANAGED},
            spec={
                "access_modes": ["ReadWriteMany"],
                "storage_class_name": storage_class,
                "resources": {"requests": {"storage": team.datasets}},
            },
            opts=child,
        )
        self.register_outputs({"namespace": self.namespace})


def hard(quota: config.tenancy.Quota) -> dict[str, str]:
    """A quota as `ResourceQuota.spec.hard`: every kind of device is named, since what is not named is not limited."""
    devices = Counter[str]()
    for name, accelerator in ACCELERATORS.items():
        # Extended resources exist only as requests there.
        devices[f"requests.{accelerator.resource}"] += quota.ceiling(name)
    return {
        "requests.cpu": quota.requests.cpu,
        "requests.memory": quota.requests.memory,
        "limits.cpu": quota.limits.cpu,
        "limits.memory": quota.limits.memory,
        "pods": quantity(quota.pods),
        **{resource: quantity(count) for resource, count in devices.items()},
    }
