"""Slices of TPUs: how many machines a topology is made of. Shapes as in Google's page "Plan TPUs in GKE"."""

from collections.abc import Mapping
from math import prod
from typing import Final

_FLAT: Final = ("1x1", "2x2", "2x4", "4x4", "4x8", "8x8", "8x16", "16x16")

TOPOLOGIES: Final[Mapping[str, tuple[str, ...]]] = {
    "tpu-v5e": _FLAT,
    "tpu-v5p": ("2x2x1", "2x2x2", "2x2x4", "2x4x4", "4x4x4", "4x4x8", "4x8x8", "8x8x8", "8x8x12", "8x8x16", "8x16x16"),
    "tpu-v6e": _FLAT,
}
"""Accelerator → shapes of a slice, in chips, smallest first."""

_LINKED: Final = 4
"""Chips of the machines that are linked to one another; those with one or eight are slices of their own."""


def chips(topology: str) -> int:
    """How many chips a slice of this shape has."""
    return prod(map(int, topology.split("x")))


def topology(accelerator: str, count: int, wanted: str = "") -> str:
    """The shape of a slice of machines with `count` chips each: the one that is wanted, or that of a single machine.

    Empty for an accelerator that is no TPU. Raises ValueError, which says what there is instead.
    """
    known = TOPOLOGIES.get(accelerator, ())
    if not wanted:
        return next((shape for shape in known if chips(shape) == count), "")
    if not known:
        raise ValueError(f"{accelerator} has no topology; leave it out")
    fitting = [shape for shape in known if chips(shape) == count or (count == _LINKED and chips(shape) > count)]
    if wanted not in fitting:
        raise ValueError(f"no slice of {accelerator} with {count} chips a machine is {wanted}; write one of {', '.join(fitting)}")
    return wanted
