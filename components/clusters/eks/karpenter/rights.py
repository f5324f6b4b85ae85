"""What Karpenter may do in AWS: make machines that it marks as this cluster's, and take away none but those.

The actions are those of Karpenter's own reference for 1.14, but for making instance profiles: there is one.
"""

from typing import Any

import pulumi

from components.clusters.eks.account import Account
from components.clusters.eks.identity import Statement

_MADE = ("fleet", "instance", "volume", "network-interface", "launch-template", "spot-instances-request")
"""What Karpenter makes in EC2."""


def statements(
    account: Account, cluster: str, queue: pulumi.Input[str], node_role: pulumi.Input[str], profile: pulumi.Input[str]
) -> list[Statement]:
    """`cluster`: its name; the others are ARNs: of the interruption queue, of the nodes' role and of their instance profile."""
    return [
        *_make(account, cluster),
        _tag_a_registered_instance(account, cluster),
        {
            "Action": ["ec2:TerminateInstances", "ec2:DeleteLaunchTemplate"],
            "Resource": [account.arn("ec2", "instance/*"), account.arn("ec2", "launch-template/*")],
            "Condition": _marked("Resource", cluster),
        },
        {
            "Action": [
                "ec2:DescribeCapacityReservations",
                "ec2:DescribeImages",
                "ec2:DescribeInstances",
                "ec2:DescribeInstanceStatus",
                "ec2:DescribeInstanceTypeOfferings",
                "ec2:DescribeInstanceTypes",
                "ec2:DescribeLaunchTemplates",
                "ec2:DescribePlacementGroups",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSpotPriceHistory",
                "ec2:DescribeSubnets",
            ],
            "Resource": "*",  # none of them knows a narrower one
            "Condition": {"StringEquals": {"aws:RequestedRegion": account.region}},
        },
        {"Action": "ssm:GetParameter", "Resource": f"arn:aws:ssm:{account.region}::parameter/aws/service/*"},
        {"Action": "pricing:GetProducts", "Resource": "*"},
        {
            "Action": ["sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"],
            "Resource": queue,
        },
        {
            "Action": "iam:PassRole",
            "Resource": node_role,
            "Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
        },
        {"Action": "iam:GetInstanceProfile", "Resource": profile},
        {"Action": "iam:ListInstanceProfiles", "Resource": "*"},
        {"Action": "eks:DescribeCluster", "Resource": account.arn("eks", f"cluster/{cluster}")},
    ]


def _make(account: Account, cluster: str) -> list[Statement]:
    """Machines, of anything that there is; what is made on the way is marked, and only what is marked is made."""
    launch = ["ec2:RunInstances", "ec2:CreateFleet"]
    public = [f"arn:aws:ec2:{account.region}::{kind}/*" for kind in ("image", "snapshot")]
    used = [account.arn("ec2", f"{kind}/*") for kind in ("security-group", "subnet", "capacity-reservation", "placement-group")]
    made = [account.arn("ec2", f"{kind}/*") for kind in _MADE]
    marked = _marked("Request", cluster)
    return [
        {"Action": launch, "Resource": [*public, *used]},
        {"Action": launch, "Resource": account.arn("ec2", "launch-template/*"), "Condition": _marked("Resource", cluster)},
        {"Action": [*launch, "ec2:CreateLaunchTemplate"], "Resource": made, "Condition": marked},
        {
            "Action": "ec2:CreateTags",
            "Resource": made,
            "Condition": {
                **marked,
                "StringEquals": {
                    **marked["StringEquals"],
                    "ec2:CreateAction": ["RunInstances", "CreateFleet", "CreateLaunchTemplate"],
                },
            },
        },
    ]


def _tag_a_registered_instance(account: Account, cluster: str) -> Statement:
    return {
        "Action": "ec2:CreateTags",
        "Resource": account.arn("ec2", "instance/*"),
        "Condition": {
            **_marked("Resource", cluster),
            "ForAllValues:StringEquals": {"aws:TagKeys": ["eks:eks-cluster-name", "karpenter.sh/nodeclaim", "Name"]},
        },
    }


def _marked(what: str, cluster: str) -> dict[str, Any]:
    """That a request (`Request`) or a resource (`Resource`) has the tags that Karpenter gives to all it makes for a cluster."""
    return {
        "StringEquals": {f"aws:{what}Tag/kubernetes.io/cluster/{cluster}": "owned"},
        "StringLike": {f"aws:{what}Tag/karpenter.sh/nodepool": "*"},
    }
