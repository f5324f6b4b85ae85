"""The network under an EKS cluster."""

import json
from collections.abc import Callable
from ipaddress import IPv4Network

from tests.unit.components.clusters.conftest import Change
from tests.unit.conftest import Values
from tests.unit.plan import Plan

With = Callable[[Change], Plan]


def _network(**values: object) -> Change:
    def change(stack: Values) -> None:
        stack["ml-platform:cluster"]["network"] = values

    return change


def test_nodes_are_in_private_subnets(prod: Plan):
    private = {subnet.name for subnet in prod.of("Subnet") if "kubernetes.io/role/internal-elb" in subnet.inputs["tags"]}
    assert len(private) == 3
    assert {subnet for group in prod.of("NodeGroup") for subnet in group.inputs["subnetIds"]} == private


def test_a_private_subnet_has_no_way_to_the_internet_but_nat(prod: Plan):
    routes = {route.name: route.inputs for route in prod.of("Route")}
    assert [name for name, route in routes.items() if "gatewayId" in route] == ["cluster-network-public-internet"]
    assert {name for name, route in routes.items() if "natGatewayId" in route} == {
        f"cluster-network-private-eu-north-1{zone}-nat" for zone in "abc"
    }


def test_subnets_are_inside_the_vpc_and_apart(prod: Plan):
    (vpc,) = prod.of("Vpc")
    ranges = [IPv4Network(subnet.inputs["cidrBlock"]) for subnet in prod.of("Subnet")]
    assert all(each.subnet_of(IPv4Network(vpc.inputs["cidrBlock"])) for each in ranges)
    assert not any(one.overlaps(other) for one in ranges for other in ranges if one != other)


def test_load_balancers_and_karpenter_find_their_subnets(prod: Plan):
    tags = [subnet.inputs["tags"] for subnet in prod.of("Subnet")]
    assert sum(each.get("kubernetes.io/role/elb") == "1" for each in tags) == 3
    assert sum(each.get("karpenter.sh/discovery") == "ml-platform-stack" for each in tags) == 3


def test_each_zone_calls_out_through_a_gateway_of_its_own_or_all_through_one(prod: Plan, prod_with: With):
    one = prod_with(_network(nat="one"))
    assert [len(plan.of("NatGateway")) for plan in (prod, one)] == [3, 1]
    assert {route.urn for route in one.of("Route")} == {route.urn for route in prod.of("Route")}
    assert {gateway.urn for gateway in one.of("NatGateway")} < {gateway.urn for gateway in prod.of("NatGateway")}


def test_aws_is_reached_without_the_internet(prod: Plan):
    endpoints = {point.inputs["serviceName"].removeprefix("com.amazonaws.eu-north-1."): point for point in prod.of("VpcEndpoint")}
    assert endpoints["s3"].inputs["vpcEndpointType"] == "Gateway"
    assert len(endpoints["s3"].inputs["routeTableIds"]) == 3
    interfaces = {name for name, point in endpoints.items() if point.inputs["vpcEndpointType"] == "Interface"}
    assert {"ecr.api", "ecr.dkr", "sts", "ec2", "eks", "eks-auth", "logs"} <= interfaces
    assert all(endpoints[name].inputs["privateDnsEnabled"] for name in interfaces)


def test_all_traffic_is_logged_by_one_who_may_do_nothing_else(prod: Plan):
    (log,) = prod.of("FlowLog")
    assert log.inputs["trafficType"] == "ALL"
    (role,) = (role for role in prod.of("Role") if "flows" in role.name)
    (trust,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": "111122223333"}


def test_an_existing_network_is_used_as_it_is(prod_with: With):
    subnets = {"eu-north-1a": "subnet-0123456789abcdef0", "eu-north-1b": "subnet-0123456789abcdef1"}
    plan = prod_with(_network(existing={"vpc": "vpc-0123456789abcdef0", "subnets": subnets}))
    assert not [resource for resource in plan if resource.kind in ("Vpc", "Subnet", "NatGateway", "VpcEndpoint", "FlowLog")]
    assert {subnet for group in plan.of("NodeGroup") for subnet in group.inputs["subnetIds"]} == set(subnets.values())
    assert {target.inputs["subnetId"] for target in plan.of("MountTarget")} == set(subnets.values())


def test_another_zone_moves_no_subnet(prod: Plan, prod_with: With):
    def fewer(values: Values) -> None:
        values["ml-platform:cluster"]["zones"] = ["eu-north-1c", "eu-north-1a"]

    before, after = ({subnet.urn: subnet.inputs for subnet in plan.of("Subnet")} for plan in (prod, prod_with(fewer)))
    assert after.items() <= before.items()
