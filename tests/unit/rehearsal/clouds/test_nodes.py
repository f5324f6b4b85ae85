"""The nodes of a simulated node group."""

import json
from dataclasses import replace

from rehearsal.clouds.nodes import GROUP, Template, members

H100 = Template(
    group="h100-spot",
    machine="p5.48xlarge",
    arch="amd64",
    labels={"example.com/pool": "h100"},
    taints=({"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"},),
    capacity={"cpu": "192", "memory": "2048Gi", "pods": "110"},
    devices={"nvidia.com/gpu": "8"},
)


def test_nodes_are_dealt_out_over_the_zones():
    nodes = members(H100, 5, ["a", "b"], "gpu-{number}")
    assert [node["metadata"]["name"] for node in nodes] == [f"gpu-{number}" for number in range(5)]
    assert [node["metadata"]["labels"]["topology.kubernetes.io/zone"] for node in nodes] == ["a", "b", "a", "b", "a"]


def test_a_node_is_kept_alive_and_known_by_its_group():
    labels = H100.node("gpu-0", "a")["metadata"]["labels"]
    assert labels["kwok.x-k8s.io/node"] == "fake"
    assert labels[GROUP] == "h100-spot"
    assert labels["example.com/pool"] == "h100"


def test_a_group_can_not_say_that_its_nodes_are_another_groups():
    labels = replace(H100, labels={GROUP: "other"}).node("gpu-0", "a")["metadata"]["labels"]
    assert labels[GROUP] == "h100-spot"


def test_what_a_node_would_find_is_told_to_its_kubelet():
    annotations = replace(H100, plugin="image").node("gpu-0", "a")["metadata"]["annotations"]
    assert json.loads(annotations["rehearsal.ml-platform.dev/devices"]) == {"nvidia.com/gpu": "8"}
    assert json.loads(annotations["rehearsal.ml-platform.dev/capacity"])["cpu"] == "192"
    assert annotations["rehearsal.ml-platform.dev/device-plugin"] == "image"
