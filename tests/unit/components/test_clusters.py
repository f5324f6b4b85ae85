"""Where the nodes come from."""

import json

import pulumi
import pytest

from components import clusters
from config.load import PROJECT
from tests.unit.conftest import Build, Values
from tests.unit.plan import Plan


def test_a_simulated_pool_has_its_smallest_number_of_nodes(local: Plan):
    assert sorted(node.metadata["name"] for node in local.of("Node")) == [
        *(f"general-{number}" for number in range(2)),
        *(f"h100-{number}" for number in range(4)),
        *(f"l4-{number}" for number in range(4)),
    ]


def test_a_gpu_node_keeps_out_pods_that_ask_for_none(local: Plan):
    tainted = {node.metadata["name"] for node in local.of("Node") if node.spec["taints"]}
    assert tainted == {node.metadata["name"] for node in local.of("Node") if not node.metadata["name"].startswith("general")}
    assert local.one("Node", "h100-0").spec["taints"] == [{"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}]


def test_a_node_is_labelled_with_what_pods_choose_it_by(local: Plan):
    labels = local.one("Node", "h100-0").metadata["labels"]
    assert (
        labels.items()
        >= {
            "ml-platform.dev/pool": "h100",
            "ml-platform.dev/accelerator": "h100",
            "nvidia.com/gpu.present": "true",
            "nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3",
            "node.kubernetes.io/instance-type": "Standard_ND96isr_H100_v5",
            "kubernetes.io/hostname": "h100-0",
        }.items()
    )
    assert "nvidia.com/gpu.present" not in local.one("Node", "general-0").metadata["labels"]


def test_a_simulated_node_has_the_size_of_the_machine_and_devices_apart(local: Plan):
    annotations = local.one("Node", "h100-0").metadata["annotations"]
    assert json.loads(annotations["rehearsal.ml-platform.dev/capacity"]) == {"cpu": "96", "memory": "1900Gi", "pods": "110"}
    assert json.loads(annotations["rehearsal.ml-platform.dev/devices"]) == {"nvidia.com/gpu": "8"}


def test_a_simulated_node_is_kept_alive_by_kwok(local: Plan):
    assert {node.metadata["labels"]["kwok.x-k8s.io/node"] for node in local.of("Node")} == {"fake"}


def test_another_kubeconfig_does_not_mean_another_cluster(local: Plan):
    (provider,) = local.of("kubernetes")
    assert provider.inputs["clusterIdentifier"] == "cluster"
    assert provider.inputs["kubeconfig"] == str(PROJECT / ".rehearsal/local/kubeconfig")


def test_a_kind_that_cannot_be_built_yet_is_refused_in_one_line(values: Values, build: Build, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(clusters, "KINDS", {})
    with pytest.raises(pulumi.RunError) as refused:
        build(values)
    assert str(refused.value) == ("ml-platform:cluster.kind: simulated clusters are not there yet")
