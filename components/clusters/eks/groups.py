"""A pool as the node groups that EKS needs for it: one for each rung of its ladder, and for each zone where zones matter."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

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
    """Its name among the cluster's groups, of at most 63 characters, since Karpenter writes it into a label. Made of what it is,
    never of its position: another rung renames no other.
    """

    @property
    def compact(self) -> bool:
        """Whether EC2 is asked for machines near one another.

        A reservation has its place already: asked for another one at the same time, EC2 finds no room.
        """
        return self.pool.placement == "compact" and not self.rung.reservation


def groups(pools: tuple[NodePool, ...], spanned: tuple[str, ...]) -> list[Group]:
    """Of all pools, on a cluster that is in these zones."""
    return [group for pool in pools for group in _of(pool, pool.zones or spanned)]


def _of(pool: NodePool, zones: tuple[str, ...]) -> Iterator[Group]:
    least = pool.size.min
    for step, rung in enumerate(pool.capacity):
        key = "-".join(filter(None, (pool.name, rung.kind, rung.reservation[-8:])))
        # Nodes that must be near one another, or that reach one another by EFA, which crosses no zone, come from one zone: the
        # autoscaler adds them to a group, and a group that spans zones spreads them.
        near = pool.placement == "compact" or pool.interconnect
        for each in [(zone,) for zone in zones] if near else [zones]:
            yield Group(pool, rung, each, least, pool.size.max, step, f"{key}-{each[0][-1]}" if near else key)
            least = 0  # the smallest size is bought once, on the first rung


def divided(groups: list[Group], autoscaler: Literal["cluster-autoscaler", "karpenter"]) -> tuple[list[Group], list[Group]]:
    """Those that EKS manages, and those whose machines Karpenter makes.

    Karpenter has no smallest size, and can't run on nodes that it has yet to make: what is always there stays a group of EKS's,
    of that very size, and Karpenter makes the rest.
    """
    if autoscaler == "cluster-autoscaler":
        return groups, []
    always = {group.pool.name: group.min for group in groups if group.min}
    rest = [replace(group, min=0, max=group.max - always.get(group.pool.name, 0)) for group in groups]
    return [replace(group, max=group.min) for group in groups if group.min], [group for group in rest if group.max]
