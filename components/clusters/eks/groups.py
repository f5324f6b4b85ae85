"""A pool as the node groups that EKS needs for it: one for each rung of its ladder, and for each zone where zones matter."""

from collections.abc import Iterator
from dataclasses import dataclass

from config.capacity import Rung
from config.node_pool import NodePool


@dataclass(frozen=True)
class Group:
    """Nodes of one pool, bought in one way, in one zone or in several."""

    pool: NodePool
    rung: Rung
    zones: tuple[str, ...]
    min: int
    max: int
    step: int
    """Which rung of the ladder it is: 0 is tried first."""
    key: str
    """Its name among the cluster's groups. Made of what it is, never of its position: another rung renames no other."""


def groups(pools: tuple[NodePool, ...], spanned: tuple[str, ...]) -> list[Group]:
    """Of all pools, on a cluster that is in these zones."""
    return [group for pool in pools for group in _of(pool, pool.zones or spanned)]


def _of(pool: NodePool, zones: tuple[str, ...]) -> Iterator[Group]:
    least = pool.size.min
    for step, rung in enumerate(pool.capacity):
        key = "-".join(filter(None, (pool.name, rung.kind, rung.reservation)))
        # Nodes that must be near one another, or that reach one another by EFA, which crosses no zone, come from one zone: the
        # autoscaler adds them to a group, and a group that spans zones spreads them.
        near = pool.placement == "compact" or pool.interconnect
        for names in [(zone,) for zone in zones] if near else [zones]:
            yield Group(pool, rung, names, least, pool.size.max, step, "-".join((key, *(names if near else ()))))
            least = 0  # the smallest size is bought once, on the first rung
