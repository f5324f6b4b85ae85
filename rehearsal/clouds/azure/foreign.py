"""A subnet that is there already: somebody else's, so made before the stack and not by it."""

from rehearsal.clouds.azure.network import SUBNET
from rehearsal.clouds.ledger import FOREIGN, Entry, Ledger


def populate(ledger: Ledger, subnet: str) -> None:
    """The subnet as the stack file names it, with 65536 addresses and a NAT gateway."""
    *_, network, _, name = subnet.split("/")
    inputs = {"virtualNetworkName": network, "subnetName": name, "addressPrefix": "10.224.0.0/16", "natGateway": {"id": "theirs"}}
    ledger.put(Entry(SUBNET, subnet, FOREIGN, {}, {**inputs, "name": name}))
