"""The Cluster Autoscaler on EKS: what it knows of the groups, what it may do with them, and in which order it tries them."""

from collections.abc import Sequence
from typing import Final

import pulumi
import pulumi_kubernetes as k8s
from pulumi_aws import autoscaling, eks

from components.clusters import cluster_autoscaler
from components.clusters.cluster_autoscaler.rbac import LABELS, NAME, NAMESPACE, ClusterAutoscalerAccess
from components.clusters.eks import identity
from components.clusters.eks.account import Account
from components.clusters.eks.cluster_autoscaler import priorities, rights
from components.clusters.eks.cluster_autoscaler.tags import tags
from components.clusters.eks.node_group import EksNodeGroup
from components.naming import type_token

_FLAGS: Final = (
    "--cloud-provider=aws",
    # The ladder first; of groups on one rung the one whose nodes fit best.
    "--expander=priority,least-waste",
    # A rung that brings no node within this time is given up for the next one.
    "--max-node-provision-time=15m",
)


class EksClusterAutoscaler(pulumi.ComponentResource):
    """Adds nodes to the groups and takes them away, on the ladder's first rung that has machines."""

    def __init__(
        self,
        name: str,
        cluster: eks.Cluster,
        version: str,
        node_groups: Sequence[EksNodeGroup],
        account: Account,
        opts: pulumi.ResourceOptions | None = None,
    ):
        """`version`: the cluster's minor. Needs AWS's provider and the cluster's own in `opts.providers`."""
        super().__init__(type_token("clusters", "EksClusterAutoscaler"), name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        for node_group in node_groups:
            self._tag(name, node_group, cluster.name)
        role = identity.EksRole(
            f"{name}-role",
            identity.pod(account, cluster.arn, NAMESPACE, NAME),
            statements=rights.statements(account, cluster.name),
            opts=child,
        )
        association = eks.PodIdentityAssociation(
            f"{name}-identity",
            cluster_name=cluster.name,
            namespace=NAMESPACE,
            service_account=NAME,
            role_arn=role.arn,
            opts=child,
        )
        access = ClusterAutoscalerAccess(f"{name}-access", priorities.RULES, child)
        ladder = k8s.core.v1.ConfigMap(
            f"{name}-priorities",
            metadata={"name": priorities.CONFIG_MAP, "namespace": NAMESPACE, "labels": LABELS},
            data={"priorities": priorities.priorities({group.autoscaling_group: group.step for group in node_groups})},
            opts=child,
        )
        discovery = pulumi.Output.concat(
            "--node-group-auto-discovery=asg:tag=k8s.io/cluster-autoscaler/enabled,k8s.io/cluster-autoscaler/", cluster.name
        )
        container = cluster_autoscaler.container(version, [*_FLAGS, discovery])
        # Nodes' metadata, where the AWS SDK would ask for the region, answers no pod.
        container["env"] = [{"name": "AWS_REGION", "value": account.region}]
        cluster_autoscaler.deployment(
            name,
            {"containers": [container]},
            pulumi.ResourceOptions(parent=self, depends_on=[role, association, access, ladder]),
        )
        self.register_outputs({})

    def _tag(self, name: str, group: EksNodeGroup, cluster: pulumi.Output[str]) -> None:
        for key, value in tags(group.pool, group.labels).items():
            self._one_tag(f"{name}-{group.key}-{key}", group, f"k8s.io/cluster-autoscaler/{key}", value)
        self._one_tag(f"{name}-{group.key}-owner", group, pulumi.Output.concat("k8s.io/cluster-autoscaler/", cluster), "owned")

    def _one_tag(self, name: str, group: EksNodeGroup, key: pulumi.Input[str], value: str) -> None:
        autoscaling.Tag(
            name,
            autoscaling_group_name=group.autoscaling_group,
            tag={"key": key, "value": value, "propagate_at_launch": False},
            opts=pulumi.ResourceOptions(parent=self),
        )
