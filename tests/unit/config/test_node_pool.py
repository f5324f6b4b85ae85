"""A node pool by itself."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from config import catalog, tpu
from config.node_images import IMAGES, image_for, software
from config.node_pool import NodePool

FOUR = {"type": "tpu-v5e", "count": 4}
MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "a machine and what it must have": (
        {"machine": "p5.48xlarge", "cpu": 8, "accelerator": {"type": "h100"}},
        "machine is given, and accelerator, cpu too; write the machine or what it must have, not both",
    ),
    "a machine that nobody has": (
        {"machine": "p5.24xlarge"},
        "the catalogue has no machine 'p5.24xlarge'; did you mean p5.4xlarge, p5.48xlarge, g5.24xlarge?",
    ),
    "an interconnect that the machine has not": (
        {"machine": "g6.xlarge", "interconnect": True},
        "g6.xlarge has no interconnect; leave it out, or say what the machine must have instead",
    ),
    "an interconnect that no such machine has": (
        {"accelerator": {"type": "a10"}, "interconnect": True},
        "no machine with 1 × a10 has at least 4 CPUs, 8Gi, an interconnect; there are",
    ),
    "a processor that no such machine has": (
        {"accelerator": {"type": "h100", "count": 8}, "arch": "arm64"},
        "no machine with 8 × h100 has at least 4 CPUs, 8Gi, arm64; there are",
    ),
    "an empty ladder": ({"capacity": []}, "is empty; leave it out for on-demand machines"),
    "an unknown rung": (
        {"capacity": ["preemptible"]},
        "'preemptible' is no way to buy machines; write one of reserved, on-demand",
    ),
    "a rung twice": ({"capacity": ["spot", {"kind": "spot"}]}, "'spot' is given twice; a rung that had no machines is not tried"),
    "a reserved rung without its reservation": (
        {"capacity": ["reserved"]},
        "a reserved rung needs its reservation; write {kind: reserved, reservation: <its id>}",
    ),
    "a reservation for spot": (
        {"capacity": [{"kind": "spot", "reservation": "cr-1"}]},
        "a reservation is for kind: reserved, not for spot; leave it out or change the kind",
    ),
    "hours of a rung that lasts": (
        {"capacity": [{"kind": "on-demand", "hours": 3}]},
        "hours are for kind: flex, not for on-demand; leave them out or change the kind",
    ),
    "more hours than flex has": ({"capacity": [{"kind": "flex", "hours": 169}]}, "less than or equal to 168"),
    "flex nodes that are always there": (
        {"capacity": ["flex"], "size": {"min": 1, "max": 2}},
        "flex nodes come when pods wait for them; write size.min: 0 or another rung before flex",
    ),
    "flex nodes close together": (
        {"capacity": ["on-demand", "flex"], "placement": "compact"},
        "flex nodes can't be placed compactly; leave out placement or the flex rung",
    ),
    "a slice of flex nodes": (
        {"accelerator": {**FOUR, "topology": "4x4"}, "size": {"max": 4}, "capacity": ["on-demand", "flex"]},
        "flex nodes come one by one, and a slice of several needs all of its own; leave out the flex rung",
    ),
    "a part of a slice": (
        {"accelerator": {**FOUR, "topology": "4x4"}, "size": {"max": 3}},
        "a 4x4 slice is 4 nodes, which come and go together; write size: {max: 4}, or {min: 4, max: 4} to keep it",
    ),
    "a slice of no such shape": (
        {"accelerator": {**FOUR, "topology": "3x3"}},
        "no slice of tpu-v5e with 4 chips a machine is 3x3; write one of 2x2, 2x4, 4x4, 4x8, 8x8, 8x16, 16x16",
    ),
    "a slice of GPUs": ({"accelerator": {"type": "l4", "topology": "2x2"}}, "l4 has no topology; leave it out"),
    "a disk for nothing": ({"disk": "10Gi"}, "10Gi is no size for a node's disk; write 30Gi to 16Ti"),
    "a zone twice": ({"zones": ["eu-central-1a", "eu-central-1a"]}, "a zone is given twice; write each once"),
    "a label of ours": (
        {"labels": {"ml-platform.dev/pool": "a"}},
        "'ml-platform.dev/pool' is in a domain whose keys are set for you; write another, for example example.com/team",
    ),
    "a label of Kubernetes": ({"labels": {"node.kubernetes.io/instance-type": "a"}}, "is in a domain whose keys are set for you"),
    "a label that is none": ({"labels": {"-": "a"}}, "'-' is not a label's key; write for example team or example.com/team"),
    "a label's value that is none": ({"labels": {"team": "a b"}}, "'a b' is not a label's value; write at most 63 letters"),
    "a taint of a device": ({"taints": [{"key": "nvidia.com/gpu"}]}, "is in a domain whose keys are set for you"),
    "a taint without an effect on anyone": (
        {"taints": [{"key": "team", "effect": "NoStart"}]},
        "'NoSchedule', 'PreferNoSchedule'",
    ),
    "a selector that is none": ({"selector": {"a/b/c": "d"}}, "'a/b/c' is not a label's key; write one that the nodes have"),
}


def _pool(**values: Any) -> NodePool:
    return NodePool.model_validate({"name": "a", "size": {"max": 8}, **values})


@pytest.mark.parametrize(("values", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_pool_that_makes_no_sense_is_refused_with_what_to_write(values: dict[str, Any], message: str):
    with pytest.raises(ValidationError) as refused:
        _pool(**values)
    (error,) = refused.value.errors()
    assert message in error["msg"]


def test_a_pool_is_bought_on_demand_unless_it_says_otherwise():
    assert [rung.kind for rung in _pool().capacity] == ["on-demand"]


def test_a_ladder_is_as_long_as_it_is_written_and_in_that_order():
    ladder = _pool(
        capacity=[{"kind": "reserved", "reservation": "cr-1"}, "on-demand", {"kind": "flex", "hours": 12}, "spot"]
    ).capacity
    assert [(rung.kind, rung.reservation, rung.hours) for rung in ladder] == [
        ("reserved", "cr-1", 168),
        ("on-demand", "", 168),
        ("flex", "", 12),
        ("spot", "", 168),
    ]


def test_only_a_pool_with_a_spot_rung_is_interruptible():
    assert [_pool(capacity=rungs).interruptible for rungs in (["on-demand"], ["on-demand", "spot"])] == [False, True]


@pytest.mark.parametrize("machine", catalog.machines(), ids=lambda machine: machine.name)
def test_a_pool_of_a_named_machine_has_what_that_machine_has(machine: catalog.Machine):
    pool = _pool(machine=machine.name)
    assert pool.machine() == pool.machine(machine.cloud) == machine
    assert (pool.cpu, pool.arch, pool.vendor) == (machine.cpu, machine.arch, machine.vendor)
    devices = (pool.accelerator.type, pool.accelerator.count) if pool.accelerator else ("", 0)
    assert devices == (machine.accelerator, machine.count)


def test_a_pool_without_devices_is_of_the_processor_that_images_are_made_for():
    assert {_pool(cpu=cpu).machine(cloud).arch for cpu in (4, 16, 64) for cloud in ("aws", "gcp", "azure")} == {"amd64"}
    assert {_pool(arch="arm64").machine(cloud).name for cloud in ("aws", "gcp", "azure")} == {
        "m7g.xlarge",
        "c4a-standard-4",
        "Standard_D4ps_v6",
    }


def test_devices_that_only_arm_machines_have_need_no_word_about_it():
    assert _pool(accelerator={"type": "gb200", "count": 4}).machine("gcp").name == "a4x-highgpu-4g"


def test_an_interconnect_may_need_a_larger_machine():
    assert _pool(accelerator={"type": "l4"}).machine("aws").name == "g6.xlarge"
    assert _pool(accelerator={"type": "l4"}, interconnect=True).machine("aws").name == "g6.8xlarge"


def test_disks_are_larger_where_images_are():
    assert [_pool(**values).disk_gib for values in ({}, {"accelerator": {"type": "l4"}}, {"disk": "1Ti"}, {"disk": "1T"})] == [
        *(100, 200, 1024, 932),
    ]


def test_a_slice_has_the_shape_of_its_machine_unless_it_says_otherwise():
    shapes = {count: _pool(accelerator={"type": "tpu-v6e", "count": count}).accelerator for count in (1, 4, 8)}
    assert {count: (devices.shape, devices.nodes) for count, devices in shapes.items() if devices} == {
        1: ("1x1", 1),
        4: ("2x2", 1),
        8: ("2x4", 1),
    }
    large = _pool(accelerator={**FOUR, "topology": "4x4"}, size={"max": 4}).accelerator
    assert large
    assert (large.shape, large.nodes) == ("4x4", 4)


@given(st.sampled_from([m for m in catalog.machines() if m.vendor == "tpu"]), st.data())
def test_the_machines_of_a_slice_have_all_its_chips_between_them(machine: catalog.Machine, data: st.DataObject):
    shape = data.draw(st.sampled_from(tpu.TOPOLOGIES[machine.accelerator]))
    values = {"accelerator": {"type": machine.accelerator, "count": machine.count, "topology": shape}, "size": {"max": 1000}}
    try:
        devices = _pool(**{**values, "size": {"max": max(tpu.chips(shape) // machine.count, 1)}}).accelerator
    except ValidationError:
        return  # no machine has that few or that many chips of such a slice
    assert devices
    assert devices.nodes * devices.count == tpu.chips(shape)


@pytest.mark.parametrize(
    "machine", [m for m in catalog.machines() if m.accelerator != "rtx-pro-4500"], ids=lambda machine: machine.name
)
def test_every_machine_has_an_image_and_brings_or_is_refused_a_driver(machine: catalog.Machine):
    image = image_for(machine, None)
    drivers = image.drivers[machine.vendor] if machine.vendor else ("",)
    for driver in drivers:
        brought = software(machine, image.name, driver).preinstalled
        assert ("driver" in brought) == (driver not in ("", "none"))


def test_what_each_image_brings_is_known():
    brings = {
        (image.cloud, image.name, vendor): sorted(software(machine, image.name, image.drivers[vendor][0]).preinstalled)
        for image in IMAGES
        for vendor in image.drivers
        for machine in [next(m for m in catalog.machines() if (m.cloud, m.vendor) == (image.cloud, vendor))]
    }
    assert brings == {
        ("aws", "al2023", "nvidia"): ["driver"],
        ("aws", "al2023", "neuron"): ["driver"],
        ("aws", "al2023", "amd"): [],
        ("aws", "bottlerocket", "nvidia"): ["device-plugin", "driver"],
        ("gcp", "cos", "nvidia"): ["device-plugin", "driver"],
        ("gcp", "cos", "tpu"): ["device-plugin", "driver"],
        ("gcp", "ubuntu", "nvidia"): ["device-plugin", "driver"],
        ("azure", "ubuntu", "nvidia"): ["driver"],
        ("azure", "ubuntu", "amd"): [],
        ("azure", "azurelinux", "nvidia"): ["driver"],
    }
