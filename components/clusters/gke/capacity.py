"""The ways to buy machines, in GKE's words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from pulumi_gcp.container import NodePoolNodeConfigArgsDict

from config.capacity import Kind, Rung

RESERVATION_NAME: Final = "compute.googleapis.com/reservation-name"


@dataclass(frozen=True)
class Bought:
    """What a way to buy machines means for a node pool."""

    node: NodePoolNodeConfigArgsDict = field(default_factory=NodePoolNodeConfigArgsDict)
    location_policy: str = "BALANCED"
    """ANY: wherever there are machines; BALANCED: as many in each zone."""
    auto_repair: bool = True


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


_WAYS: Final[Mapping[Kind, Callable[[Rung], Bought]]] = {
    "reserved": _reserved,
    "on-demand": lambda _: Bought(),
    "flex": _flex,
    "spot": lambda _: Bought({"spot": True}, location_policy="ANY"),
}


def bought(rung: Rung) -> Bought:
    """What the rung means for its node pool."""
    return _WAYS[rung.kind](rung)


def key(rung: Rung) -> str:
    """What tells a pool's rungs apart in names, wherever in the ladder they are."""
    return f"{rung.kind}-{rung.reservation.rpartition('/')[2]}" if rung.reservation else rung.kind
