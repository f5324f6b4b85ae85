"""The machines that can be had."""

import pytest

from config import catalog
from config.catalog import ACCELERATORS, Machine, Wanted, machines


@pytest.mark.parametrize("machine", machines(), ids=lambda machine: machine.name)
def test_a_machine_is_plausible(machine: Machine):
    assert machine.cloud in {"aws", "gcp", "azure"}
    assert (machine.accelerator in ACCELERATORS and 1 <= machine.count <= 16) or (machine.accelerator, machine.count) == ("", 0)
    assert 1 <= machine.memory_gib / machine.cpu <= 25


def test_a_cloud_has_each_machine_once():
    assert len({(machine.cloud, machine.name) for machine in machines()}) == len(machines())


@pytest.mark.parametrize("accelerator", ACCELERATORS)
def test_some_machine_has_each_accelerator(accelerator: str):
    assert any(machine.accelerator == accelerator for machine in machines())


@pytest.mark.parametrize("cloud", ["aws", "gcp", "azure"])
def test_every_cloud_has_machines_without_accelerators(cloud: str):
    assert catalog.find(Wanted(), cloud).cloud == cloud


def test_the_smallest_machine_that_has_what_is_asked_for_is_taken():
    assert catalog.find(Wanted("l4", 1, cpu=8), "aws").name == "g6.2xlarge"
    assert catalog.find(Wanted("l4", 1, cpu=9), "aws").name == "g6.4xlarge"


def test_a_cloud_without_such_a_machine_says_who_has_it():
    with pytest.raises(LookupError, match=r"no machine on aws has 1 × h100-nvl; there are Standard_NC40ads_H100_v5 \(azure"):
        catalog.find(Wanted("h100-nvl", 1), "aws")
