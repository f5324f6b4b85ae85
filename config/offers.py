"""Where machines with accelerators are to be had on Google Cloud: `offers.tsv`, from SkyPilot's copy of its price list, 2026.

GKE refuses a node pool in a zone without its machines.
"""

import csv
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path


@cache
def _families() -> Mapping[str, frozenset[str]]:
    with (Path(__file__).parent / "offers.tsv").open() as table:
        return {row["family"]: frozenset(row["zones"].split(",")) for row in csv.DictReader(table, delimiter="\t")}


def offered(machine: str, zones: Iterable[str]) -> tuple[str, ...]:
    """Those of the zones that have the machine, e.g. `g2-standard-8`: all of them, if nothing is known of its family."""
    there = _families().get(machine.rpartition("-")[0])
    return tuple(zone for zone in zones if there is None or zone in there)


def regions(machine: str) -> list[str]:
    """The regions that have the machine; empty if nothing is known of its family."""
    return sorted({zone.rpartition("-")[0] for zone in _families().get(machine.rpartition("-")[0], ())})
