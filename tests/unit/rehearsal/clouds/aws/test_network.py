"""Networks: what fits into one another, and what can't go while something needs it."""

from collections.abc import Callable
from typing import Any

import pytest

from config.clusters.eks import ExistingVpc
from rehearsal.clouds.aws import endpoints, files, foreign, gateways, network, routes, security_groups
from rehearsal.clouds.aws.account import CLUSTER
from rehearsal.clouds.cloud import Cloud
from rehearsal.clouds.kind import RefusedError
from rehearsal.clouds.ledger import FOREIGN, Entry
from rehearsal.clouds.load_balancers import LOAD_BALANCER
from tests.unit.rehearsal.clouds.aws.conftest import CONFIG, Check, Make

Delete = Callable[[Entry], None]


@pytest.mark.parametrize(
    ("block", "zone", "refusal"),
    [
        ("10.1.0.0/24", "eu-north-1a", "InvalidSubnet.Range"),
        ("10.0.0.128/25", "eu-north-1a", "InvalidSubnet.Conflict: .* conflicts with another subnet"),
        ("10.0.9.0/24", "eu-north-1z", "availability zones: eu-north-1a"),
    ],
)
def test_a_subnet_fits(make: Make, vpc: Entry, subnets: list[str], block: str, zone: str, refusal: str):
    assert subnets
    with pytest.raises(RefusedError, match=refusal):
        make(network.SUBNET, "x", vpcId=vpc.id, cidrBlock=block, availabilityZone=zone)


@pytest.mark.parametrize(
    ("resource", "inputs", "reason"),
    [
        (network.VPC, {"cidrBlock": "10.0.0.0/8"}, "between a /16 and a /28"),
        (network.VPC, {"cidrBlock": "10.0.0.1/16"}, "is no IPv4 range"),
        (network.VPC, {"cidrBlock": "10.0.0.0/16", "instanceTenancy": "mine"}, "AWS takes one of default, dedicated"),
        (
            security_groups.RULES[0],
            {"securityGroupId": "sg-1", "ipProtocol": "tcp", "fromPort": 1, "toPort": 1},
            "exactly one of",
        ),
        (endpoints.ENDPOINT, {"vpcId": "v", "serviceName": "com.amazonaws.eu-north-1.s4"}, "there is no such service"),
    ],
)
def test_mistakes_that_a_preview_finds(check: Check, resource: str, inputs: dict[str, Any], reason: str):
    assert any(reason in mistake.reason for mistake in check(resource, **inputs))


def test_a_nat_gateway_needs_an_internet_gateway(make: Make, vpc: Entry):
    subnet = make(network.SUBNET, "a", vpcId=vpc.id, cidrBlock="10.0.1.0/24", availabilityZone="eu-north-1a")
    with pytest.raises(RefusedError, match=r"Gateway\.NotAttached: Network vpc-.* has no Internet gateway attached"):
        make(gateways.NAT, "nat", subnetId=subnet.id, allocationId=make(gateways.ADDRESS, "a").id)


def test_a_network_goes_in_the_order_in_which_it_came(cloud: Cloud, vpc: Entry, subnets: list[str], delete: Delete):
    with pytest.raises(RefusedError, match=f"DependencyViolation: The vpc '{vpc.id}' has dependencies and cannot be deleted."):
        delete(vpc)
    (gateway,) = cloud.ledger.of(gateways.INTERNET_GATEWAY)
    with pytest.raises(RefusedError, match="has some mapped public address"):
        delete(gateway)
    for resource in (routes.ASSOCIATION, routes.ROUTE, routes.TABLE, gateways.NAT, gateways.ADDRESS, network.SUBNET):
        for entry in cloud.ledger.of(resource):
            delete(entry)
    delete(gateway)
    delete(vpc)
    assert not list(cloud.ledger)
    assert subnets


def test_a_subnet_is_held_by_whatever_has_an_interface_in_it(cloud: Cloud, make: Make, subnets: list[str], delete: Delete):
    subnet = cloud.read(network.SUBNET, subnets[0])
    assert subnet
    door = make(files.MOUNT_TARGET, "a", fileSystemId=make(files.FILE_SYSTEM, "files").id, subnetId=subnet.id)
    for association in cloud.ledger.of(routes.ASSOCIATION):
        delete(association)
    with pytest.raises(RefusedError, match=rf"The subnet '{subnet.id}' has dependencies .*MountTarget {door.id}"):
        delete(subnet)
    delete(door)
    delete(subnet)


def test_a_load_balancer_of_a_service_holds_the_network(cloud: Cloud, vpc: Entry, subnets: list[str], delete: Delete):
    balancer = Entry(
        LOAD_BALANCER,
        "vision/chat",
        "",
        {"subnets": subnets},
        {"vpcId": vpc.id, "scheme": "internet-facing", "uses": {"subnets.*": network.SUBNET}},
    )
    cloud.ledger.put(balancer)
    with pytest.raises(RefusedError, match=r"DependencyViolation: .*load-balancer vision/chat"):
        cloud.delete(network.SUBNET, subnets[0], CONFIG)


def test_a_security_group_that_rules_name_stays(make: Make, vpc: Entry, delete: Delete):
    named = make(security_groups.GROUP, "named", vpcId=vpc.id)
    other = make(security_groups.GROUP, "other", vpcId=vpc.id)
    from_named = {"referencedSecurityGroupId": named.id, "ipProtocol": "-1"}
    rule = make(security_groups.RULES[0], "rule", securityGroupId=other.id, **from_named)
    with pytest.raises(RefusedError, match=f"DependencyViolation: resource {named.id} has a dependent object"):
        delete(named)
    delete(rule)
    delete(named)


def test_two_endpoints_can_not_answer_to_one_name(make: Make, vpc: Entry, subnets: list[str]):
    interface = {
        "vpcId": vpc.id,
        "serviceName": "com.amazonaws.eu-north-1.sts",
        "vpcEndpointType": "Interface",
        "subnetIds": subnets,
        "privateDnsEnabled": True,
    }
    make(endpoints.ENDPOINT, "one", **interface)
    with pytest.raises(RefusedError, match="there is already a conflicting DNS domain"):
        make(endpoints.ENDPOINT, "two", **interface)


def test_a_route_that_is_gone_is_found_missing(make: Make, vpc: Entry):
    with pytest.raises(RefusedError, match=r"InvalidRouteTableID.NotFound: .*'rtb-0' does not exist \(routeTableId\)"):
        make(routes.ROUTE, "x", routeTableId="rtb-0", destinationCidrBlock="0.0.0.0/0", gatewayId="igw-0")
    assert vpc


def test_somebody_elses_network_is_there_for_the_cluster(cloud: Cloud, make: Make, role: Make):
    theirs = {"eu-north-1a": "subnet-0a0a0a0a", "eu-north-1b": "subnet-0b0b0b0b"}
    foreign.populate(cloud.ledger, ExistingVpc(vpc="vpc-0c0c0c0c", subnets=theirs))
    trusted = role("control-plane", "eks.amazonaws.com").get("arn")
    made = make(CLUSTER, "cluster", name="prod", roleArn=trusted, vpcConfig={"subnetIds": list(theirs.values())})
    assert made.get("vpcConfig")["vpcId"] == "vpc-0c0c0c0c"
    assert {entry.urn for entry in cloud.ledger.of(network.SUBNET)} == {FOREIGN}
