"""What the simulated GKE makes of a ComputeClass."""

from typing import Any

import pytest

from rehearsal.autoscaling.group import AutoCreation, Group, Groups
from rehearsal.clouds.cloud import Cloud
from rehearsal.clouds.gcp.auto_creation import groups as groups_of
from rehearsal.clouds.gcp.cluster import CLUSTER as TYPE
from tests.unit.rehearsal.clouds.gcp.conftest import CONFIG, Make

WITHIN = AutoCreation(
    "europe-west4", ("europe-west4-a", "europe-west4-b"), {"cpu": 512, "memory": 4096, "nvidia-h100-80gb": 16, "nvidia-l4": 4}
)
H100 = {
    "machineType": "a3-highgpu-8g",
    "gpu": {"type": "nvidia-h100-80gb", "count": 8, "driverVersion": "latest"},
    "location": {"zones": ["europe-west4-b"]},
}


def _groups(*rules: dict[str, Any], **spec: Any) -> list[Group]:
    standard = {"nodePoolAutoCreation": {"enabled": True}, "priorities": list(rules)}
    return list(groups_of({"metadata": {"name": "gpus"}, "spec": {**standard, **spec}}, WITHIN))


def test_each_rule_becomes_a_pool_within_the_clusters_limits():
    spot, on_demand = _groups({**H100, "spot": True}, H100)
    assert [spot.name, on_demand.name] == ["nap-gpus-0", "nap-gpus-1"]
    assert [spot.capacity, on_demand.capacity] == ["spot", "on-demand"]
    assert (spot.min, spot.max, spot.zones) == (0, 2, ("europe-west4-b",))


def test_nodes_have_the_labels_and_taints_of_the_class_and_those_that_gke_sets():
    taint = {"key": "example.com/only", "value": "us", "effect": "NoSchedule"}
    config = {"nodeLabels": {"example.com/a": "b"}, "taints": [taint], "imageType": "cos_containerd"}
    (group,) = _groups({**H100, "nodeLabels": {"example.com/c": "d"}}, nodePoolConfig=config)
    expected = {
        "example.com/a": "b",
        "example.com/c": "d",
        "cloud.google.com/compute-class": "gpus",
        "cloud.google.com/gke-accelerator": "nvidia-h100-80gb",
        "cloud.google.com/gke-gpu-driver-version": "latest",
        "cloud.google.com/gke-os-distribution": "cos",
    }
    assert group.template.labels.items() >= expected.items()
    assert [(each["key"], each["value"]) for each in group.template.taints] == [
        ("example.com/only", "us"),
        ("cloud.google.com/compute-class", "gpus"),
        ("nvidia.com/gpu", "present"),
    ]
    assert group.template.devices == {"nvidia.com/gpu": "8"}


def test_a_reservation_says_its_zones_itself():
    specific = [{"name": "h100-a", "zones": ["europe-west4-c"]}]
    rule = {**H100, "location": {}, "reservations": {"affinity": "Specific", "specific": specific}}
    (group,) = _groups(rule)
    assert (group.capacity, group.zones) == ("reserved", ("europe-west4-c",))


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"machineType": "a9-highgpu-8g"}, "Machine type with name 'a9-highgpu-8g' does not exist"),
        ({"location": {"zones": ["europe-west4-a"]}}, "does not exist in zone 'europe-west4-a'"),
        ({"gpu": {"type": "nvidia-l4", "count": 8}}, "can't be attached to machine type a3-highgpu-8g"),
        ({"machineType": "g2-standard-96", "gpu": {"type": "nvidia-l4", "count": 8}}, "leave no room for a g2-standard-96"),
    ],
    ids=["machine", "zone", "devices", "limits"],
)
def test_a_rule_that_gke_could_not_follow_is_passed_over_and_logged(
    caplog: pytest.LogCaptureFixture, rule: dict[str, Any], reason: str
):
    assert [group.name for group in _groups({**H100, **rule}, H100)] == ["nap-gpus-1"]
    assert reason in caplog.text


def test_a_class_of_pools_that_are_there_makes_none():
    assert _groups({"nodepools": ["h100-spot"]}) == []
    assert _groups(H100, nodePoolAutoCreation={"enabled": False}) == []


def test_a_cluster_says_what_may_be_made_until_it_is_deleted(made_cluster: Make, cloud: Cloud, groups: Groups):
    limits = [{"resourceType": "nvidia-l4", "maximum": 8}]
    entry = made_cluster(clusterAutoscaling={"enabled": True, "resourceLimits": limits})
    zones = tuple(f"europe-west4-{letter}" for letter in "abc")
    assert groups.auto_creation() == AutoCreation("europe-west4", zones, {"nvidia-l4": 8})
    cloud.delete(TYPE, entry.id, CONFIG)
    assert groups.auto_creation() is None
