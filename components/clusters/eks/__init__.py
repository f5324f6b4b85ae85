"""Amazon EKS: the cluster, the network under it and the nodes in it, from AWS's own resources."""

from collections.abc import Mapping

import pulumi
import pulumi_aws
import pulumi_kubernetes as k8s

import config.clusters
from components.clusters.base import Cluster, Disk, Pool
from components.clusters.eks import control_plane, encryption, machines, shared_storage
from components.clusters.eks.account import account, admins
from components.clusters.eks.addons import AFTER_NODES, FIRST, SHARED, EksAddons
from components.clusters.eks.cluster_autoscaler import EksClusterAutoscaler
from components.clusters.eks.control_plane import EksAccess
from components.clusters.eks.groups import Group, divided, groups
from components.clusters.eks.identity import EksRole, service
from components.clusters.eks.karpenter import EksKarpenter
from components.clusters.eks.kubeconfig import kubeconfig
from components.clusters.eks.network import EksNetwork
from components.clusters.eks.node_group import EksNodeGroup
from components.naming import type_token
from config.node_pool import NodePool

_NODE_POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly")
"""All that a node itself may do: join, and pull images. What add-ons may do, only they may."""


class Eks(Cluster):
    """A private cluster with a node group for each way of buying each pool's machines."""

    def __init__(
        self,
        name: str,
        cluster: config.clusters.Eks,
        node_pools: tuple[NodePool, ...],
        opts: pulumi.ResourceOptions | None = None,
    ):
        super().__init__(type_token("clusters", "Eks"), name, None, opts)
        cluster_name = cluster.name or f"{pulumi.get_project()}-{pulumi.get_stack()}"
        aws = pulumi_aws.Provider(
            f"{name}-aws",
            region=cluster.region,
            # Whoever names the admins has named the account: with credentials of another one, nothing is touched.
            allowed_account_ids=sorted({principal.split(":")[4] for principal in cluster.admins}) or None,
            default_tags={"tags": {"Project": pulumi.get_project(), "Stack": pulumi.get_stack()}},
            opts=pulumi.ResourceOptions(parent=self),
        )
        us = account(cluster.region, aws)
        child = pulumi.ResourceOptions(parent=self, providers=[aws])

        key = encryption.key(name, cluster_name, us, child)
        network = EksNetwork(f"{name}-network", cluster, cluster_name, us, key.arn, child)
        subnets = network.private
        native = control_plane.create(name, cluster, cluster_name, list(subnets.values()), key.arn, child)
        access = EksAccess(f"{name}-access", native.name, admins(cluster, us), child)

        first = EksAddons(f"{name}-first", native, cluster.version, FIRST, us, child)
        self.pools: Mapping[str, Pool] = {pool.name: _pool(pool) for pool in node_pools}
        nodes = EksRole(f"{name}-node", service("ec2.amazonaws.com"), managed=_NODE_POLICIES, opts=child)
        # A node whose role lost its policies, or whose network its plugin, can't be drained.
        with_network = pulumi.ResourceOptions(parent=self, providers=[aws], depends_on=[network, first, nodes])
        managed, made_by_karpenter = divided(groups(node_pools, cluster.spanned), cluster.autoscaler)
        node_groups = [
            EksNodeGroup(
                f"{name}-{group.key}",
                native,
                group,
                self.pools[group.pool.name],
                nodes.arn,
                [subnets[zone] for zone in group.zones],
                with_network,
            )
            for group in managed
        ]
        with_nodes = pulumi.ResourceOptions(parent=self, providers=[aws], depends_on=node_groups)
        late = (*AFTER_NODES, SHARED[cluster.shared_storage])
        rest = EksAddons(f"{name}-rest", native, cluster.version, late, us, with_nodes)
        shared = shared_storage.KINDS[cluster.shared_storage](f"{name}-shared", native, network.vpc_id, subnets, child)
        self.disks: Mapping[str, Disk] = {
            "block": Disk("ebs.csi.aws.com", {"type": "gp3", "encrypted": "true"}),
            "shared": shared.disk,
        }

        self.kubernetes = k8s.Provider(
            f"{name}-kubernetes",
            kubeconfig=kubeconfig(native, cluster.region),
            # Without it, a kubeconfig with another address would mean another cluster: everything would be replaced.
            cluster_identifier=name,
            opts=pulumi.ResourceOptions(
                parent=self,
                # Who made the cluster has no way in but this. And what is in the cluster goes before what it stands on: pods
                # before nodes, volumes before their driver, or a destroy waits for ever for what nobody can take away.
                depends_on=[network, access, rest, shared],
            ),
        )
        with_both = pulumi.ResourceOptions(parent=self, providers=[aws, self.kubernetes])
        if cluster.autoscaler == "karpenter":
            EksKarpenter(
                f"{name}-karpenter",
                native,
                cluster_name,
                us,
                made_by_karpenter,
                self.pools,
                subnets,
                _NODE_POLICIES,
                _replicas(managed),
                with_both,
            )
        else:
            EksClusterAutoscaler(f"{name}-autoscaler", native, cluster.version, node_groups, us, with_both)
        self.native = native
        self.register_outputs({"name": native.name})


def _pool(pool: NodePool) -> Pool:
    machine = pool.machine("aws")
    return Pool.of(pool, machine, machines.software(pool, machine).preinstalled)


def _replicas(managed: list[Group]) -> int:
    """Karpenter's pods: two, each on a node of its own that Karpenter did not make, or one where there is only one."""
    return min(2, sum(group.min for group in managed if not group.pool.accelerator and not group.pool.taints))
