"""The add-ons that EKS manages: at the versions that we say, each with no more rights than it needs."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import pulumi
from pulumi_aws import eks

from components.clusters.eks import identity
from components.clusters.eks.account import Account
from components.naming import type_token
from config.versions import EKS_ADDONS


@dataclass(frozen=True)
class Addon:
    """A managed add-on, and whom its pods are to AWS."""

    name: str
    service_account: str = ""
    """In kube-system; empty for one that asks nothing of AWS."""
    policies: tuple[str, ...] = ()
    """AWS's own policies for it, by path and name."""
    rights: Callable[[Account], Sequence[identity.Statement]] = lambda _: ()
    """What it may do where AWS has no policy that is narrow enough."""
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])


FIRST: Final = (
    Addon(
        "vpc-cni",
        "aws-node",
        ("AmazonEKS_CNI_Policy",),
        values={
            "enableNetworkPolicy": "true",
            # Addresses by blocks of 16: ten times as many pods on a node, and far fewer calls to EC2.
            "env": {"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "1"},
        },
    ),
    Addon("kube-proxy"),
    Addon("eks-pod-identity-agent"),
)
"""There before any node: without them none becomes ready."""

AFTER_NODES: Final = (
    Addon("coredns"),
    Addon("aws-ebs-csi-driver", "ebs-csi-controller-sa", ("service-role/AmazonEBSCSIDriverPolicy",)),
)
"""Deployments among them: EKS waits until their pods run, which needs nodes."""


def _lustre(account: Account) -> Sequence[identity.Statement]:
    files = account.arn("fsx", "file-system/*")
    return (
        {"Action": ["fsx:CreateFileSystem", "fsx:TagResource", "fsx:DescribeFileSystems"], "Resource": files},
        {
            "Action": ["fsx:DeleteFileSystem", "fsx:UpdateFileSystem"],
            "Resource": files,
            # The driver writes it on what it makes: file systems of others are none of its business.
            "Condition": {"Null": {"aws:ResourceTag/CSIVolumeName": "false"}},
        },
        {
            "Action": "iam:CreateServiceLinkedRole",
            "Resource": f"arn:aws:iam::{account.id}:role/aws-service-role/fsx.amazonaws.com/*",
            "Condition": {"StringEquals": {"iam:AWSServiceName": "fsx.amazonaws.com"}},
        },
    )


SHARED: Final[Mapping[Literal["efs", "fsx"], Addon]] = {
    "efs": Addon("aws-efs-csi-driver", "efs-csi-controller-sa", ("service-role/AmazonEFSCSIDriverPolicy",)),
    "fsx": Addon("aws-fsx-csi-driver", "fsx-csi-controller-sa", rights=_lustre),
}
"""`cluster.sharedStorage` in the stack file → the driver of its volumes."""


class EksAddons(pulumi.ComponentResource):
    """Some of them; what needs them depends on this."""

    def __init__(
        self,
        name: str,
        cluster: eks.Cluster,
        version: str,
        addons: Sequence[Addon],
        account: Account,
        opts: pulumi.ResourceOptions | None = None,
    ):
        """`version`: the cluster's minor, which each add-on has versions for."""
        super().__init__(type_token("clusters", "EksAddons"), name, None, opts)
        for addon in addons:
            role = self._role(name, addon, cluster, account) if addon.service_account else None
            eks.Addon(
                f"{name}-{addon.name}",
                cluster_name=cluster.name,
                addon_name=addon.name,
                addon_version=EKS_ADDONS[version][addon.name],
                configuration_values=json.dumps(addon.values) if addon.values else None,
                pod_identity_associations=[{"role_arn": role.arn, "service_account": addon.service_account}] if role else None,
                # What somebody changed by hand is put right, at the start and later.
                resolve_conflicts_on_create="OVERWRITE",
                resolve_conflicts_on_update="OVERWRITE",
                # An add-on without its rights can't take away what it made: interfaces and volumes would stay behind.
                opts=pulumi.ResourceOptions(parent=self, depends_on=[role] if role else None),
            )
        self.register_outputs({})

    def _role(self, name: str, addon: Addon, cluster: eks.Cluster, account: Account) -> identity.EksRole:
        return identity.EksRole(
            f"{name}-{addon.name}",
            identity.pod(account, cluster.arn, "kube-system", addon.service_account),
            managed=addon.policies,
            statements=addon.rights(account),
            opts=pulumi.ResourceOptions(parent=self),
        )
