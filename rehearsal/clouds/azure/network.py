"""Virtual networks, their subnets, and how what is in them reaches the internet."""

from ipaddress import IPv4Network
from typing import Final

from rehearsal.clouds.azure import arm
from rehearsal.clouds.cloud import digest
from rehearsal.clouds.kind import Reference, Request
from rehearsal.clouds.ledger import Entry
from rehearsal.plugins.values import Json

NETWORK: Final = "azure-native:network:VirtualNetwork"
SUBNET: Final = "azure-native:network:Subnet"
NAT: Final = "azure-native:network:NatGateway"
ADDRESS: Final = "azure-native:network:PublicIPAddress"

RESERVED: Final = 5
"""Addresses that Azure keeps of each subnet for itself."""


def ranges(entry: Entry) -> list[IPv4Network]:
    """The addresses of a subnet or of a network."""
    its = entry.properties
    prefixes = (
        arm.listed(arm.inner(its, "addressSpace"), "addressPrefixes")
        or arm.listed(its, "addressPrefixes")
        or [its.get("addressPrefix")]
    )
    return [IPv4Network(prefix) for prefix in prefixes if prefix]


def _subnet_fits(request: Request) -> None:
    name, theirs = request.inputs["subnetName"], request.inputs["virtualNetworkName"]
    ours = ranges(Entry(SUBNET, "", "", {}, request.inputs))
    (network,) = (entry for entry in request.ledger.of(NETWORK) if entry.get("name") == theirs)
    for each in ours:
        if not any(each.subnet_of(space) for space in ranges(network)):
            message = (
                f"Subnet '{name}' is not valid because its IP address range is outside the IP address range of virtual network"
            )
            raise arm.refusal("NetcfgInvalidSubnet", f"{message} '{theirs}'.")
    for other in request.ledger.of(SUBNET):
        same = request.before is not None and request.before.id == other.id
        overlaps = any(each.overlaps(taken) for each in ours for taken in ranges(other))
        if not same and other.get("virtualNetworkName") == theirs and overlaps:
            message = f"Subnet '{name}' is not valid because its IP address range overlaps with that of an existing subnet"
            raise arm.refusal("NetcfgSubnetRangesOverlap", f"{message} in virtual network '{theirs}'.")


def _address(request: Request, identifier: str) -> Json:
    dynamic = request.inputs.get("publicIPAllocationMethod") == "Dynamic"
    host = int(digest(identifier)[:4], 16)
    return {} if dynamic else {"ipAddress": f"20.240.{host >> 8}.{host & 255}"}


def _gateway_takes(request: Request) -> None:
    addresses = {entry.id: entry for entry in request.ledger.of(ADDRESS)}
    for used in arm.listed(request.inputs, "publicIpAddresses"):
        if arm.inner(addresses[used["id"]].inputs, "sku").get("name") != "Standard":
            message = f"NAT Gateway requires public IP addresses of the Standard SKU; {used['id']} is not one."
            raise arm.refusal("NatGatewayOnlySupportsStandardPublicIps", message)


KINDS: Final = (
    arm.kind(
        ADDRESS,
        "Microsoft.Network/publicIPAddresses",
        "publicIpAddressName",
        computed=_address,
        frozen={"sku"},
        words=arm.in_use("PublicIPAddressCannotBeDeleted", "Public IP address {id} is still allocated."),
    ),
    arm.kind(
        NAT,
        "Microsoft.Network/natGateways",
        "natGatewayName",
        references=(Reference("publicIpAddresses.*.id", ADDRESS),),
        frozen={"zones"},
        admit=_gateway_takes,
        words=arm.in_use("InUseNatGatewayCannotBeDeleted", "NAT Gateway {id} is in use by a subnet and cannot be deleted."),
    ),
    arm.kind(NETWORK, "Microsoft.Network/virtualNetworks", "virtualNetworkName"),
    arm.kind(
        SUBNET,
        "Microsoft.Network/virtualNetworks/{virtualNetworkName}/subnets",
        "subnetName",
        references=(Reference("virtualNetworkName", NETWORK, by="name"), Reference("natGateway.id", NAT)),
        frozen={"virtualNetworkName"},
        admit=_subnet_fits,
        words=arm.in_use("InUseSubnetCannotBeDeleted", "Subnet {id} is in use and cannot be deleted."),
    ),
)
