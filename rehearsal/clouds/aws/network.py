"""EC2: networks and their subnets."""

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Network
from typing import Final

from config import regions
from rehearsal.clouds.aws.account import ACCOUNT
from rehearsal.clouds.aws.arn import arn, identifier, region
from rehearsal.clouds.aws.ec2 import EC2
from rehearsal.clouds.aws.models import Operation
from rehearsal.clouds.cloud import digest
from rehearsal.clouds.kind import Kind, Mistake, Reference, RefusedError, Request
from rehearsal.clouds.ledger import Entry, Ledger
from rehearsal.plugins.values import UNKNOWN, Json

VPC: Final = "aws:ec2/vpc:Vpc"
SUBNET: Final = "aws:ec2/subnet:Subnet"


def cidr(entry: Entry) -> IPv4Network:
    """Of a VPC or a subnet."""
    return IPv4Network(entry.get("cidrBlock"))


def network_of(ledger: Ledger, subnets: list[str]) -> set[str]:
    """Ids of the VPCs that these subnets are in."""
    return {str(subnet.get("vpcId")) for id_ in subnets if (subnet := ledger.get(SUBNET, id_))}


def zones_of(ledger: Ledger, subnets: list[str]) -> list[str]:
    """Zones of these subnets, in their order."""
    return [str(subnet.get("availabilityZone")) for id_ in subnets if (subnet := ledger.get(SUBNET, id_))]


_VPC = Operation(
    "ec2",
    "CreateVpc",
    {"assignGeneratedIpv6CidrBlock": "AmazonProvidedIpv6CidrBlock"},
    frozenset({"enableDnsHostnames", "enableDnsSupport", "enableNetworkAddressUsageMetrics"}),
)
_SUBNET = Operation(
    "ec2",
    "CreateSubnet",
    besides=frozenset(
        {"assignIpv6AddressOnCreation", "mapPublicIpOnLaunch", "privateDnsHostnameTypeOnLaunch"}
        | {"enableResourceNameDnsARecordOnLaunch", "enableResourceNameDnsAaaaRecordOnLaunch"}
    ),
)


def _vpc(inputs: Json) -> Iterator[Mistake]:
    yield from _VPC(inputs)
    yield from _range(inputs)


def _subnet(inputs: Json) -> Iterator[Mistake]:
    yield from _SUBNET(inputs)
    yield from _range(inputs)


def _range(inputs: Json) -> Iterator[Mistake]:
    block = inputs.get("cidrBlock")
    if block in (None, UNKNOWN):
        return
    try:
        network = IPv4Network(block)
    except ValueError:
        yield Mistake("cidrBlock", f"is {block!r}, which is no IPv4 range")
        return
    if not 16 <= network.prefixlen <= 28:
        yield Mistake("cidrBlock", f"is {block!r}; the range must be between a /16 and a /28")


def _subnet_fits(request: Request) -> None:
    inside, vpc_id = IPv4Network(request.inputs["cidrBlock"]), request.inputs["vpcId"]
    vpc = request.ledger.get(VPC, vpc_id)
    if vpc and not inside.subnet_of(cidr(vpc)):
        raise RefusedError(f"InvalidSubnet.Range: The CIDR '{inside}' is invalid. (the VPC has {cidr(vpc)})")
    for other in request.ledger.of(SUBNET):
        same = request.before is not None and request.before.id == other.id
        if not same and other.get("vpcId") == vpc_id and inside.overlaps(cidr(other)):
            raise RefusedError(f"InvalidSubnet.Conflict: The CIDR '{inside}' conflicts with another subnet ({other.id})")
    zones = regions.zones("aws", region(request))
    zone = request.inputs.get("availabilityZone", zones[0])
    if zone not in zones:
        raise RefusedError(
            f"InvalidParameterValue: Value ({zone}) for parameter availabilityZone is invalid. Subnets can currently only be "
            f"created in the following availability zones: {', '.join(zones)}."
        )


KINDS: Final = (
    Kind(
        VPC,
        identify=identifier("vpc"),
        computed=lambda request, id_: {
            "arn": arn(request, "ec2", f"vpc/{id_}"),
            "ownerId": ACCOUNT,
            "defaultSecurityGroupId": f"sg-{digest(id_)[:17]}",
            "mainRouteTableId": f"rtb-{digest(id_)[:17]}",
        },
        frozen=frozenset({"cidrBlock", "ipv4IpamPoolId", "ipv4NetmaskLength"}),
        check=_vpc,
        words=replace(
            EC2,
            missing="InvalidVpcID.NotFound: The vpc ID '{id}' does not exist",
            in_use="DependencyViolation: The vpc '{id}' has dependencies and cannot be deleted.",
            quota="VpcLimitExceeded: The maximum number of VPCs has been reached.",
        ),
    ),
    Kind(
        SUBNET,
        identify=identifier("subnet"),
        computed=lambda request, id_: {"arn": arn(request, "ec2", f"subnet/{id_}"), "ownerId": ACCOUNT},
        references=(Reference("vpcId", VPC),),
        frozen=frozenset({"vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId"}),
        check=_subnet,
        admit=_subnet_fits,
        words=replace(
            EC2,
            missing="InvalidSubnetID.NotFound: The subnet ID '{id}' does not exist",
            in_use="DependencyViolation: The subnet '{id}' has dependencies and cannot be deleted.",
            quota="SubnetLimitExceeded: The maximum number of subnets has been reached.",
        ),
    ),
)
