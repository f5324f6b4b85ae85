"""What nodes run below Kubernetes: the images that each cloud has, all of them for either processor, and what comes with them.

Facts from the clouds' own guides (EKS accelerated AMIs and Bottlerocket's variants, GKE's GPU driver installation, AKS' GPU node
pools), 2026-08. A cloud's first image is its default, an image's first driver is that image's default.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from config.catalog import Machine, Vendor

NONE: Final = "none"
"""The driver of nodes that come without one: whoever writes it installs it, for example with the vendor's operator."""


@dataclass(frozen=True)
class Image:
    """A cloud's node image."""

    cloud: str
    name: str
    drivers: Mapping[Vendor, tuple[str, ...]]
    """Vendor → the drivers to choose from. `image`: the one in the image, or that the cloud adds to it; `default` and `latest`:
    GKE's versions."""
    plugins: frozenset[Vendor] = frozenset()
    """Vendors whose device plugin runs on it already."""
    unknown: frozenset[str] = frozenset()
    """Accelerators that are newer than its driver."""


IMAGES: Final[tuple[Image, ...]] = (
    # Their driver is of the branch 580, which G7's GPU is too new for.
    Image("aws", "al2023", {"nvidia": ("image",), "neuron": ("image",), "amd": (NONE,)}, unknown=frozenset({"rtx-pro-4500"})),
    Image("aws", "bottlerocket", {"nvidia": ("image",)}, frozenset({"nvidia"}), unknown=frozenset({"rtx-pro-4500"})),
    Image("gcp", "cos", {"nvidia": ("default", "latest", NONE), "tpu": ("image",)}, frozenset({"nvidia", "tpu"})),
    Image("gcp", "ubuntu", {"nvidia": ("default", NONE)}, frozenset({"nvidia"})),
    Image("azure", "ubuntu", {"nvidia": ("image", NONE), "amd": (NONE,)}),
    Image("azure", "azurelinux", {"nvidia": ("image", NONE)}),
)


@dataclass(frozen=True)
class Software:
    """What the nodes of a pool run."""

    image: Image
    driver: str
    """One of the image's; empty for nodes without devices."""
    preinstalled: frozenset[str]
    """What must not be installed once more: `driver`, `device-plugin`."""


def image_for(machine: Machine, name: str | None) -> Image:
    """The image called `name` on the machine's cloud, or the first that suits the machine.

    Raises LookupError, which says what there is instead.
    """
    suitable = [image for image in IMAGES if image.cloud == machine.cloud and _suits(image, machine)]
    for image in suitable:
        if name in (None, image.name):
            return image
    devices = f" for {machine.accelerator}" if machine.accelerator else ""
    if not suitable:
        raise LookupError(f"no node image on {machine.cloud} has a driver for {machine.accelerator}; choose another accelerator")
    known = ", ".join(image.name for image in suitable)
    raise LookupError(f"{name!r} is no node image{devices} on {machine.cloud}; write one of {known}, or leave it out")


def driver_for(machine: Machine, image: Image, name: str | None) -> str:
    """The driver called `name`, or the image's default; empty on a machine without devices.

    Raises LookupError, which says what there is instead.
    """
    drivers = image.drivers[machine.vendor] if machine.vendor else ("",)
    if name is None and drivers == (NONE,):
        raise LookupError(
            f"no node image on {machine.cloud} brings a driver for {machine.accelerator}; "
            f"install it, for example with its vendor's operator, and write driver: {NONE}"
        )
    if name not in (None, *drivers):
        instead = (
            f"write one of {', '.join(drivers)}, or leave it out" if machine.vendor else "leave it out: there are no devices"
        )
        raise LookupError(f"{name!r} is no driver of the image {image.name}; {instead}")
    return name or drivers[0]


def software(machine: Machine, image: str | None, driver: str | None) -> Software:
    """What the pool's nodes run; raises LookupError for what is not to be had."""
    chosen = image_for(machine, image)
    with_driver = driver_for(machine, chosen, driver)
    brought = {"driver": with_driver not in ("", NONE), "device-plugin": machine.vendor in chosen.plugins}
    return Software(chosen, with_driver, frozenset(part for part, there in brought.items() if there))


def _suits(image: Image, machine: Machine) -> bool:
    return machine.vendor is None or (machine.vendor in image.drivers and machine.accelerator not in image.unknown)
