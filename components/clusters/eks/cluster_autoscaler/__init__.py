"""The Cluster Autoscaler: a Deployment of our own, so that a plan shows every flag, right and tag of it."""

from collections.abc import Sequence
from typing import Final

import pulumi
import pulumi_kubernetes as k8s
from pulumi_aws import autoscaling, eks

from components.clusters.eks import identity
from components.clusters.eks.account import Account
from components.clusters.eks.cluster_autoscaler import rbac, rights
from components.clusters.eks.cluster_autoscaler.priorities import priorities
from components.clusters.eks.cluster_autoscaler.tags import tags
from components.clusters.eks.node_group import EksNodeGroup
from components.naming import app, selector, type_token
from components.pods import HARDENED, UNPRIVILEGED
from config.versions import CLUSTER_AUTOSCALER

_NAME: Final = rbac.NAME
_PORT: Final = 8085

_FLAGS: Final = (
    "--cloud-provider=aws",
    f"--namespace={rbac.NAMESPACE}",
    # The ladder first; of groups on one rung the one whose nodes fit best.
    "--expander=priority,least-waste",
    # A rung that brings no node within this time is given up for the next one.
    "--max-node-provision-time=15m",
    "--scale-down-unneeded-time=10m",
    "--scale-down-delay-after-add=10m",
    # On every node there are pods with an emptyDir, and pods of kube-system: no node would ever go.
    "--skip-nodes-with-local-storage=false",
    "--skip-nodes-with-system-pods=false",
    "--ignore-daemonsets-utilization=true",
)
"""Those that are the same on every cluster."""


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
            identity.pod(account, cluster.arn, rbac.NAMESPACE, _NAME),
            statements=rights.statements(account, cluster.name),
            opts=child,
        )
        association = eks.PodIdentityAssociation(
            f"{name}-identity",
            cluster_name=cluster.name,
            namespace=rbac.NAMESPACE,
            service_account=_NAME,
            role_arn=role.arn,
            opts=child,
        )
        access = rbac.EksClusterAutoscalerAccess(f"{name}-access", child)
        labels = app(_NAME, component="autoscaler")
        ladder = k8s.core.v1.ConfigMap(
            f"{name}-priorities",
            # The name under which the autoscaler looks for it, and reads it again when it changes.
            metadata={"name": rbac.PRIORITIES, "namespace": rbac.NAMESPACE, "labels": labels},
            data={"priorities": priorities({group.autoscaling_group: group.step for group in node_groups})},
            opts=child,
        )
        discovery = pulumi.Output.concat(
            "--node-group-auto-discovery=asg:tag=k8s.io/cluster-autoscaler/enabled,k8s.io/cluster-autoscaler/", cluster.name
        )
        k8s.apps.v1.Deployment(
            f"{name}-deployment",
            metadata={"name": _NAME, "namespace": rbac.NAMESPACE, "labels": labels},
            spec={
                "replicas": 1,
                "selector": {"match_labels": selector(_NAME)},
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {
                        "service_account_name": _NAME,
                        "security_context": UNPRIVILEGED,
                        # It makes room for others: it must not wait for room itself.
                        "priority_class_name": "system-cluster-critical",
                        "containers": [
                            {
                                "name": "autoscaler",
                                "image": CLUSTER_AUTOSCALER[version],
                                "command": ["/cluster-autoscaler", *_FLAGS, discovery],
                                # Nodes' metadata, where the AWS SDK would ask for the region, answers no pod.
                                "env": [{"name": "AWS_REGION", "value": account.region}],
                                "ports": [{"name": "metrics", "container_port": _PORT}],
                                "resources": {"requests": {"cpu": "100m", "memory": "600Mi"}, "limits": {"memory": "1Gi"}},
                                "security_context": HARDENED,
                                "liveness_probe": {
                                    "http_get": {"path": "/health-check", "port": "metrics"},
                                    "initial_delay_seconds": 60,
                                },
                            }
                        ],
                    },
                },
            },
            # Without its rights it starts, fails to read the groups, and is restarted ever more slowly.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[role, association, access, ladder]),
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
