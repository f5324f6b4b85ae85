"""Where machines come from: one kind of cluster a file or folder, and the list of them."""

from collections.abc import Mapping
from importlib import import_module
from typing import Final

import pulumi

from components.clusters.base import Cluster, Pool
from config.platform import Platform

__all__ = ["KINDS", "Cluster", "Pool", "create", "refusal"]

KINDS: Final[Mapping[str, str]] = {
    "simulated": "components.clusters.simulated:Simulated",
    "existing": "components.clusters.existing:Existing",
    "eks": "components.clusters.eks:Eks",
}
"""`cluster.kind` in the stack file → the component that builds it. Imported only when used: a cloud's SDK takes seconds."""


def refusal(platform: Platform) -> str | None:
    """Why this platform's cluster can't be built, or None if it can."""
    kind = platform.cluster.kind
    return None if kind in KINDS else f"ml-platform:cluster.kind: {kind} clusters are not there yet"


def create(name: str, platform: Platform) -> Cluster:
    """The stack's cluster.

    Raises pulumi.RunError for a kind that can't be built yet.
    """
    if reason := refusal(platform):
        raise pulumi.RunError(reason)
    module, _, component = KINDS[platform.cluster.kind].partition(":")
    return getattr(import_module(module), component)(name, platform.cluster, platform.node_pools)
