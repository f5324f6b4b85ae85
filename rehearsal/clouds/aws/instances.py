"""EC2: the machines of a node group. Each has an address in one of the group's subnets, which it holds."""

import threading
from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import Final

from rehearsal.clouds.aws.network import SUBNET, cidr
from rehearsal.clouds.cloud import digest
from rehearsal.clouds.kind import RefusedError
from rehearsal.clouds.ledger import Entry, Ledger

INSTANCE: Final = "aws:ec2/instance:Instance"

_RESERVED: Final = 4
"""The first addresses of a subnet are AWS's own, as is the last."""

_lock = threading.Lock()


def of(ledger: Ledger, group: str) -> list[Entry]:
    """The machines of one autoscaling group, the oldest first."""
    mine = [entry for entry in ledger.of(INSTANCE) if entry.get("group") == group]
    return sorted(mine, key=lambda entry: int(entry.get("number")))


def scale(ledger: Ledger, region: str, group: str, subnets: list[str], count: int) -> list[Entry]:
    """Have so many machines in a group, dealt out over its subnets; the youngest go first. Raises RefusedError."""
    with _lock:  # two groups must not be given one address
        there = of(ledger, group)
        for surplus in there[count:]:
            ledger.remove(surplus)
        for number in range(len(there), count):
            ledger.put(_launch(ledger, region, group, subnets[number % len(subnets)], number))
        return of(ledger, group)


def terminate(ledger: Ledger, group: str) -> None:
    """The group is deleted."""
    for instance in of(ledger, group):
        ledger.remove(instance)


def _launch(ledger: Ledger, region: str, group: str, subnet_id: str, number: int) -> Entry:
    subnet = ledger.get(SUBNET, subnet_id)
    if subnet is None:
        raise RefusedError(f"InvalidSubnetID.NotFound: The subnet ID '{subnet_id}' does not exist")
    taken = {entry.get("privateIp") for entry in ledger.of(INSTANCE)}
    address = next((each for each in _addresses(subnet, group) if str(each) not in taken), None)
    if address is None:
        raise RefusedError(
            f"InsufficientFreeAddressesInSubnet: The specified subnet '{subnet_id}' does not have enough free IP addresses to "
            f"satisfy the request."
        )
    domain = "ec2.internal" if region == "us-east-1" else f"{region}.compute.internal"
    inputs = {"subnetId": subnet_id}
    properties = {
        **inputs,
        "uses": {"subnetId": SUBNET},
        "group": group,
        "number": number,
        "availabilityZone": subnet.get("availabilityZone"),
        "privateIp": str(address),
        "privateDns": f"ip-{str(address).replace('.', '-')}.{domain}",
    }
    return Entry(INSTANCE, f"i-{digest(group, str(number))[:17]}", "", inputs, properties)


def _addresses(subnet: Entry, group: str) -> Iterator[IPv4Address]:
    """Of a subnet, from a place on that is the group's own: as scattered as they are in life, and the same each time."""
    network = cidr(subnet)
    usable = network.num_addresses - _RESERVED - 1
    start = int(digest(group, subnet.id)[:8], 16) % usable
    return (network[_RESERVED + (start + offset) % usable] for offset in range(usable))
