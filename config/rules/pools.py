"""Node pools on the cluster's cloud: that what they ask for is to be had there."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from config import node_images, regions
from config.catalog import Machine
from config.clusters import Aks, Eks, Existing, Gke
from config.model import amount
from config.node_pool import NodePool
from config.platform import Platform
from config.rules.problem import Problem

_MEANINGLESS: Final[Mapping[bool, tuple[tuple[str, ...], str]]] = {
    True: (
        ("disk", "labels", "zones", "placement", "interconnect", "image", "driver"),
        "the nodes of an existing cluster are what they are",
    ),
    False: (("selector", "preinstalled"), "this is for nodes that are there already, on an existing cluster"),
}
"""Whether the cluster is an existing one → what says nothing there, and why."""

_RESERVATIONS: Final[Mapping[str, tuple[str, str]]] = {
    "aws": (r"cr-[0-9a-f]{8,17}", "an EC2 capacity reservation, such as cr-0123456789abcdef0"),
    "gcp": (
        r"(projects/[a-z][-a-z0-9]+/reservations/)?[a-z]([-a-z0-9]{0,61}[a-z0-9])?",
        "a Compute Engine reservation, such as h100-reservation or projects/<its project>/reservations/h100-reservation",
    ),
    "azure": (
        r"(?i)/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Compute/capacityReservationGroups/[^/]+",
        "a capacity reservation group, /subscriptions/…/providers/Microsoft.Compute/capacityReservationGroups/<name>",
    ),
}
"""Cloud → what its reservations are called, and in words."""

_LARGEST_DISK: Final[Mapping[str, int]] = {"azure": 2048}
"""Cloud → GiB, where it is less than what any pool may have."""


def machines_exist(platform: Platform) -> Iterator[Problem]:
    """A pool is made of a machine of the cluster's cloud."""
    for index, pool in enumerate(platform.node_pools):
        if pool.vendor == "tpu" and not isinstance(platform.cluster, Gke | Existing):
            yield Problem(("nodePools", index), "TPUs are Google's; use cluster.kind: gke or another accelerator")
            continue
        try:
            pool.machine(platform.cluster.cloud)
        except LookupError as missing:
            yield Problem(("nodePools", index), str(missing))


def images_exist(platform: Platform) -> Iterator[Problem]:
    """The cloud has the node image, for that processor and those devices, and the image that driver."""
    for index, pool, machine in _made(platform):
        try:
            image = node_images.image_for(machine, pool.image)
        except LookupError as missing:
            yield Problem(("nodePools", index, "image"), str(missing))
            continue
        try:
            node_images.driver_for(machine, image, pool.driver)
        except LookupError as missing:
            yield Problem(("nodePools", index, "driver"), str(missing))


def capacity_is_sold(platform: Platform) -> Iterator[Problem]:
    """The cloud sells each rung of a pool's ladder."""
    cloud = platform.cluster.cloud
    if cloud is None:
        return
    pattern, words = _RESERVATIONS[cloud]
    for index, pool in enumerate(platform.node_pools):
        for position, rung in enumerate(pool.capacity):
            path = ("nodePools", index, "capacity", position)
            if rung.kind == "flex" and cloud != "gcp":
                yield Problem((*path, "kind"), "flex is sold by Google alone; use on-demand, spot or reserved")
            if rung.kind == "reserved" and not re.fullmatch(pattern, rung.reservation):
                yield Problem((*path, "reservation"), f"{rung.reservation!r} is not {words}")


def placement_is_possible(platform: Platform) -> Iterator[Problem]:
    """Google places neither N1 machines compactly nor, otherwise than by their topology, TPUs."""
    for index, pool, machine in _made(platform):
        if pool.placement and machine.cloud == "gcp" and machine.name.startswith(("n1-", "ct")):
            yield Problem(("nodePools", index, "placement"), f"{machine.name} machines can't be placed compactly; leave it out")


def zones_are_in_the_region(platform: Platform) -> Iterator[Problem]:
    """A pool's nodes are in the region of its cluster."""
    for index, pool in enumerate(platform.node_pools):
        for position, zone in enumerate(pool.zones):
            path = ("nodePools", index, "zones", position)
            match platform.cluster:
                case Aks() if zone not in ("1", "2", "3"):
                    yield Problem(path, f"{zone!r} is no zone; Azure's are called 1, 2 and 3")
                case Eks(region=region) if not re.fullmatch(rf"{region}[a-z]", zone):
                    yield Problem(path, f"{zone!r} is not a zone of {region}; write for example {region}a")
                case Gke(region=region) if zone not in regions.zones("gcp", region):
                    yield Problem(path, f"{zone!r} is not a zone of {region}; write for example {region}-b")
                case _:
                    pass


def disks_are_sold(platform: Platform) -> Iterator[Problem]:
    """The cloud has node disks that large."""
    largest = _LARGEST_DISK.get(platform.cluster.cloud or "")
    for index, pool in enumerate(platform.node_pools):
        if largest and pool.disk and amount(pool.disk) > largest * 2**30:
            yield Problem(
                ("nodePools", index, "disk"), f"{pool.disk} is more than a node's disk may have; write at most {largest}Gi"
            )


def options_have_a_meaning(platform: Platform) -> Iterator[Problem]:
    """Nodes that are there already are found; others are made."""
    existing = isinstance(platform.cluster, Existing)
    for index, pool in enumerate(platform.node_pools):
        fields, reason = _MEANINGLESS[existing]
        for field in fields:
            if getattr(pool, field):
                yield Problem(("nodePools", index, field), f"{reason}; leave it out")


def an_autoscaler_has_pools(platform: Platform) -> Iterator[Problem]:
    """Who asks for an autoscaler expects that nodes come. Without one, a pool may grow all the same: as its owner likes."""
    asked = isinstance(platform.cluster, Existing) and platform.cluster.autoscaler
    if asked and all(pool.size.min == pool.size.max for pool in platform.node_pools):
        yield Problem(
            ("cluster", "autoscaler"),
            "has nothing to do: each pool's size.min is its size.max; write a larger max for one, or leave the autoscaler out",
        )


def _made(platform: Platform) -> Iterator[tuple[int, NodePool, Machine]]:
    """The pools that a cloud will make, with their machines; what has none is reported by machines_exist."""
    if platform.cluster.cloud:
        for index, pool in enumerate(platform.node_pools):
            try:
                yield index, pool, pool.machine(platform.cluster.cloud)
            except LookupError:
                continue
