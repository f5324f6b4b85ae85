"""Karpenter: makes machines one by one, of whatever the pools allow and AWS has at that moment.

How it goes away: a NodePool is deleted in the foreground, so that it is there until the last of its NodeClaims is gone, and each
of those until Karpenter has drained its node and ended its machine. Only then comes the turn of the release, on which NodePools
depend, and after it that of the rights, the queue and the network. The other way round machines would run on, known to nobody.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import pulumi
import pulumi_kubernetes as k8s
from pulumi_aws import eks, iam
from pulumi_aws.ec2 import PlacementGroup

from components.clusters.base import Pool
from components.clusters.eks import identity
from components.clusters.eks.account import Account
from components.clusters.eks.groups import Group
from components.clusters.eks.karpenter import pools, rights
from components.clusters.eks.karpenter.interruptions import EksInterruptions
from components.naming import app, type_token
from config.versions import KARPENTER, KARPENTER_CRDS

_NAME: Final = "karpenter"
_NAMESPACE: Final = "kube-system"
"""Where API servers answer first, also when everybody else asks too much."""

_DRAINED = pulumi.CustomTimeouts(delete="45m")
"""Pods have the time that they ask for; a GPU machine takes minutes to end."""


class EksKarpenter(pulumi.ComponentResource):
    """The controller, what it may do, and a NodePool for each rung of each pool."""

    def __init__(
        self,
        name: str,
        cluster: eks.Cluster,
        cluster_name: str,
        account: Account,
        groups: Sequence[Group],
        pools_: Mapping[str, Pool],
        subnets: Mapping[str, pulumi.Input[str]],
        node_policies: Sequence[str],
        replicas: int,
        opts: pulumi.ResourceOptions | None = None,
    ):
        """Needs AWS's provider and the cluster's own in `opts.providers`.

        `subnets`: zone → id; `node_policies`: AWS's own for nodes; `replicas`: of the controller, each on a node of its own.
        """
        super().__init__(type_token("clusters", "EksKarpenter"), name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        interruptions = EksInterruptions(f"{name}-interruptions", cluster_name, child)
        nodes = identity.EksRole(f"{name}-node", identity.service("ec2.amazonaws.com"), managed=node_policies, opts=child)
        profile = iam.InstanceProfile(f"{name}-node-profile", role=nodes.role_name, opts=child)
        # EKS lets in the nodes of its own groups; these it does not know.
        entry = eks.AccessEntry(
            f"{name}-node-entry", cluster_name=cluster.name, principal_arn=nodes.arn, type="EC2_LINUX", opts=child
        )
        role = identity.EksRole(
            f"{name}-controller",
            identity.pod(account, cluster.arn, _NAMESPACE, _NAME),
            statements=rights.statements(account, cluster_name, interruptions.queue.arn, nodes.arn, profile.arn),
            opts=child,
        )
        association = eks.PodIdentityAssociation(
            f"{name}-identity",
            cluster_name=cluster.name,
            namespace=_NAMESPACE,
            service_account=_NAME,
            role_arn=role.arn,
            opts=child,
        )
        crds = k8s.helm.v3.Release(
            f"{name}-crds",
            name=f"{_NAME}-crd",
            namespace=_NAMESPACE,
            chart=KARPENTER_CRDS.reference,
            version=KARPENTER_CRDS.version,
            opts=child,
        )
        release = k8s.helm.v3.Release(
            f"{name}-release",
            name=_NAME,
            namespace=_NAMESPACE,
            chart=KARPENTER.reference,
            version=KARPENTER.version,
            skip_crds=True,  # Helm would install them once and never again; the other release keeps them up to date
            values={
                "replicas": replicas,
                "serviceAccount": {"name": _NAME},
                "settings": {
                    "clusterName": cluster.name,
                    "clusterEndpoint": cluster.endpoint,
                    "interruptionQueue": interruptions.queue.name,
                },
                "controller": {
                    # Nodes' metadata, where the AWS SDK would ask for the region, answers no pod.
                    "env": [{"name": "AWS_REGION", "value": account.region}],
                    "resources": {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"memory": "1Gi"}},
                },
            },
            # Without its rights it gives up at the start. And to drain nodes it needs them to the end.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[crds, role, association, interruptions]),
        )
        # Nodes that can't join any more can't be drained either: their role, and its way in, outlive them.
        drained = pulumi.ResourceOptions(parent=self, depends_on=[release, nodes, entry], custom_timeouts=_DRAINED)
        security_group = cluster.vpc_config.apply(lambda network: network.cluster_security_group_id or "")
        for group in groups:
            pool = pools_[group.pool.name]
            near = PlacementGroup(f"{name}-{group.key}-near", strategy="cluster", opts=child) if group.compact else None
            named = {"name": group.key, "labels": app(_NAME, component="pool")}
            node_class = k8s.apiextensions.CustomResource(
                f"{name}-{group.key}-class",
                api_version=f"{pools.GROUP}/v1",
                kind="EC2NodeClass",
                # Its images, subnets and rights are found out by Karpenter: whether they are right is known when it says so.
                metadata={**named, "annotations": {"pulumi.com/waitFor": "condition=Ready"}},
                spec=pools.node_class(
                    group,
                    pool,
                    [subnets[zone] for zone in group.zones],
                    security_group,
                    profile.name,
                    near.name if near else None,
                    {"Name": f"{cluster_name}-{group.key}", "Project": pulumi.get_project(), "Stack": pulumi.get_stack()},
                ),
                opts=drained,
            )
            k8s.apiextensions.CustomResource(
                f"{name}-{group.key}-pool",
                api_version="karpenter.sh/v1",
                kind="NodePool",
                metadata={**named, "annotations": {"pulumi.com/deletionPropagationPolicy": "foreground"}},
                spec=pools.node_pool(group, pool, group.key),
                # A NodeClaim can't be ended without its class.
                opts=pulumi.ResourceOptions(parent=self, depends_on=[node_class], custom_timeouts=_DRAINED),
            )
        self.register_outputs({"queue": interruptions.queue.name})
