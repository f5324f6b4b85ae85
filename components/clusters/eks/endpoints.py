"""AWS's own services, reached from private subnets without leaving AWS's network."""

from collections.abc import Sequence
from typing import Final

import pulumi
from pulumi_aws import ec2
from pulumi_aws.vpc import SecurityGroupIngressRule

from config.clusters import Eks

SERVICES: Final = (
    # a node's start: its images, its credentials, its cluster, its interfaces and disks
    *("ecr.api", "ecr.dkr", "sts", "ec2", "eks", "eks-auth"),
    # what add-ons call: file systems, node groups, logs
    *("elasticfilesystem", "autoscaling", "logs"),
)
"""Each gets an interface in every private subnet, at its own price by the hour; all others are reached through NAT."""


def create(
    name: str,
    cluster: Eks,
    vpc: ec2.Vpc,
    subnets: Sequence[pulumi.Input[str]],
    route_tables: Sequence[pulumi.Input[str]],
    opts: pulumi.ResourceOptions,
) -> None:
    """S3, where images' layers, models and checkpoints are, through a gateway, which costs nothing; others through interfaces."""
    prefix = f"com.amazonaws.{cluster.region}"
    ec2.VpcEndpoint(
        f"{name}-s3",
        vpc_id=vpc.id,
        service_name=f"{prefix}.s3",
        vpc_endpoint_type="Gateway",
        route_table_ids=route_tables,
        opts=opts,
    )
    group = ec2.SecurityGroup(f"{name}-callers", vpc_id=vpc.id, description="Callers of AWS services", opts=opts)
    SecurityGroupIngressRule(
        f"{name}-callers-https",
        security_group_id=group.id,
        cidr_ipv4=vpc.cidr_block,
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
        opts=opts,
    )
    for service in SERVICES:
        ec2.VpcEndpoint(
            f"{name}-{service}",
            vpc_id=vpc.id,
            service_name=f"{prefix}.{service}",
            vpc_endpoint_type="Interface",
            subnet_ids=subnets,
            security_group_ids=[group.id],
            private_dns_enabled=True,
            opts=opts,
        )
