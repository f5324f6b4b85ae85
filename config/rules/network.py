"""Networks: that every node finds a subnet, an address, and room for the pods without which nothing works."""

from collections.abc import Iterable, Iterator
from typing import Final

from config.clusters import Eks, Existing, Gke
from config.clusters.cidr import size
from config.node_pool import NodePool
from config.platform import Platform
from config.rules.problem import Problem

ADDRESSES_PER_NODE: Final = 128
"""On EKS, where pods have addresses of the VPC: seven blocks of 16 for the 110 pods of a node, and some for itself."""

_TAKEN: Final = 5
"""Addresses of each subnet that AWS keeps."""


def pools_have_a_subnet(platform: Platform) -> Iterator[Problem]:
    """A pool's zones are among those that its cluster is in; of other regions' zones another rule knows."""
    match platform.cluster:
        case Eks(region=region, spanned=spanned):
            for index, pool in enumerate(platform.node_pools):
                for position, zone in enumerate(pool.zones):
                    if zone.startswith(region) and zone not in spanned:
                        yield Problem(
                            ("nodePools", index, "zones", position),
                            f"the cluster has no subnet in {zone!r}; write one of {', '.join(spanned)}, "
                            "or add it to cluster.zones",
                        )
        case _:
            pass


def reservations_have_a_zone(platform: Platform) -> Iterator[Problem]:
    """Reserved machines are in one zone: asked for in another one, they never come."""
    if isinstance(platform.cluster, Eks | Gke):
        for index, pool in enumerate(platform.node_pools):
            if len(pool.zones) != 1 and any(rung.kind == "reserved" for rung in pool.capacity):
                example = platform.cluster.spanned[0]
                yield Problem(("nodePools", index), f"a reservation is in one zone; write that one, e.g. zones: [{example}]")


def addresses_suffice(platform: Platform) -> Iterator[Problem]:
    """A network has addresses for all pools at their largest, and for the pods on them."""
    cluster = platform.cluster
    if not isinstance(cluster, Eks) or cluster.network.existing:
        return
    rooms = {zone: (size(ranges.private) - _TAKEN) // ADDRESSES_PER_NODE for zone, ranges in cluster.subnets.items()}
    for pools, zones in _sharing(platform.node_pools, cluster.spanned):
        nodes, room = sum(pool.size.max for pool in pools), sum(rooms[zone] for zone in zones)
        if nodes > room:
            yield Problem(
                ("cluster", "network", "cidr"),
                f"{cluster.network.cidr} has room for {room} nodes in {', '.join(zones)}, with {ADDRESSES_PER_NODE} addresses "
                f"each for their pods, and {_named(pools)} may have {nodes}; write a larger range or a smaller size.max",
            )
            return


def _sharing(pools: tuple[NodePool, ...], spanned: tuple[str, ...]) -> Iterator[tuple[list[NodePool], tuple[str, ...]]]:
    """Pools that have only these zones: first each by itself, then all."""
    for pool in pools:
        if pool.zones and set(pool.zones) <= set(spanned):
            yield [pool], pool.zones
    yield list(pools), spanned


def _named(pools: Iterable[NodePool]) -> str:
    *others, last = [pool.name for pool in pools]
    return f"pools {', '.join(others)} and {last}" if others else f"pool {last}"


def system_pods_have_nodes(platform: Platform) -> Iterator[Problem]:
    """Names, volumes and the autoscaler itself need a node that is there already, and keeps nobody out."""
    cluster = platform.cluster
    existing = isinstance(cluster, Existing)
    if not (cluster.autoscaler if existing else isinstance(cluster, Eks | Gke)):
        return
    # Devices alone keep nobody out on nodes that somebody else made.
    open_to_all = (pool for pool in platform.node_pools if not pool.taints and (existing or not pool.accelerator))
    if not any(pool.size.min for pool in open_to_all):
        yield Problem(
            ("nodePools",),
            "no pool without devices and taints has nodes from the start, and what adds nodes needs some; "
            "write size: {min: 2, …} for one, such as {name: general, size: {min: 2, max: 6}}",
        )
