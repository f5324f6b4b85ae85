"""The machines that can be had."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import catalog
from config.catalog import ACCELERATORS, Machine, Wanted, by_name, machines


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


def test_no_two_clouds_use_one_name():
    assert len(by_name()) == len(machines())


@pytest.mark.parametrize("machine", machines(), ids=lambda machine: machine.name)
def test_an_interconnect_is_one_of_the_clouds_and_has_interfaces(machine: Machine):
    of_cloud = {"aws": {"efa"}, "gcp": {"tcpx", "tcpxo", "rdma"}, "azure": {"infiniband"}}
    assert machine.interconnect in {"", *of_cloud[machine.cloud]}
    assert bool(machine.interconnect) == (machine.interfaces > 0)


@pytest.mark.parametrize(
    "machine", [m for m in machines() if m.cloud == "gcp" and m.accelerator], ids=lambda machine: machine.name
)
def test_google_has_a_name_of_its_own_for_each_accelerator(machine: Machine):
    assert machine.cloud_name.startswith("tpu-" if machine.vendor == "tpu" else "nvidia-")


def test_a_machine_of_limited_availability_is_taken_where_there_is_no_other():
    assert catalog.find(Wanted("h100", 8), "gcp").name == "a3-highgpu-8g"
    assert catalog.find(Wanted("v100-32gb", 8), "azure").limited


WANTED = st.builds(
    Wanted,
    accelerator=st.just(""),
    cpu=st.integers(0, 250),
    memory=st.integers(0, 2000).map(lambda gib: Decimal(gib * 2**30)),
    arch=st.sampled_from([None, "amd64", "arm64"]),
)


@given(
    WANTED
    | WANTED.flatmap(lambda w: st.sampled_from(machines()).map(lambda m: replace(w, accelerator=m.accelerator, count=m.count)))
)
def test_what_is_found_fits_and_nothing_smaller_does(wanted: Wanted):
    for cloud in (None, "aws", "gcp", "azure"):
        fitting = [
            machine
            for machine in machines()
            if cloud in (None, machine.cloud)
            and wanted.fits(machine)
            and (machine.accelerator, machine.count) == (wanted.accelerator, wanted.count)
        ]
        if fitting:
            found = catalog.find(wanted, cloud)
            assert found in fitting
            assert (found.limited, found.cpu) == min((machine.limited, machine.cpu) for machine in fitting)
        else:
            with pytest.raises(LookupError, match=r"there are|machines have"):
                catalog.find(wanted, cloud)
