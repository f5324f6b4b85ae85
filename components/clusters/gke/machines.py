"""What GKE wants to know of a machine: its image, its disk, its devices and their driver."""

from collections.abc import Mapping
from typing import Final

from pulumi_gcp.container import NodePoolNodeConfigGuestAcceleratorArgsDict

from config.catalog import Machine
from config.node_images import NONE

IMAGES: Final[Mapping[str, str]] = {"cos": "COS_CONTAINERD", "ubuntu": "UBUNTU_CONTAINERD"}
"""Node image in the stack file → image type."""

_DRIVERS: Final[Mapping[str, str]] = {"default": "DEFAULT", "latest": "LATEST", NONE: "INSTALLATION_DISABLED"}
"""Driver in the stack file → version. Always said: what GKE does otherwise has changed with its versions."""

_HYPERDISK_ONLY: Final = ("a3-ultragpu-", "a4-", "a4x-", "c4a-", "ct6e-", "g4-")
"""Families of machines that take no older kind of boot disk."""


def disk_type(machine: Machine) -> str:
    """The kind of a node's boot disk."""
    return "hyperdisk-balanced" if machine.name.startswith(_HYPERDISK_ONLY) else "pd-balanced"


def accelerators(machine: Machine, driver: str) -> list[NodePoolNodeConfigGuestAcceleratorArgsDict]:
    """GPUs and the driver that GKE installs for them; of TPUs the machine type says it all."""
    if machine.vendor != "nvidia":
        return []
    return [
        {
            "type": machine.cloud_name,
            "count": machine.count,
            "gpu_driver_installation_config": {"gpu_driver_version": _DRIVERS[driver]},
        }
    ]


def secure_boot(machine: Machine, image: str) -> bool:
    """Ubuntu's GPU driver is built on the node, where nobody can sign it: with secure boot it would not be loaded."""
    return not (image == "ubuntu" and machine.vendor == "nvidia")
