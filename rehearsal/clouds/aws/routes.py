"""EC2: where packets go from a subnet."""

from dataclasses import replace
from typing import Final

from rehearsal.clouds.aws.account import ACCOUNT
from rehearsal.clouds.aws.arn import arn, identifier
from rehearsal.clouds.aws.ec2 import EC2
from rehearsal.clouds.aws.gateways import INTERNET_GATEWAY, NAT
from rehearsal.clouds.aws.models import Operation
from rehearsal.clouds.aws.network import SUBNET, VPC
from rehearsal.clouds.cloud import digest
from rehearsal.clouds.kind import Kind, Reference, RefusedError, Request
from rehearsal.clouds.ledger import Ledger

TABLE: Final = "aws:ec2/routeTable:RouteTable"
ROUTE: Final = "aws:ec2/route:Route"
ASSOCIATION: Final = "aws:ec2/routeTableAssociation:RouteTableAssociation"

_DESTINATIONS: Final = ("destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId")


def leads_out(ledger: Ledger, subnet: str) -> bool:
    """Whether packets from this subnet find a way to the internet."""
    tables = {entry.get("routeTableId") for entry in ledger.of(ASSOCIATION) if entry.get("subnetId") == subnet}
    return any(
        route.get("routeTableId") in tables
        and route.get("destinationCidrBlock") == "0.0.0.0/0"
        and (
            ((nat := route.get("natGatewayId")) is not None and ledger.get(NAT, nat) is not None)
            or ((gateway := route.get("gatewayId")) is not None and ledger.get(INTERNET_GATEWAY, gateway) is not None)
            or any(route.get(key) for key in ("transitGatewayId", "networkInterfaceId", "vpcEndpointId"))
        )
        for route in ledger.of(ROUTE)
    )


def _destination(request: Request) -> str:
    return next((str(request.inputs[key]) for key in _DESTINATIONS if request.inputs.get(key)), "")


def _one_way(request: Request) -> None:
    for other in request.ledger.of(ROUTE):
        mine = request.before is not None and request.before.id == other.id
        same = other.get("routeTableId") == request.inputs["routeTableId"]
        if not mine and same and _destination(request) in [other.get(key) for key in _DESTINATIONS]:
            raise RefusedError(f"RouteAlreadyExists: The route identified by {_destination(request)} already exists.")


def _one_table(request: Request) -> None:
    for other in request.ledger.of(ASSOCIATION):
        mine = request.before is not None and request.before.id == other.id
        if not mine and other.get("subnetId") and other.get("subnetId") == request.inputs.get("subnetId"):
            raise RefusedError(
                f"Resource.AlreadyAssociated: the specified association for route table {request.inputs['routeTableId']} "
                f"conflicts with an existing association ({other.id})"
            )


KINDS: Final = (
    Kind(
        TABLE,
        identify=identifier("rtb"),
        computed=lambda request, id_: {"arn": arn(request, "ec2", f"route-table/{id_}"), "ownerId": ACCOUNT},
        references=(Reference("vpcId", VPC),),
        frozen=frozenset({"vpcId"}),
        check=Operation("ec2", "CreateRouteTable", besides=frozenset({"routes", "propagatingVgws"})),
        words=replace(
            EC2,
            missing="InvalidRouteTableID.NotFound: The routeTable ID '{id}' does not exist",
            in_use="DependencyViolation: The routeTable '{id}' has dependencies and cannot be deleted.",
        ),
    ),
    Kind(
        ROUTE,
        identify=lambda request: f"r-{request.inputs['routeTableId']}{int(digest(_destination(request))[:8], 16)}",
        computed=lambda _request, _id: {"state": "active", "origin": "CreateRoute"},
        references=(
            Reference("routeTableId", TABLE, holds=False),
            Reference("gatewayId", INTERNET_GATEWAY, holds=False),
            Reference("natGatewayId", NAT, holds=False),
        ),
        frozen=frozenset({"routeTableId", *_DESTINATIONS}),
        check=Operation("ec2", "CreateRoute", {"egressOnlyGatewayId": "EgressOnlyInternetGatewayId"}),
        admit=_one_way,
        words=EC2,
    ),
    Kind(
        ASSOCIATION,
        identify=identifier("rtbassoc"),
        references=(Reference("routeTableId", TABLE), Reference("subnetId", SUBNET, holds=False)),
        frozen=frozenset({"subnetId", "gatewayId"}),
        check=Operation("ec2", "AssociateRouteTable"),
        admit=_one_table,
        words=EC2,
    ),
)
