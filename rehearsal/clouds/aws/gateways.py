"""EC2: the ways out of a network."""

from dataclasses import replace
from typing import Final

from rehearsal.clouds.aws.account import ACCOUNT
from rehearsal.clouds.aws.arn import arn, identifier
from rehearsal.clouds.aws.ec2 import EC2
from rehearsal.clouds.aws.models import Operation
from rehearsal.clouds.aws.network import SUBNET, VPC, network_of
from rehearsal.clouds.cloud import digest
from rehearsal.clouds.kind import Kind, Reference, RefusedError, Request
from rehearsal.clouds.load_balancers import LOAD_BALANCER

INTERNET_GATEWAY: Final = "aws:ec2/internetGateway:InternetGateway"
ADDRESS: Final = "aws:ec2/eip:Eip"
NAT: Final = "aws:ec2/natGateway:NatGateway"


def _detaches(request: Request) -> None:
    """A gateway stays while somebody in the VPC has a public address through it."""
    vpc = request.inputs.get("vpcId")
    public = [nat for nat in request.ledger.of(NAT) if vpc in network_of(request.ledger, [nat.get("subnetId")])]
    balancers = [balancer for balancer in request.ledger.of(LOAD_BALANCER) if balancer.get("vpcId") == vpc]
    public += [balancer for balancer in balancers if balancer.get("scheme") == "internet-facing"]
    if public:
        raise RefusedError(
            f"DependencyViolation: Network {vpc} has some mapped public address(es). Please unmap those public address(es) "
            f"before detaching the gateway. (of {', '.join(entry.id for entry in public)})"
        )


def _attached_once(request: Request) -> None:
    vpc = request.inputs.get("vpcId")
    for other in request.ledger.of(INTERNET_GATEWAY):
        if vpc and other.get("vpcId") == vpc and not (request.before and request.before.id == other.id):
            raise RefusedError(f"InvalidParameterValue: Network {vpc} already has an internet gateway attached")


def _has_a_way_out(request: Request) -> None:
    for vpc in network_of(request.ledger, [request.inputs["subnetId"]]):
        if not any(gateway.get("vpcId") == vpc for gateway in request.ledger.of(INTERNET_GATEWAY)):
            raise RefusedError(f"Gateway.NotAttached: Network {vpc} has no Internet gateway attached")


def _public_address(id_: str) -> str:
    return f"203.0.113.{int(digest(id_)[:8], 16) % 254 + 1}"


KINDS: Final = (
    Kind(
        INTERNET_GATEWAY,
        identify=identifier("igw"),
        computed=lambda request, id_: {"arn": arn(request, "ec2", f"internet-gateway/{id_}"), "ownerId": ACCOUNT},
        references=(Reference("vpcId", VPC),),
        check=Operation("ec2", "CreateInternetGateway", besides=frozenset({"vpcId"})),
        admit=_attached_once,
        release=_detaches,
        words=replace(
            EC2,
            missing="InvalidInternetGatewayID.NotFound: The internetGateway ID '{id}' does not exist",
            quota="InternetGatewayLimitExceeded: The maximum number of internet gateways has been reached.",
        ),
    ),
    Kind(
        ADDRESS,
        identify=identifier("eipalloc"),
        computed=lambda request, id_: {
            "arn": arn(request, "ec2", f"elastic-ip/{id_}"),
            "allocationId": id_,
            "publicIp": _public_address(id_),
        },
        frozen=frozenset({"domain", "address", "publicIpv4Pool", "networkBorderGroup"}),
        check=Operation("ec2", "AllocateAddress", besides=frozenset({"associateWithPrivateIp", "instance", "networkInterface"})),
        words=replace(
            EC2,
            missing="InvalidAllocationID.NotFound: The allocation ID '{id}' does not exist",
            in_use="InvalidIPAddress.InUse: Address {id} is in use.",
            quota="AddressLimitExceeded: The maximum number of addresses has been reached.",
        ),
    ),
    Kind(
        NAT,
        identify=identifier("nat"),
        computed=lambda request, id_: {
            "publicIp": _public_address(str(request.inputs.get("allocationId"))),
            "networkInterfaceId": f"eni-{digest(id_)[:17]}",
        },
        references=(Reference("subnetId", SUBNET), Reference("allocationId", ADDRESS)),
        frozen=frozenset({"subnetId", "allocationId", "connectivityType", "privateIp"}),
        check=Operation("ec2", "CreateNatGateway", {"privateIp": "PrivateIpAddress"}),
        admit=_has_a_way_out,
        words=replace(
            EC2,
            missing="NatGatewayNotFound: NAT gateway {id} was not found",
            quota="NatGatewayLimitExceeded: The maximum number of NAT Gateways has been reached.",
            timeout="waiting for EC2 NAT Gateway ({id}) create: timeout while waiting for state to become 'available' "
            "(last state: 'pending', timeout: 10m0s)",
        ),
    ),
)
