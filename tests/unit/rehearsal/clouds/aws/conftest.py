"""A simulated AWS with a network, and what the API server of its clusters was told."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rehearsal.autoscaling.group import Groups
from rehearsal.clouds.aws import access, addons, clusters, gateways, iam, launch_templates, network, node_groups, routes
from rehearsal.clouds.aws.account import CLUSTER
from rehearsal.clouds.aws.table import cloud_of
from rehearsal.clouds.cloud import Cloud
from rehearsal.clouds.faults import Faults
from rehearsal.clouds.kind import Mistake
from rehearsal.clouds.ledger import Entry, Ledger

CONFIG = {"region": "eu-north-1"}
ZONES = ("eu-north-1a", "eu-north-1b")
ADMIN = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"

Make = Callable[..., Entry]
Check = Callable[..., list[Mistake]]


@pytest.fixture
def cloud(tmp_path: Path, server: Any, groups: Groups) -> Cloud:
    return cloud_of(Ledger(tmp_path / "aws"), Faults(tmp_path / "faults.json"), server, groups)


def urn(resource: str, name: str) -> str:
    return f"urn:pulumi:prod::project::{resource}::{name}"


@pytest.fixture
def check(cloud: Cloud) -> Check:
    """What a preview finds wrong."""

    def check(resource: str, /, **inputs: Any) -> list[Mistake]:
        _, mistakes = cloud.check(resource, urn(resource, "x"), inputs, {})
        return mistakes

    return check


@pytest.fixture
def make(cloud: Cloud) -> Make:
    """Creates a resource as the engine does: checked, then made."""

    def make(resource: str, name: str, /, **inputs: Any) -> Entry:
        filled, mistakes = cloud.check(resource, urn(resource, name), inputs, {})
        assert mistakes == []
        return cloud.create(resource, urn(resource, name), filled, CONFIG)

    return make


@pytest.fixture
def change(cloud: Cloud) -> Make:
    """Updates a resource: some of its inputs become others."""

    def change(entry: Entry, **inputs: Any) -> Entry:
        return cloud.update(entry.type, entry.id, entry.urn, {**entry.inputs, **inputs}, CONFIG)

    return change


@pytest.fixture
def delete(cloud: Cloud) -> Callable[[Entry], None]:
    return lambda entry: cloud.delete(entry.type, entry.id, CONFIG)


def trust(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def role(make: Make) -> Make:
    """Makes a role that this service may take on, with these policies."""

    def role(name: str, service: str, *policies: str) -> Entry:
        made = make(iam.ROLE, name, assumeRolePolicy=trust(service))
        for policy in policies:
            arn = f"arn:aws:iam::aws:policy/{policy}"
            make(iam.ATTACHMENT, f"{name}-{policy}", role=made.get("name"), policyArn=arn)
        return made

    return role


@pytest.fixture
def vpc(make: Make) -> Entry:
    return make(network.VPC, "vpc", cidrBlock="10.0.0.0/16")


@pytest.fixture
def subnets(make: Make, vpc: Entry) -> list[str]:
    """Ids of two private ones, which reach the internet through a NAT gateway in a public one."""
    gateway = make(gateways.INTERNET_GATEWAY, "internet", vpcId=vpc.id)
    public = make(network.SUBNET, "public", vpcId=vpc.id, cidrBlock="10.0.255.0/24", availabilityZone=ZONES[0])
    outside = make(routes.TABLE, "public", vpcId=vpc.id)
    everywhere = "0.0.0.0/0"
    make(routes.ROUTE, "out", routeTableId=outside.id, destinationCidrBlock=everywhere, gatewayId=gateway.id)
    make(routes.ASSOCIATION, "public", routeTableId=outside.id, subnetId=public.id)
    address = make(gateways.ADDRESS, "nat", domain="vpc")
    nat = make(gateways.NAT, "nat", subnetId=public.id, allocationId=address.id)
    table = make(routes.TABLE, "private", vpcId=vpc.id)
    make(routes.ROUTE, "nat", routeTableId=table.id, destinationCidrBlock=everywhere, natGatewayId=nat.id)
    ids: list[str] = []
    for number, zone in enumerate(ZONES):
        private = make(network.SUBNET, zone, vpcId=vpc.id, cidrBlock=f"10.0.{number}.0/24", availabilityZone=zone)
        make(routes.ASSOCIATION, zone, routeTableId=table.id, subnetId=private.id)
        ids.append(private.id)
    return ids


@pytest.fixture
def cluster(make: Make, role: Make, subnets: list[str]) -> Make:
    """Makes the cluster `prod`, with these inputs besides."""

    def cluster(**inputs: Any) -> Entry:
        control_plane = role("control-plane", "eks.amazonaws.com", "AmazonEKSClusterPolicy")
        standard = {
            "name": "prod",
            "version": "1.35",
            "roleArn": control_plane.get("arn"),
            "accessConfig": {"authenticationMode": "API"},
            "bootstrapSelfManagedAddons": False,
            "kubernetesNetworkConfig": {"serviceIpv4Cidr": "172.20.0.0/16"},
            "vpcConfig": {"subnetIds": subnets},
        }
        return make(CLUSTER, "cluster", **{**standard, **inputs})

    return cluster


@pytest.fixture
def nodes_role(role: Make) -> Entry:
    return role("node", "ec2.amazonaws.com", "AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly")


@pytest.fixture
def running(make: Make, cluster: Make) -> Entry:
    """The cluster, with the add-ons that nodes need."""
    made = cluster()
    for name, version in (("vpc-cni", "v1.22.4-eksbuild.3"), ("kube-proxy", "v1.35.3-eksbuild.13")):
        make(addons.ADDON, name, clusterName="prod", addonName=name, addonVersion=version)
    return made


@pytest.fixture
def node_group(make: Make, running: Entry, nodes_role: Entry, subnets: list[str]) -> Make:
    """Makes a node group of these machines, with a launch template of these inputs and these inputs besides."""

    def node_group(name: str, machine: str = "m7i.4xlarge", launch: Any = None, /, **inputs: Any) -> Entry:
        template = make(launch_templates.TEMPLATE, name, instanceType=machine, **(launch or {}))
        standard = {
            "clusterName": running.id,
            "nodeGroupName": name,
            "nodeRoleArn": nodes_role.get("arn"),
            "subnetIds": subnets,
            "amiType": "AL2023_x86_64_STANDARD",
            "launchTemplate": {"id": template.id, "version": "1"},
            "scalingConfig": {"minSize": 1, "desiredSize": 1, "maxSize": 1},
        }
        return make(node_groups.NODE_GROUP, name, **{**standard, **inputs})

    return node_group


@pytest.fixture
def way_in(make: Make, running: Entry) -> Callable[[str], Entry]:
    """Lets somebody do everything in the cluster."""

    def way_in(principal: str) -> Entry:
        make(access.ENTRY, "entry", clusterName=running.id, principalArn=principal)
        scope = {"type": "cluster"}
        return make(access.POLICY, "policy", clusterName="prod", principalArn=principal, policyArn=ADMIN, accessScope=scope)

    return way_in


@pytest.fixture
def security_group(cloud: Cloud) -> Callable[[Entry], str]:
    """Id of that which EKS made for a cluster."""
    return lambda cluster: clusters.cluster_security_group(cluster.id)
