"""EC2: networks."""

from collections.abc import Callable, Mapping
from ipaddress import IPv4Network
from typing import Final

from rehearsal.clouds.aws.arn import ACCOUNT, arn
from rehearsal.clouds.cloud import Cloud, Invoke, digest
from rehearsal.clouds.kind import Kind, Reference, RefusedError, Request
from rehearsal.clouds.ledger import Entry
from rehearsal.plugins.values import Json

VPC: Final = "aws:ec2/vpc:Vpc"
SUBNET: Final = "aws:ec2/subnet:Subnet"


def identifier(prefix: str) -> Callable[[Request], str]:
    """An id such as `vpc-0a1b2c3d4e5f67890`: made of the resource's URN and inputs, so that a rehearsal repeats it."""

    def make(request: Request) -> str:
        return f"{prefix}-{digest(request.urn, repr(sorted(request.inputs.items())))[:17]}"

    return make


def _network(entry: Entry) -> IPv4Network:
    return IPv4Network(entry.get("cidrBlock"))


def _subnet_fits(request: Request) -> None:
    inside, vpc_id = IPv4Network(request.inputs["cidrBlock"]), request.inputs["vpcId"]
    vpc = request.ledger.get(VPC, vpc_id)
    if vpc and not inside.subnet_of(_network(vpc)):
        raise RefusedError(f"InvalidSubnet.Range: The CIDR '{inside}' is invalid: it is not inside the VPC's {_network(vpc)}")
    for other in request.ledger.of(SUBNET):
        same = request.before is not None and request.before.id == other.id
        if not same and other.get("vpcId") == vpc_id and inside.overlaps(_network(other)):
            raise RefusedError(f"InvalidSubnet.Conflict: The CIDR '{inside}' conflicts with another subnet, {other.id}")


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
        frozen=frozenset({"cidrBlock", "instanceTenancy"}),
    ),
    Kind(
        SUBNET,
        identify=identifier("subnet"),
        computed=lambda request, id_: {"arn": arn(request, "ec2", f"subnet/{id_}"), "ownerId": ACCOUNT},
        references=(Reference("vpcId", VPC),),
        frozen=frozenset({"vpcId", "cidrBlock", "availabilityZone"}),
        admit=_subnet_fits,
    ),
)


def _availability_zones(_cloud: Cloud, config: Json, _arguments: Json) -> Json:
    names = [f"{config['region']}{letter}" for letter in "abc"]
    return {"names": names, "zoneIds": [f"zone-{name}" for name in names], "id": config["region"], "groupNames": []}


INVOKES: Final[Mapping[str, Invoke]] = {"aws:index/getAvailabilityZones:getAvailabilityZones": _availability_zones}
