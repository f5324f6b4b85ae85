"""The ways to buy machines, in GKE's words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from pulumi_gcp.container import NodePoolNodeConfigArgsDict, NodePoolNodeConfigKubeletConfigArgsDict

from components.clusters.base import INTERRUPTED_GRACE
from config.capacity import Kind, Rung

_CRITICAL: Final = 15
"""Seconds that are left for the node's own pods, once the others have ended; GKE's own default."""

RESERVATION_NAME: Final = "compute.googleapis.com/reservation-name"


@dataclass(frozen=True)
class Bought:
    """What a way to buy machines means for a node pool."""

    node: NodePoolNodeConfigArgsDict = field(default_factory=NodePoolNodeConfigArgsDict)
    location_policy: str = "BALANCED"
    """ANY: wherever there are machines; BALANCED: as many in each zone."""
    auto_repair: bool = True
    kubelet: NodePoolNodeConfigKubeletConfigArgsDict = field(default_factory=NodePoolNodeConfigKubeletConfigArgsDict)


def _flex(rung: Rung) -> Bought:
    """A flex-start node lives for a limited time and is never repaired, nor taken from a reservation."""
    return Bought(
        {
            "flex_start": True,
            "max_run_duration": f"{rung.hours * 60 * 60}s",
            "reservation_affinity": {"consume_reservation_type": "NO_RESERVATION"},
        },
        location_policy="ANY",
        auto_repair=False,
    )


def _reserved(rung: Rung) -> Bought:
    return Bought(
        {
            "reservation_affinity": {
                "consume_reservation_type": "SPECIFIC_RESERVATION",
                "key": RESERVATION_NAME,
                "values": [rung.reservation],
            }
        },
        location_policy="ANY",
    )


def _spot(_: Rung) -> Bought:
    """When a node is taken away, its pods have the minute that they are promised; by default GKE gives them a quarter of it."""
    return Bought(
        {"spot": True},
        location_policy="ANY",
        kubelet={
            "shutdown_grace_period_seconds": INTERRUPTED_GRACE + _CRITICAL,
            "shutdown_grace_period_critical_pods_seconds": _CRITICAL,
        },
    )


_WAYS: Final[Mapping[Kind, Callable[[Rung], Bought]]] = {
    "reserved": _reserved,
    "on-demand": lambda _: Bought(),
    "flex": _flex,
    "spot": _spot,
}


def bought(rung: Rung) -> Bought:
    """What the rung means for its node pool."""
    return _WAYS[rung.kind](rung)


def key(rung: Rung) -> str:
    """What tells a pool's rungs apart in names, wherever in the ladder they are."""
    return f"{rung.kind}-{rung.reservation.rpartition('/')[2]}" if rung.reservation else rung.kind
