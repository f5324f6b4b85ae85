"""What the Cluster Autoscaler may do in AWS."""

import pulumi

from components.clusters.eks.account import Account
from components.clusters.eks.identity import Statement


def statements(account: Account, cluster: pulumi.Output[str]) -> list[Statement]:
    """Change the size of this cluster's groups, by their tags; read the rest, where AWS knows no narrower right than all."""
    tag = pulumi.Output.concat("aws:ResourceTag/k8s.io/cluster-autoscaler/", cluster)
    return [
        {
            "Action": ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
            "Resource": account.arn("autoscaling", "autoScalingGroup:*:autoScalingGroupName/*"),
            "Condition": {"StringEquals": tag.apply(lambda key: {key: "owned"})},
        },
        {
            "Action": [
                "autoscaling:DescribeAutoScalingGroups",
                "autoscaling:DescribeAutoScalingInstances",
                "autoscaling:DescribeLaunchConfigurations",
                "autoscaling:DescribeScalingActivities",
                "autoscaling:DescribeTags",
                "ec2:DescribeImages",
                "ec2:DescribeInstanceTypes",
                "ec2:DescribeLaunchTemplateVersions",
                "ec2:GetInstanceTypesFromInstanceRequirements",
            ],
            "Resource": "*",
        },
        {
            "Action": "eks:DescribeNodegroup",
            "Resource": cluster.apply(lambda name: account.arn("eks", f"nodegroup/{name}/*")),
        },
    ]
