"""Which of the account's quotas a machine counts against, and with how much.

Names and codes as the clouds list them: EC2's in Service Quotas, Compute Engine's in its quota metrics, Azure's VM families as
`az vm list-usage` has them (2026). Nothing is asked of any cloud here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from config.capacity import Kind
from config.catalog import Machine


@dataclass(frozen=True)
class Quota:
    """One limit of an account in one region."""

    cloud: str
    name: str
    """As the cloud calls it."""
    code: str
    """By which its API knows it: an EC2 quota's code, a metric of Compute Engine, a VM family of Azure."""
    unit: Literal["vcpu", "accelerator"]
    """What it limits."""
    dimension: str = ""
    """Of Compute Engine's newer metrics the family that is meant, e.g. `CT6E`; empty for one limit for all."""

    def taken(self, machine: Machine) -> int:
        """How much of it one such machine takes."""
        return machine.cpu if self.unit == "vcpu" else machine.count


def quota(machine: Machine, capacity: Kind) -> Quota | None:
    """The quota that one more such machine, bought that way, is counted against.

    None for `reserved` (the reservation has been counted when it was made) and for machines whose quota is not known.
    """
    return None if capacity == "reserved" else _CLOUDS[machine.cloud](machine, capacity)


def quotas(machine: Machine, capacity: Kind) -> tuple[Quota, ...]:
    """All that one more such machine is counted against: `quota`, and the one over all families where there is such.

    Empty where `quota` is None.
    """
    own = quota(machine, capacity)
    return (own, *_over_all(machine, capacity)) if own else ()


_ALL_REGIONS: Final = ("n1-", "g2-", "a2-")
"""Of Compute Engine's GPUs those that a project's total counts, over all regions; it is 0 in a new project."""


def _over_all(machine: Machine, capacity: Kind) -> tuple[Quota, ...]:
    if machine.name.startswith(_ALL_REGIONS):
        return (Quota("gcp", "GPUS_ALL_REGIONS", "GPUS_ALL_REGIONS", "accelerator"),)
    if machine.cloud == "azure" and capacity == "on-demand":
        return (Quota("azure", "Total Regional vCPUs", "cores", "vcpu"),)
    return ()


_EC2: Final[Mapping[str, tuple[str, str, str]]] = {
    r"(g|gr)\d": ("G and VT", "L-DB2E81BA", "L-3819A6DF"),
    r"p\d": ("P", "L-417A185B", "L-7212CCBC"),
    r"inf\d": ("Inf", "L-1945791B", "L-B5D1601B"),
    r"trn\d": ("Trn", "L-2C3B7624", "L-5480EFD2"),
    r"[mr]\d": ("Standard (A, C, D, H, I, M, R, T, Z)", "L-1216C47A", "L-34B43A08"),
}
"""Beginning of the machine's name → class, code of its on-demand quota, code of its spot quota; all in vCPUs."""


def _aws(machine: Machine, capacity: Kind) -> Quota | None:
    for pattern, (what, on_demand, spot) in _EC2.items():
        if re.match(pattern, machine.name):
            if capacity == "spot":
                return Quota("aws", f"All {what} Spot Instance Requests", spot, "vcpu")
            return Quota("aws", f"Running On-Demand {what} instances", on_demand, "vcpu")
    return None


_COMPUTE_ENGINE: Final[Mapping[str, str]] = {
    "nvidia-a100-80gb": "NVIDIA_A100_80GB_GPUS",
    "nvidia-b200": "NVIDIA_B200_GPUS",
    "nvidia-gb200": "NVIDIA_GB200_GPUS",
    "nvidia-gb300": "NVIDIA_GB300_GPUS",
    "nvidia-h100-80gb": "NVIDIA_H100_GPUS",
    "nvidia-h100-mega-80gb": "NVIDIA_H100_MEGA_GPUS",
    "nvidia-h200-141gb": "NVIDIA_H200_GPUS",
    "nvidia-l4": "NVIDIA_L4_GPUS",
    "nvidia-rtx-pro-6000": "NVIDIA_RTX_PRO_6000_GPUS",
    "nvidia-tesla-a100": "NVIDIA_A100_GPUS",
    "nvidia-tesla-t4": "NVIDIA_T4_GPUS",
    "tpu-v5-lite-podslice": "TPU_LITE_PODSLICE_V5",
}
"""What Google calls the accelerator → its metric, in accelerators; spot and flex have one of their own, `PREEMPTIBLE_…`."""


def _gcp(machine: Machine, capacity: Kind) -> Quota | None:
    prefix = "" if capacity == "on-demand" else "PREEMPTIBLE_"
    if metric := _COMPUTE_ENGINE.get(machine.cloud_name):
        return Quota("gcp", f"{prefix}{metric}", f"{prefix}{metric}", "accelerator")
    family = machine.name.split("-")[0].upper()
    if machine.vendor == "tpu":
        return Quota("gcp", f"{prefix}TPUS_PER_TPU_FAMILY", f"{prefix}TPUS_PER_TPU_FAMILY", "accelerator", family)
    if capacity == "on-demand" and family == "N2":
        return Quota("gcp", "N2_CPUS", "N2_CPUS", "vcpu")
    if capacity == "on-demand":
        return Quota("gcp", "CPUS_PER_VM_FAMILY", "CPUS_PER_VM_FAMILY", "vcpu", family)
    return Quota("gcp", "PREEMPTIBLE_CPUS", "PREEMPTIBLE_CPUS", "vcpu")


_AZURE: Final[Mapping[str, str]] = {
    r"D\d+s_v5": "standardDSv5Family",
    r"E\d+s_v5": "standardESv5Family",
    r"D\d+ps_v6": "StandardDpsv6Family",
    r"E\d+ps_v6": "StandardEpsv6Family",
    r"NC\d+as_T4_v3": "Standard NCASv3_T4 Family",
    r"NC\d+ads_A10_v4": "StandardNCADSA10v4Family",
    r"NC\d+ads_A100_v4": "StandardNCADSA100v4Family",
    r"NC\d+adi?s_H100_v5": "StandardNCadsH100v5Family",
    r"NCC\d+ads_H100_v5": "StandardNCCads2023Family",
    r"NC\d+r?s_v3": "standardNCSv3Family",
    r"ND40rs_v2": "standardNDSv2Family",
    r"ND96asr_v4": "Standard NDASv4_A100 Family",
    r"ND96amsr_A100_v4": "standard NDAMSv4_A100Family",
    r"ND96isr_H100_v5": "standardNDSH100v5Family",
    r"ND96isr_H200_v5": "standardNDISRH200V5Family",
    r"ND96isr_MI300X_v5": "standardNDISv5MI300XFamily",
    r"ND128isr_NDR_GB200_v6": "standardNDISRGB200V6NDRFamily",
    r"ND128isr_GB300_v6": "standardNDISRGB300V6Family",
    r"ND128isrG5_GB300_v6": "standardNDISRGB300G5V6Family",
    r"NV\d+adm?s_A10_v5": "StandardNVADSA10v5Family",
}
"""The machine's name after `Standard_` → its family, in vCPUs."""


def _azure(machine: Machine, capacity: Kind) -> Quota | None:
    if capacity == "spot":
        return Quota("azure", "lowPriorityCores", "lowPriorityCores", "vcpu")  # one for all families
    size = machine.name.removeprefix("Standard_")
    family = next((family for pattern, family in _AZURE.items() if re.fullmatch(pattern, size)), None)
    return Quota("azure", family, family, "vcpu") if family else None


_CLOUDS: Final = {"aws": _aws, "gcp": _gcp, "azure": _azure}
