"""Who talked to whom: the VPC's flow logs, encrypted."""

import pulumi
from pulumi_aws import ec2
from pulumi_aws.cloudwatch import LogGroup

from components.clusters.eks.account import Account
from components.clusters.eks.encryption import log_groups
from components.clusters.eks.identity import EksRole, service
from config.clusters import Eks


def create(
    name: str,
    cluster: Eks,
    cluster_name: str,
    account: Account,
    vpc: pulumi.Input[str],
    key: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> None:
    """All traffic of the VPC, accepted and refused."""
    group = LogGroup(
        f"{name}-group",
        name=log_groups(cluster_name)["flows"],
        retention_in_days=cluster.log_days,
        kms_key_id=key,
        opts=opts,
    )
    writer = EksRole(
        f"{name}-writer",
        service(
            "vpc-flow-logs.amazonaws.com",
            StringEquals={"aws:SourceAccount": account.id},
            ArnLike={"aws:SourceArn": account.arn("ec2", "vpc-flow-log/*")},
        ),
        statements=[
            {
                "Action": ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
                "Resource": [group.arn, pulumi.Output.concat(group.arn, ":*")],
            },
        ],
        opts=opts,
    )
    ec2.FlowLog(
        f"{name}-log",
        vpc_id=vpc,
        traffic_type="ALL",
        log_destination=group.arn,
        iam_role_arn=writer.arn,
        # A flow log that may not write yet is made all the same, and then writes nothing for a while.
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[writer])),
    )
