"""A cluster that is there already: used, never owned."""

from collections.abc import Mapping

import pulumi
import pulumi_kubernetes as k8s

import config.clusters
from components.clusters.base import Cluster, Disk, Pool
from components.clusters.existing.autoscaler import ClusterApiAutoscaler
from components.clusters.kubeconfig import KubeconfigError, checked
from components.naming import type_token
from config import load
from config.node_pool import NodePool


class Existing(Cluster):
    """The way into the cluster, and its nodes as pools; neither is made here, nor deleted with the stack. On request, who has
    Cluster API make more of them."""

    def __init__(
        self,
        name: str,
        cluster: config.clusters.Existing,
        node_pools: tuple[NodePool, ...],
        opts: pulumi.ResourceOptions | None = None,
    ):
        super().__init__(type_token("clusters", "Existing"), name, None, opts)
        self.kubernetes = k8s.Provider(
            f"{name}-kubernetes",
            kubeconfig=_kubeconfig(cluster),
            context=cluster.context,
            # Without it, a kubeconfig with another address would mean another cluster: everything would be replaced.
            cluster_identifier=name,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.pools: Mapping[str, Pool] = {pool.name: Pool.of(pool, pool.machine()) for pool in node_pools}
        drivers = {"block": cluster.block, "shared": cluster.shared}
        self.disks = {kind: Disk(driver.provisioner, driver.parameters) for kind, driver in drivers.items()}
        if cluster.autoscaler:
            inside = pulumi.ResourceOptions(parent=self, providers=[self.kubernetes])
            ClusterApiAutoscaler(f"{name}-autoscaler", cluster.autoscaler, inside)
        self.register_outputs({})


def _kubeconfig(cluster: config.clusters.Existing) -> pulumi.Input[str]:
    """The secret `ml-platform:kubeconfig` if the stack has one (for CI, where there is no file), else the file.

    Raises pulumi.RunError for a file that leads nowhere.
    """
    if secret := load.secret("kubeconfig"):
        return secret
    try:
        # A kubeconfig may hold keys: as a secret it is never shown, and encrypted in the state.
        return pulumi.Output.secret(checked(load.PROJECT / cluster.kubeconfig.expanduser(), cluster.context))
    except KubeconfigError as wrong:
        raise pulumi.RunError(f"ml-platform:cluster.kubeconfig: {wrong}") from None
