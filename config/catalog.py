"""The machines that can be had, and the accelerators in them.

`machines.tsv` is data from the providers' own tables (Karpenter's instance types for AWS, Google's machine pages, Azure's size
pages): memory in GiB as published, before what the system keeps for itself. Machines with a fraction of a GPU are left out (g6f,
g4-standard-6, NV6ads_A10_v5, …): they need NVIDIA's licensed vGPU driver, which no node image brings.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

Arch = Literal["amd64", "arm64"]
Vendor = Literal["nvidia", "amd", "neuron", "tpu"]

RESOURCES: Final[Mapping[Vendor, str]] = {
    "nvidia": "nvidia.com/gpu",
    "amd": "amd.com/gpu",
    "neuron": "aws.amazon.com/neuron",
    "tpu": "google.com/tpu",
}
"""Vendor → the extended resource that its device plugin gives to pods, which is the key of its nodes' taint too."""


INTERFACES: Final[Mapping[str, str]] = {"efa": "vpc.amazonaws.com/efa"}
"""Interconnect → the extended resource by which pods ask for its interfaces; of others, `rules.interconnect` says why not."""


@dataclass(frozen=True)
class Accelerator:
    """A model of accelerator, as pods ask for it and as nodes are labelled with it."""

    vendor: Vendor
    product: str
    """On NVIDIA the value of `nvidia.com/gpu.product` that GPU feature discovery would set; else what its maker calls it."""

    @property
    def resource(self) -> str:
        """The extended resource by which pods ask for it."""
        return RESOURCES[self.vendor]


def _of(vendor: Vendor, **products: str) -> dict[str, Accelerator]:
    return {name.replace("_", "-"): Accelerator(vendor, product) for name, product in products.items()}


ACCELERATORS: Final[Mapping[str, Accelerator]] = {
    **_of(
        "nvidia",
        a10="NVIDIA-A10",
        a10g="NVIDIA-A10G",
        a100_40gb="NVIDIA-A100-SXM4-40GB",
        a100_80gb="NVIDIA-A100-SXM4-80GB",
        b200="NVIDIA-B200",
        b300="NVIDIA-B300",
        gb200="NVIDIA-GB200",
        gb300="NVIDIA-GB300",
        h100="NVIDIA-H100-80GB-HBM3",
        h100_nvl="NVIDIA-H100-NVL",
        h200="NVIDIA-H200",
        l4="NVIDIA-L4",
        l40s="NVIDIA-L40S",
        rtx_pro_4500="NVIDIA-RTX-PRO-4500-Blackwell-Server-Edition",
        rtx_pro_6000="NVIDIA-RTX-PRO-6000-Blackwell-Server-Edition",
        t4="Tesla-T4",
        t4g="NVIDIA-T4G",
        v100_16gb="Tesla-V100-PCIE-16GB",
        v100_32gb="Tesla-V100-SXM2-32GB",
    ),
    **_of("amd", mi300x="AMD-Instinct-MI300X", v520="AMD-Radeon-Pro-V520"),
    **_of("neuron", inferentia="Inferentia", inferentia2="Inferentia2", trainium="Trainium", trainium2="Trainium2"),
    **_of("tpu", tpu_v5e="TPU-v5e", tpu_v5p="TPU-v5p", tpu_v6e="TPU-v6e"),
}
"""Name in the stack file → accelerator. Of Neuron a device is a chip, of which each has several cores; of a TPU it is a chip."""


@dataclass(frozen=True)
class Machine:
    """One machine type of one cloud."""

    cloud: str
    """aws, gcp or azure."""
    name: str
    accelerator: str
    """A key of `ACCELERATORS`, or empty."""
    count: int
    accelerator_memory_gib: float
    """Of each accelerator; 0 without any."""
    cpu: int
    """vCPUs."""
    memory_gib: int
    arch: Arch
    interconnect: str
    """How its accelerators reach those of other machines past the ordinary network: efa (AWS), tcpx, tcpxo or rdma (GPUDirect on
    Google Cloud), infiniband (Azure); empty where they can't."""
    interfaces: int
    """Network interfaces of that kind."""
    cloud_name: str
    """What Google Cloud calls the accelerator: the type of a guest accelerator, and the node label `gke-accelerator` or
    `gke-tpu-accelerator`; empty elsewhere."""
    limited: bool
    """In few regions, in preview, or about to be retired: taken where there is no other."""

    @property
    def vendor(self) -> Vendor | None:
        """Whose accelerators it has."""
        return ACCELERATORS[self.accelerator].vendor if self.accelerator else None

    @property
    def fabric(self) -> dict[str, int]:
        """Extended resource → how many interfaces of its interconnect there are for pods; empty where they can't have any."""
        return {INTERFACES[self.interconnect]: self.interfaces} if self.interconnect in INTERFACES else {}

    def interfaces_of(self, devices: int) -> int:
        """The interfaces for so many of its accelerators: their part, rounded down, since no two pods can have one."""
        return self.interfaces * devices // self.count

    def __str__(self) -> str:
        return f"{self.name} ({self.cloud}, {self.cpu} CPUs, {self.memory_gib}Gi)"


_READ: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("count", "cpu", "memory_gib", "interfaces"), int),
    "accelerator_memory_gib": float,
    "limited": bool,
}
"""Column → how its text is read; a column that is not here is text."""


@cache
def machines() -> tuple[Machine, ...]:
    """Every machine known, smallest first; those of limited availability last."""
    with (Path(__file__).parent / "machines.tsv").open() as table:
        rows = csv.DictReader(table, delimiter="\t")
        found = [Machine(**{column: _READ.get(column, str)(text) for column, text in row.items()}) for row in rows]
    return tuple(sorted(found, key=lambda machine: (machine.limited, machine.cpu, machine.memory_gib, machine.name)))


@cache
def by_name() -> Mapping[str, Machine]:
    """Name → machine; no two clouds use one name."""
    return {machine.name: machine for machine in machines()}


@dataclass(frozen=True)
class Wanted:
    """What a machine must have: exactly these devices, and at least this much else."""

    accelerator: str = ""
    """A key of `ACCELERATORS`, or empty."""
    count: int = 0
    cpu: int = 0
    memory: Decimal = Decimal(0)
    """Bytes."""
    arch: Arch | None = None
    """None: either."""
    interconnect: bool = False

    @property
    def devices(self) -> str:
        """In words."""
        return f"{self.count} × {self.accelerator}" if self.accelerator else "no accelerator"

    def fits(self, machine: Machine) -> bool:
        """Whether the machine has what is wanted besides devices."""
        return (
            machine.cpu >= self.cpu
            and machine.memory_gib * 2**30 >= self.memory
            and self.arch in (None, machine.arch)
            and (bool(machine.interconnect) or not self.interconnect)
        )


def find(wanted: Wanted, cloud: str | None = None) -> Machine:
    """The smallest machine that has what is wanted, on `cloud` or, without one, on any.

    Raises LookupError, which says what there is instead.
    """
    with_devices = [m for m in machines() if (m.accelerator, m.count) == (wanted.accelerator, wanted.count)]
    for machine in with_devices:
        if cloud in (None, machine.cloud) and wanted.fits(machine):
            return machine
    raise LookupError(_instead(wanted, with_devices, cloud))


def _instead(wanted: Wanted, with_devices: list[Machine], cloud: str | None) -> str:
    if not with_devices:
        counts = sorted({machine.count for machine in machines() if machine.accelerator == wanted.accelerator})
        return f"no machine has {wanted.devices}; machines have {', '.join(map(str, counts))} of it"
    here = [machine for machine in with_devices if cloud in (None, machine.cloud)]
    if not here:
        return f"no machine on {cloud} has {wanted.devices}; there are {_listed(with_devices)}"
    asked = [
        f"{wanted.cpu} CPUs",
        f"{wanted.memory / 2**30:.0f}Gi",
        *([wanted.arch] if wanted.arch else []),
        *(["an interconnect"] if wanted.interconnect else []),
    ]
    where = f" on {cloud}" if cloud else ""
    fitting = [machine for machine in with_devices if wanted.fits(machine)]
    return f"no machine{where} with {wanted.devices} has at least {', '.join(asked)}; there are {_listed(fitting or here)}"


def _listed(some: Iterable[Machine]) -> str:
    """The first few; of machines without devices there are too many to read."""
    names = [str(machine) for machine in some]
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
