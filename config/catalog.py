"""The machines that can be had, and the accelerators in them.

`machines.tsv` is data from the providers' own tables (Karpenter's instance types for AWS, Google's machine pages, Azure's size
pages): memory in GiB as published, before what the system keeps for itself.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final


@dataclass(frozen=True)
class Accelerator:
    """A model of accelerator, as pods ask for it and as nodes are labelled with it."""

    vendor: str
    resource: str
    product: str
    """The value of `nvidia.com/gpu.product` that GPU feature discovery would set."""


def _nvidia(product: str) -> Accelerator:
    return Accelerator("nvidia", "nvidia.com/gpu", product)


ACCELERATORS: Final[Mapping[str, Accelerator]] = {
    "a10": _nvidia("NVIDIA-A10"),
    "a10g": _nvidia("NVIDIA-A10G"),
    "a100-40gb": _nvidia("NVIDIA-A100-SXM4-40GB"),
    "a100-80gb": _nvidia("NVIDIA-A100-SXM4-80GB"),
    "b200": _nvidia("NVIDIA-B200"),
    "b300": _nvidia("NVIDIA-B300"),
    "h100": _nvidia("NVIDIA-H100-80GB-HBM3"),
    "h100-nvl": _nvidia("NVIDIA-H100-NVL"),
    "h200": _nvidia("NVIDIA-H200"),
    "l4": _nvidia("NVIDIA-L4"),
    "l40s": _nvidia("NVIDIA-L40S"),
    "t4": _nvidia("Tesla-T4"),
}
"""Name in the stack file → accelerator."""


@dataclass(frozen=True)
class Machine:
    """One machine type of one cloud."""

    cloud: str
    name: str
    accelerator: str
    """A key of `ACCELERATORS`, or empty."""
    count: int
    cpu: int
    """vCPUs."""
    memory_gib: int


@cache
def machines() -> tuple[Machine, ...]:
    """Every machine known, smallest first."""
    with (Path(__file__).parent / "machines.tsv").open() as table:
        rows = csv.DictReader(table, delimiter="\t")
        found = [
            Machine(row["cloud"], row["machine"], row["accelerator"], int(row["count"]), int(row["cpu"]), int(row["memory_gib"]))
            for row in rows
        ]
    return tuple(sorted(found, key=lambda machine: (machine.cpu, machine.memory_gib, machine.name)))


def find(accelerator: str, count: int, cpu: int = 0, memory: Decimal = Decimal(0), cloud: str | None = None) -> Machine:
    """The smallest machine with exactly these devices and at least this much else, on `cloud` or, without one, on any.

    `accelerator` is empty and `count` 0 for a machine without devices; `memory` is in bytes.

    Raises LookupError, which says what there is instead.
    """
    with_devices = [machine for machine in machines() if (machine.accelerator, machine.count) == (accelerator, count)]
    for machine in with_devices:
        if machine.cpu >= cpu and machine.memory_gib * 2**30 >= memory and cloud in (None, machine.cloud):
            return machine
    raise LookupError(_instead(accelerator, count, with_devices, cloud))


def _instead(accelerator: str, count: int, with_devices: list[Machine], cloud: str | None) -> str:
    if not with_devices:
        counts = sorted({machine.count for machine in machines() if machine.accelerator == accelerator})
        return f"no machine has {count} × {accelerator}; machines have {', '.join(map(str, counts))} of it"
    where = f"on {cloud} " if cloud else ""
    them = ", ".join(f"{machine.name} ({machine.cloud}, {machine.cpu} CPUs, {machine.memory_gib}Gi)" for machine in with_devices)
    return f"no such machine {where}is large enough; there are {them}"
