"""Where machines come from: one kind of cluster a file, and the list of them."""

from collections.abc import Callable
from typing import Any, Final

import pulumi

from components.clusters.base import Cluster, Pool
from components.clusters.simulated import Simulated
from config.node_pool import NodePool
from config.platform import Platform

__all__ = ["KINDS", "Cluster", "Pool", "create", "refusal"]

KINDS: Final[dict[str, Callable[[str, Any, tuple[NodePool, ...]], Cluster]]] = {"simulated": Simulated}
"""`cluster.kind` in the stack file → the component that builds it."""


def refusal(platform: Platform) -> str | None:
    """Why this platform's cluster can't be built, or None if it can."""
    kind = platform.cluster.kind
    return (
        None
        if kind in KINDS
        else f"ml-platform:cluster.kind: {kind} clusters are not there yet; this version builds: {', '.join(KINDS)}"
    )


def create(name: str, platform: Platform) -> Cluster:
    """The stack's cluster.

    Raises pulumi.RunError for a kind that can't be built yet.
    """
    if reason := refusal(platform):
        raise pulumi.RunError(reason)
    return KINDS[platform.cluster.kind](name, platform.cluster, platform.node_pools)
