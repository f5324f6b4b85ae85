"""The Cluster Autoscaler where Cluster API makes the machines: it sets the replicas of what its owner has marked for it."""

from collections.abc import Iterable
from typing import Final

import pulumi
from pulumi_kubernetes.core.v1 import PodSpecArgsDict
from pulumi_kubernetes.rbac.v1 import PolicyRuleArgsDict

import config.clusters
from components.clusters import cluster_autoscaler
from components.clusters.cluster_autoscaler.rbac import NAME, READ, ClusterAutoscalerAccess, grant, rule
from components.naming import type_token

_FLAGS: Final = (
    "--cloud-provider=clusterapi",
    # Of groups whose nodes would do, the one with the least to spare: GPUs for those who ask for them.
    "--expander=least-waste",
    # A physical machine with terabytes of memory takes a quarter of an hour only to start.
    "--max-node-provision-time=30m",
)

_GROUPS: Final = ("machinedeployments", "machinesets", "machinepools")
"""What has replicas."""

_KUBECONFIGS: Final = "/etc/cluster-api"


def rules(machine_templates: Iterable[str]) -> list[PolicyRuleArgsDict]:
    """What it may do with the objects of Cluster API, in the one namespace where the cluster's are.

    `machine_templates`: kinds. They are named, since some of the others that providers of infrastructure define tell where their
    credentials are. And they can't be left out: the autoscaler looks a template up even where annotations say all of it, and
    waits for ever if it may not.
    """
    return [
        rule("cluster.x-k8s.io", [*_GROUPS, "machines"], READ),
        rule("cluster.x-k8s.io", [f"{group}/scale" for group in _GROUPS], ["get", "patch"]),
        # An annotation says which machine goes when there is to be one less.
        rule("cluster.x-k8s.io", ["machines"], ["update"]),
        # The plural as the autoscaler itself makes it.
        rule("infrastructure.cluster.x-k8s.io", [f"{kind.lower()}s" for kind in machine_templates], READ),
    ]


class ClusterApiAutoscaler(pulumi.ComponentResource):
    """Adds machines to the cluster and takes them away."""

    def __init__(
        self,
        name: str,
        autoscaler: config.clusters.Autoscaler,
        opts: pulumi.ResourceOptions | None = None,
    ):
        super().__init__(type_token("clusters", "ClusterApiAutoscaler"), name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        rights: list[pulumi.Resource] = [ClusterAutoscalerAccess(f"{name}-access", opts=child)]
        if not autoscaler.management_secret:
            # Of a name of its own: the cluster's objects may be in the autoscaler's namespace.
            rights += grant(
                f"{name}-machines", f"{NAME}-machines", autoscaler.namespace, rules(autoscaler.machine_templates), child
            )
        cluster_autoscaler.deployment(name, _pod(autoscaler), pulumi.ResourceOptions(parent=self, depends_on=rights))
        self.register_outputs({})


def _pod(autoscaler: config.clusters.Autoscaler) -> PodSpecArgsDict:
    discovery = f"--node-group-auto-discovery=clusterapi:clusterName={autoscaler.cluster_name},namespace={autoscaler.namespace}"
    if not autoscaler.management_secret:
        return {"containers": [cluster_autoscaler.container(autoscaler.version, [*_FLAGS, discovery])]}
    # What it needs of this cluster, such as its nodes, it still reads as its service account.
    flags = [*_FLAGS, discovery, f"--cloud-config={_KUBECONFIGS}/value"]
    container = cluster_autoscaler.container(autoscaler.version, flags)
    container["volume_mounts"] = [{"name": "management", "mount_path": _KUBECONFIGS, "read_only": True}]
    return {
        "containers": [container],
        "volumes": [{"name": "management", "secret": {"secret_name": autoscaler.management_secret}}],
    }
