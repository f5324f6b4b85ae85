"""What a pool's machines are in EC2's words: their image, disks and network cards."""

from collections.abc import Mapping
from typing import Final

import pulumi
from pulumi_aws.ec2 import LaunchTemplateBlockDeviceMappingArgsDict, LaunchTemplateNetworkInterfaceArgsDict

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


def disks(pool: NodePool, machine: Machine) -> list[LaunchTemplateBlockDeviceMappingArgsDict]:
    """The disk that the pool's size is for, encrypted, gone with its node."""
    device = _DATA_DISKS[software(pool, machine).image.name]
    return [
        {
            "device_name": device,
            "ebs": {
                "volume_type": "gp3",
                "volume_size": pool.disk_gib,
                "encrypted": "true",
                "delete_on_termination": "true",
            },
        }
    ]


def network_cards(machine: Machine, security_group: pulumi.Input[str]) -> list[LaunchTemplateNetworkInterfaceArgsDict]:
    """One EFA interface for each that the machine has. The first card's carries the node's address, others only EFA's traffic."""
    return [
        {
            "network_card_index": card,
            # A card's first interface has index 0 on the first card, which is the node's own, and 1 on others.
            "device_index": min(card, 1),
            "interface_type": "efa" if card == 0 else "efa-only",
            "security_groups": [security_group],
            "delete_on_termination": "true",
        }
        for card in range(machine.interfaces)
    ]
