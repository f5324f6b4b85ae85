"""What a pool's machines are in EC2's words: their image, disks and network cards."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from components.clusters.base import Pool
from components.clusters.eks.groups import Group
from components.naming import CAPACITY
from config import node_images
from config.catalog import Arch, Machine, Vendor
from config.node_pool import NodePool

AMI_TYPES: Final[Mapping[tuple[str, Arch, Vendor | None], str]] = {
    ("al2023", "amd64", None): "AL2023_x86_64_STANDARD",
    ("al2023", "arm64", None): "AL2023_ARM_64_STANDARD",
    ("al2023", "amd64", "nvidia"): "AL2023_x86_64_NVIDIA",
    ("al2023", "arm64", "nvidia"): "AL2023_ARM_64_NVIDIA",
    ("al2023", "amd64", "neuron"): "AL2023_x86_64_NEURON",
    # The driver of AMD's GPUs is for whoever wrote `driver: none` to install.
    ("al2023", "amd64", "amd"): "AL2023_x86_64_STANDARD",
    ("bottlerocket", "amd64", None): "BOTTLEROCKET_x86_64",
    ("bottlerocket", "arm64", None): "BOTTLEROCKET_ARM_64",
    ("bottlerocket", "amd64", "nvidia"): "BOTTLEROCKET_x86_64_NVIDIA",
    ("bottlerocket", "arm64", "nvidia"): "BOTTLEROCKET_ARM_64_NVIDIA",
}
"""Image, processor and vendor of the devices → EKS's name for the node image."""

_DATA_DISKS: Final[Mapping[str, str]] = {"al2023": "/dev/xvda", "bottlerocket": "/dev/xvdb"}
"""Image → the disk where container images and pods' files are; Bottlerocket's own system is on another, of fixed size."""


def software(pool: NodePool, machine: Machine) -> node_images.Software:
    """What the pool's nodes run."""
    return node_images.software(machine, pool.image, pool.driver)


def ami_type(pool: NodePool, machine: Machine) -> str:
    """EKS's name for the pool's node image."""
    return AMI_TYPES[software(pool, machine).image.name, machine.arch, machine.vendor]


def data_disk(pool: NodePool, machine: Machine) -> str:
    """The disk that the pool's size is for, as the image calls it."""
    return _DATA_DISKS[software(pool, machine).image.name]


def labels(group: Group, pool: Pool) -> dict[str, str]:
    """Of the group's nodes: the pool's, and how they were bought."""
    return {**pool.labels, CAPACITY: group.rung.kind}


@dataclass(frozen=True)
class Interface:
    """A network interface that a machine starts with."""

    index: int
    """Of the network card that it is on."""
    device: int
    """Its number on that card."""
    interface: str
    """interface: the ordinary one, with an address; efa-only: EFA's traffic alone, without one."""


_ETHERNET_FIRST: Final = frozenset({"p6-b300.48xlarge"})
"""Machines whose first card has no EFA."""


def network_cards(machine: Machine) -> tuple[Interface, ...]:
    """The node's own interface, and one EFA on each card that has it: beside the node's own on the first, alone on the others.

    As Amazon's guide to EFA on machines with several cards says (2026): so a node takes one address, and not one for each card.
    """
    first = 1 if machine.name in _ETHERNET_FIRST else 0
    cards = range(first, first + machine.interfaces)
    return Interface(0, 0, "interface"), *(Interface(card, 0 if card else 1, "efa-only") for card in cards)
