"""Which of the account's quotas a machine is counted against."""

import pytest

from config.capacity import Kind
from config.catalog import by_name, machines
from config.quotas import quota, quotas

EXAMPLES: list[tuple[str, Kind, str, int]] = [
    ("p5.48xlarge", "on-demand", "L-417A185B", 192),
    ("p5.48xlarge", "spot", "L-7212CCBC", 192),
    ("gr6.4xlarge", "on-demand", "L-DB2E81BA", 16),
    ("trn1.32xlarge", "on-demand", "L-2C3B7624", 128),
    ("m7g.xlarge", "spot", "L-34B43A08", 4),
    ("a3-highgpu-8g", "on-demand", "NVIDIA_H100_GPUS", 8),
    ("a3-megagpu-8g", "on-demand", "NVIDIA_H100_MEGA_GPUS", 8),
    ("g2-standard-24", "spot", "PREEMPTIBLE_NVIDIA_L4_GPUS", 2),
    ("g2-standard-24", "flex", "PREEMPTIBLE_NVIDIA_L4_GPUS", 2),
    ("n2-standard-8", "on-demand", "N2_CPUS", 8),
    ("n2-standard-8", "spot", "PREEMPTIBLE_CPUS", 8),
    ("Standard_ND96isr_H100_v5", "on-demand", "standardNDSH100v5Family", 96),
    ("Standard_ND96isr_H100_v5", "spot", "lowPriorityCores", 96),
]


@pytest.mark.parametrize(("machine", "capacity", "code", "taken"), EXAMPLES)
def test_a_machine_takes_of_its_own_quota(machine: str, capacity: Kind, code: str, taken: int):
    found = quota(by_name()[machine], capacity)
    assert found
    assert (found.code, found.taken(by_name()[machine])) == (code, taken)


def test_a_family_of_googles_newer_metrics_is_named():
    found = {name: quota(by_name()[name], "on-demand") for name in ("ct6e-standard-4t", "c4a-standard-8")}
    assert {name: (each.code, each.dimension) for name, each in found.items() if each} == {
        "ct6e-standard-4t": ("TPUS_PER_TPU_FAMILY", "CT6E"),
        "c4a-standard-8": ("CPUS_PER_VM_FAMILY", "C4A"),
    }


def test_what_is_reserved_has_been_counted_already():
    assert {quota(machine, "reserved") for machine in machines()} == {None}


def test_only_the_quota_of_a_machine_in_preview_is_unknown():
    unknown = [machine.name for machine in machines() if quota(machine, "on-demand") is None]
    assert unknown == [
        "Standard_NC128ds_xl_RTXPRO6000BSE_v6",
        "Standard_NC256ds_xl_RTXPRO6000BSE_v6",
        "Standard_NC320ds_xl_RTXPRO6000BSE_v6",
    ]


def test_what_a_cloud_counts_over_all_families_is_counted_too():
    found = {name: [each.code for each in quotas(by_name()[name], "on-demand")] for name in ("g2-standard-8", "Standard_D8s_v5")}
    assert found == {"g2-standard-8": ["NVIDIA_L4_GPUS", "GPUS_ALL_REGIONS"], "Standard_D8s_v5": ["standardDSv5Family", "cores"]}


def test_what_is_reserved_counts_against_nothing():
    assert quotas(by_name()["p5.48xlarge"], "reserved") == ()
