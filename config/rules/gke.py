"""What GKE asks of a stack beyond what each of its parts says."""

from collections.abc import Iterator

from config import offers, regions
from config.clusters import Gke
from config.clusters.cidr import size
from config.clusters.gke import auto_created, most, placed
from config.platform import Platform
from config.rules.problem import Problem

_PODS_OF_A_NODE = 256
"""Addresses that GKE sets aside for the pods of one node: twice its 110 pods, in whole powers of two."""

_RESERVED = 4
"""Addresses of a subnetwork that Google keeps."""


def nodes_have_addresses(platform: Platform) -> Iterator[Problem]:
    """Else the autoscaler stops in the middle of a job: a cluster's ranges can't be made larger."""
    cluster = platform.cluster
    if not isinstance(cluster, Gke) or cluster.network.existing:
        return
    nodes = sum(most(cluster, pool) for pool in platform.node_pools)
    for field, room in (
        ("nodes", size(cluster.network.nodes) - _RESERVED),
        ("pods", size(cluster.network.pods) // _PODS_OF_A_NODE),
    ):
        if room < nodes:
            asked = f"the pools may have {nodes} nodes on all of their rungs"
            yield Problem(("cluster", "network", field), f"has room for {room} nodes and {asked}; write a larger range")


def machines_are_offered(platform: Platform) -> Iterator[Problem]:
    """In the zones that a pool names or, if it names none, in some zone of the region."""
    if not isinstance(cluster := platform.cluster, Gke):
        return
    there = regions.zones("gcp", cluster.region)
    for index, pool in enumerate(platform.node_pools):
        try:
            machine = pool.machine("gcp").name
        except LookupError:
            continue  # another rule says so
        for position, zone in enumerate(pool.zones):
            if zone in there and not offers.offered(machine, [zone]):
                instead = ", ".join(offers.offered(machine, there)) or f"another region: {', '.join(offers.regions(machine))}"
                yield Problem(("nodePools", index, "zones", position), f"{zone} has no {machine}; write {instead}")
        if not pool.zones and not placed(cluster, pool):
            elsewhere = ", ".join(offers.regions(machine))
            yield Problem(("nodePools", index), f"{cluster.region} has no {machine}; there are some in {elsewhere}")


def ladders_are_of_devices(platform: Platform) -> Iterator[Problem]:
    """The order of rungs holds for pods that ask for the pool. Those of a pool without devices ask for nothing."""
    if not isinstance(platform.cluster, Gke):
        return
    for index, pool in enumerate(platform.node_pools):
        if len(pool.capacity) > 1 and not pool.accelerator:
            yield Problem(
                ("nodePools", index, "capacity"),
                "GKE's autoscaler keeps to an order only for pools with an accelerator; write one rung, or two pools",
            )


def auto_creation_makes_something(platform: Platform) -> Iterator[Problem]:
    """Else it is a switch that does nothing."""
    if not isinstance(cluster := platform.cluster, Gke) or not cluster.auto_creation:
        return
    if not any(auto_created(cluster, pool) for pool in platform.node_pools):
        yield Problem(
            ("cluster", "autoCreation"),
            "GKE would make none of the pools: they have no GPUs, a smallest size, a placement, an image or a driver of their "
            "own; leave it out, or write a pool of GPUs with size.min: 0",
        )
