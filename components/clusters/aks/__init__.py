"""Azure Kubernetes Service."""

from typing import Final

import pulumi
import pulumi_kubernetes as k8s
from pulumi_azure_native import Provider
from pulumi_azure_native.resources import ResourceGroup

import config.clusters
from components.clusters.aks import autoscaler
from components.clusters.aks.control_plane import ControlPlane
from components.clusters.aks.kubeconfig import kubeconfig
from components.clusters.aks.network import Network
from components.clusters.aks.node_pools import AksNodePool, reservations
from components.clusters.base import Cluster, Disk, Pool
from components.naming import type_token
from config import node_images
from config.node_pool import NodePool

_DISKS: Final = {
    "block": Disk("disk.csi.azure.com", {"skuName": "Premium_LRS"}),
    # NFS is for premium accounts only; mounts are let in by subnet, and have no key that could leak.
    "shared": Disk("file.csi.azure.com", {"protocol": "nfs", "skuName": "Premium_LRS"}),
}


class Aks(Cluster):
    """A resource group with a network, a managed cluster, and the stack's pools."""

    def __init__(
        self,
        name: str,
        cluster: config.clusters.Aks,
        node_pools: tuple[NodePool, ...],
        opts: pulumi.ResourceOptions | None = None,
    ):
        super().__init__(type_token("clusters", "Aks"), name, None, opts)
        azure = Provider(
            f"{name}-azure",
            location=cluster.region,
            subscription_id=cluster.subscription,
            opts=pulumi.ResourceOptions(parent=self),
        )
        part = pulumi.ResourceOptions(parent=self, providers=[azure])
        physical = cluster.name or f"{pulumi.get_project()}-{pulumi.get_stack()}"
        group = ResourceGroup(
            f"{name}-group", resource_group_name=physical, opts=pulumi.ResourceOptions(parent=self, provider=azure)
        )
        network = None if cluster.network.existing else Network(f"{name}-network", cluster.network, group.name, part)
        subnet = network.subnet if network else cluster.network.existing or ""
        plane = ControlPlane(f"{name}-control-plane", cluster, physical, group.name, subnet, network and network.egress, part)
        self.native = plane.cluster
        self.pools = {pool.name: _described(pool) for pool in node_pools}
        may_use = reservations(name, node_pools, plane, pulumi.ResourceOptions(parent=self, provider=azure))
        groups = [
            AksNodePool(f"{name}-{pool.name}", pool, self.pools[pool.name], cluster, plane, may_use, group.name, subnet, part)
            for pool in node_pools
        ]
        self.kubernetes = k8s.Provider(
            f"{name}-kubernetes",
            kubeconfig=kubeconfig(group.name, plane.cluster, physical, plane),
            # Without it, a cluster with another address would mean another cluster: everything would be replaced.
            cluster_identifier=name,
            # Destroyed before them: without its admins nobody could delete what is in the cluster, and without nodes pods
            # would never be seen to end.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*plane.admins, *groups]),
        )
        autoscaler.order(name, node_pools, pulumi.ResourceOptions(parent=self, provider=self.kubernetes))
        self.disks = _DISKS
        self.register_outputs({"resourceGroup": group.name})


def _described(pool: NodePool) -> Pool:
    machine = pool.machine("azure")
    return Pool.of(pool, machine, node_images.software(machine, pool.image, pool.driver).preinstalled)
