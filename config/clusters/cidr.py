"""Ranges of addresses: the type by which a stack writes them, and the arithmetic by which networks are cut."""

from collections.abc import Iterable
from ipaddress import IPv4Network
from itertools import combinations
from typing import Annotated

from pydantic import AfterValidator


def _canonical(text: str) -> str:
    try:
        return str(IPv4Network(text))
    except ValueError as wrong:
        raise ValueError(f"{wrong}; write for example 10.0.0.0/16") from None


def _named(text: str) -> str:
    if IPv4Network(text).prefixlen == 0:
        raise ValueError(f"{text} is everybody; write the ranges that may call the API")
    return text


Cidr = Annotated[str, AfterValidator(_canonical)]
"""A range of IPv4 addresses, e.g. `10.0.0.0/16`."""

NamedCidr = Annotated[Cidr, AfterValidator(_named)]
"""A range that is not all there is."""


def split(network: str, parts: int) -> list[str]:
    """Cut a range into at least so many equal ones, as large as can be: a power of two of them, in order.

    Raises ValueError for a range with fewer addresses than parts.
    """
    whole = IPv4Network(network)
    bits = (parts - 1).bit_length()
    if bits > 32 - whole.prefixlen:
        raise ValueError(f"{network} has {whole.num_addresses} addresses, too few for {parts} parts")
    return [str(part) for part in whole.subnets(prefixlen_diff=bits)]


def size(network: str) -> int:
    """How many addresses the range has."""
    return IPv4Network(network).num_addresses


def overlapping(networks: Iterable[str]) -> tuple[str, str] | None:
    """The first two ranges that share an address, or None."""
    for one, other in combinations(networks, 2):
        if IPv4Network(one).overlaps(IPv4Network(other)):
            return one, other
    return None
