"""The control plane, and who is let in."""

from collections.abc import Sequence

import pulumi
from pulumi_aws.cloudwatch import LogGroup
from pulumi_aws.eks import AccessEntry, AccessPolicyAssociation, Cluster

from components.clusters.eks.encryption import log_groups
from components.clusters.eks.identity import EksRole, service
from components.naming import type_token
from config.clusters import Eks

_LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")
"""All that EKS can log."""


def create(
    name: str,
    cluster: Eks,
    cluster_name: str,
    subnets: Sequence[pulumi.Input[str]],
    key: pulumi.Output[str],
    opts: pulumi.ResourceOptions,
) -> Cluster:
    """The cluster itself; `key` is the ARN of the one that its secrets are encrypted with."""
    role = EksRole(
        f"{name}-control-plane",
        service("eks.amazonaws.com"),
        managed=["AmazonEKSClusterPolicy"],
        statements=[{"Action": ["kms:Encrypt", "kms:Decrypt", "kms:ListGrants", "kms:DescribeKey"], "Resource": key}],
        opts=opts,
    )
    logs = LogGroup(
        f"{name}-logs",
        name=log_groups(cluster_name)["control-plane"],
        retention_in_days=cluster.log_days,
        kms_key_id=key,
        opts=opts,
    )
    return Cluster(
        f"{name}-eks",
        name=cluster_name,
        version=cluster.version,
        role_arn=role.arn,
        access_config={
            "authentication_mode": "API",
            # Whoever makes the cluster would be its administrator for good, unseen in any plan: entries say who is.
            "bootstrap_cluster_creator_admin_permissions": False,
        },
        # Else EKS installs add-ons that nobody owns, at versions that nobody chose.
        bootstrap_self_managed_addons=False,
        deletion_protection=cluster.deletion_protection,
        enabled_cluster_log_types=_LOGS,
        encryption_config={"resources": ["secrets"], "provider": {"key_arn": key}},
        kubernetes_network_config={"service_ipv4_cidr": cluster.network.services},
        # Without it a minor that reaches its end of support goes on, at six times the price.
        upgrade_policy={"support_type": "STANDARD"},
        vpc_config={
            "subnet_ids": subnets,
            "endpoint_private_access": True,
            "endpoint_public_access": cluster.endpoint.public,
            "public_access_cidrs": list(cluster.endpoint.cidrs) or None,
        },
        opts=pulumi.ResourceOptions.merge(
            opts,
            pulumi.ResourceOptions(
                depends_on=[
                    # EKS takes its network interfaces away with this role: gone too early, they stay, and hold the subnets.
                    role,
                    # EKS makes the log group if it is not there: unencrypted, kept for ever, and left behind.
                    logs,
                ]
            ),
        ),
    )


class EksAccess(pulumi.ComponentResource):
    """Who may do everything in the cluster. Whatever speaks to it depends on this, or a destroy locks itself out half-way."""

    def __init__(self, name: str, cluster: pulumi.Input[str], admins: Sequence[str], opts: pulumi.ResourceOptions | None = None):
        """`admins`: ARNs of roles and users."""
        super().__init__(type_token("clusters", "EksAccess"), name, None, opts)
        for principal in admins:
            admin = principal.split(":", 5)[5]  # role/platform
            entry = AccessEntry(
                f"{name}-{admin}",
                cluster_name=cluster,
                principal_arn=principal,
                type="STANDARD",
                opts=pulumi.ResourceOptions(parent=self),
            )
            AccessPolicyAssociation(
                f"{name}-{admin}-admin",
                cluster_name=cluster,
                principal_arn=principal,
                policy_arn="arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
                access_scope={"type": "cluster"},
                # No value passes between the two, and a policy for a principal without an entry is refused.
                opts=pulumi.ResourceOptions(parent=self, depends_on=[entry]),
            )
        self.register_outputs({})
