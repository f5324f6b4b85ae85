"""The nodes that a node pool of the simulated Google Cloud becomes, and what it refuses."""

from typing import Any

import pytest

from rehearsal.autoscaling.group import Groups
from rehearsal.clouds.cloud import Cloud
from rehearsal.clouds.gcp.node_pool import NODE_POOL
from rehearsal.clouds.kind import RefusedError
from tests.unit.rehearsal.clouds.gcp.conftest import CLUSTER, CONFIG, Make, gpu
from tests.unit.rehearsal.clouds.told import Told

SPOT = {"spot": True}
FROM_NONE = {"totalMinNodeCount": 0, "totalMaxNodeCount": 4}
TOPOLOGY = {"type": "COMPACT", "tpuTopology": "4x4"}


def _node(server: Told, group: str) -> Any:
    return server.nodes[group][0]


def _devices(server: Told, group: str) -> str:
    return _node(server, group)["metadata"]["annotations"]["rehearsal.ml-platform.dev/devices"]


def test_a_node_is_labelled_as_gke_labels_it(pool: Make, server: Told):
    pool("general")
    pool("l4", "g2-standard-8", {**gpu(), **SPOT, "labels": {"example.com/team": "a"}})
    labels = _node(server, "l4")["metadata"]["labels"]
    assert (
        labels.items()
        >= {
            "cloud.google.com/gke-nodepool": "l4",
            "cloud.google.com/gke-accelerator": "nvidia-l4",
            "cloud.google.com/gke-accelerator-count": "1",
            "cloud.google.com/gke-gpu-driver-version": "default",
            "cloud.google.com/gke-spot": "true",
            "cloud.google.com/gke-provisioning": "spot",
            "cloud.google.com/machine-family": "g2",
            "node.kubernetes.io/instance-type": "g2-standard-8",
            "topology.kubernetes.io/region": "europe-west4",
            "topology.kubernetes.io/zone": "europe-west4-a",
            "example.com/team": "a",
        }.items()
    )
    assert "cloud.google.com/gke-spot" not in _node(server, "general")["metadata"]["labels"]


def test_gpu_nodes_are_tainted_where_there_is_another_pool(pool: Make, server: Told):
    pool("first", "g2-standard-8", gpu())
    pool("general")
    pool("second", "g2-standard-8", gpu())
    assert _node(server, "first")["spec"]["taints"] == []
    assert _node(server, "second")["spec"]["taints"] == [{"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}]


def test_a_taint_is_not_set_twice(pool: Make):
    pool("general")
    twice = {"taints": [{"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"}]}
    with pytest.raises(RefusedError, match=r"Duplicate taint nvidia\.com/gpu:NoSchedule"):
        pool("l4", "g2-standard-8", {**gpu(), **twice})


def test_without_a_driver_no_gpu_is_found(pool: Make, server: Told):
    pool("with", "g2-standard-8", gpu())
    pool("without", "g2-standard-8", gpu(driver="INSTALLATION_DISABLED"))
    assert _devices(server, "with") == '{"nvidia.com/gpu": "1"}'
    assert _devices(server, "without") == "{}"
    assert _node(server, "without")["metadata"]["labels"]["cloud.google.com/gke-gpu-driver-version"] == "disabled"


def test_a_tpu_node_says_what_slice_it_is_of(pool: Make, server: Told):
    whole = {"totalMinNodeCount": 4, "totalMaxNodeCount": 4}
    pool("slice", "ct6e-standard-4t", autoscaling=whole, placementPolicy=TOPOLOGY, nodeLocations=["europe-west4-a"])
    node = _node(server, "slice")
    assert node["metadata"]["labels"]["cloud.google.com/gke-tpu-topology"] == "4x4"
    assert node["metadata"]["labels"]["cloud.google.com/gke-tpu-accelerator"] == "tpu-v6e-slice"
    assert node["spec"]["taints"] == [{"key": "google.com/tpu", "value": "present", "effect": "NoSchedule"}]
    assert _devices(server, "slice") == '{"google.com/tpu": "4"}'
    assert len(server.nodes["slice"]) == 4


def test_the_autoscaler_is_given_what_may_grow(pool: Make, groups: Groups):
    pool("general")
    pool("l4", "g2-standard-8", {**gpu(), **SPOT}, autoscaling=FROM_NONE, nodeLocations=["europe-west4-b"])
    general, l4 = groups.all()["general"], groups.all()["l4"]
    assert (general.min, general.max, general.capacity) == (1, 3, "on-demand")
    assert general.zones == ("europe-west4-a", "europe-west4-b", "europe-west4-c")
    assert (l4.min, l4.max, l4.capacity, l4.zones) == (0, 4, "spot", ("europe-west4-b",))


def test_nodes_go_with_their_pool(pool: Make, cloud: Cloud, server: Told, groups: Groups):
    made = pool("general")
    cloud.delete(NODE_POOL, made.id, CONFIG)
    assert server.nodes == {}
    assert groups.all() == {}


def test_a_pool_is_resized_in_place(pool: Make, cloud: Cloud, server: Told):
    made = pool("general")
    inputs = {**made.inputs, "autoscaling": {"totalMinNodeCount": 2, "totalMaxNodeCount": 5}}
    cloud.update(NODE_POOL, made.id, made.urn, inputs, CONFIG)
    assert len(server.nodes["general"]) == 2


def test_a_pool_that_is_changed_keeps_the_taints_that_it_was_made_with(pool: Make, cloud: Cloud, server: Told):
    made = pool("l4", "g2-standard-8", gpu())
    pool("general")
    cloud.update(NODE_POOL, made.id, made.urn, made.inputs, CONFIG)
    assert _node(server, "l4")["spec"]["taints"] == []


FLEX = {
    **gpu(),
    "flexStart": True,
    "maxRunDuration": "3600s",
    "reservationAffinity": {"consumeReservationType": "NO_RESERVATION"},
}
NO_REPAIR = {"management": {"autoRepair": False, "autoUpgrade": True}}

REFUSED: dict[str, tuple[str, dict[str, Any], dict[str, Any], str]] = {
    "a machine that is not there": (
        "a3-highgpu-8g",
        gpu("nvidia-h100-80gb", 8),
        {"nodeLocations": ["europe-west4-a"]},
        "'a3-highgpu-8g' does not exist in zone 'europe-west4-a'",
    ),
    "a machine that nobody knows": ("g2-standard-7", gpu(), {}, "'g2-standard-7' does not exist"),
    "another accelerator": ("g2-standard-8", gpu("nvidia-h100-80gb"), {}, "g2-standard-8, which has 1 nvidia-l4"),
    "another number of them": ("g2-standard-8", gpu(count=2), {}, "g2-standard-8, which has 1 nvidia-l4"),
    "GPUs for a machine that has none": ("n2-standard-8", gpu(), {}, "which has no GPUs"),
    "the newest driver on Ubuntu": (
        "g2-standard-8",
        {**gpu(driver="LATEST"), "imageType": "UBUNTU_CONTAINERD"},
        {},
        "LATEST is not supported for image type UBUNTU_CONTAINERD",
    ),
    "limits of two sorts": (
        "n2-standard-8",
        {},
        {"autoscaling": {"totalMaxNodeCount": 3, "maxNodeCount": 1}},
        "for each zone or in total, not both",
    ),
    "flex-start with a smallest size": ("g2-standard-8", FLEX, NO_REPAIR, "must be autoscaled, from no nodes"),
    "flex-start with repair": ("g2-standard-8", FLEX, {"autoscaling": FROM_NONE}, "can't be repaired"),
    "flex-start for too long": (
        "g2-standard-8",
        {**FLEX, "maxRunDuration": "604801s"},
        {"autoscaling": FROM_NONE, **NO_REPAIR},
        "at most seven days",
    ),
    "flex-start from a reservation": (
        "g2-standard-8",
        {**FLEX, "reservationAffinity": {"consumeReservationType": "ANY_RESERVATION"}},
        {"autoscaling": FROM_NONE, **NO_REPAIR},
        "must have reservation affinity NO_RESERVATION",
    ),
    "a reservation without a name": (
        "g2-standard-8",
        {**gpu(), "reservationAffinity": {"consumeReservationType": "SPECIFIC_RESERVATION"}},
        {},
        "needs the key and the values",
    ),
    "compact in three zones": ("g2-standard-8", gpu(), {"placementPolicy": {"type": "COMPACT"}}, "in several zones"),
    "a topology of too many machines": (
        "ct6e-standard-4t",
        {},
        {"placementPolicy": TOPOLOGY, "nodeLocations": ["europe-west4-a"]},
        "4x4 of machine type ct6e-standard-4t needs node count 4",
    ),
    "a network that the machine does not have": (
        "g2-standard-8",
        gpu(),
        {"networkConfig": {"acceleratorNetworkProfile": "auto"}},
        "profile is not supported for machine type g2-standard-8",
    ),
    "grace for nodes that are drained": (
        "n2-standard-8",
        {"kubeletConfig": {"shutdownGracePeriodSeconds": 75}},
        {},
        "only be configured for Spot VMs",
    ),
    "a label of Kubernetes": ("n2-standard-8", {"labels": {"node.kubernetes.io/a": "b"}}, {}, "reserved for Kubernetes"),
    "no such cluster": ("n2-standard-8", {}, {"cluster": f"{CLUSTER}-2"}, "dev-2' was not found"),
    "no such service account": ("n2-standard-8", {"serviceAccount": "x@y.z"}, {}, "x@y.z' was not found"),
}


@pytest.mark.parametrize(("machine", "node", "inputs", "message"), REFUSED.values(), ids=REFUSED)
def test_what_google_refuses(pool: Make, machine: str, node: dict[str, Any], inputs: dict[str, Any], message: str):
    with pytest.raises(RefusedError, match=f"googleapi: Error 40[04]: .*{message}"):
        pool("pool", machine, node, **inputs)


def test_flex_start_as_google_wants_it(pool: Make, groups: Groups):
    pool("flex", "g2-standard-8", FLEX, autoscaling=FROM_NONE, **NO_REPAIR)
    assert groups.all()["flex"].capacity == "on-demand"


@pytest.mark.parametrize(
    ("node", "message"),
    [
        ({"machienType": "a"}, 'has no field named "machienType"'),
        ({"taints": [{"key": "a", "effect": "NoSchedule"}]}, "Invalid enum value NoSchedule"),
        (gpu(driver="NEWEST"), "Invalid enum value NEWEST"),
        ({"diskSizeGb": "big"}, "diskSizeGb"),
    ],
)
def test_what_googles_api_does_not_know_is_a_mistake(cloud: Cloud, node: dict[str, Any], message: str):
    _, mistakes = cloud.check(NODE_POOL, "urn:pulumi:dev::project::x::pool", {"cluster": CLUSTER, "nodeConfig": node}, {})
    (mistake,) = mistakes
    assert message in mistake.reason
