"""Where the nodes come from."""

import json
from typing import Any, get_args

import pytest

from components import clusters
from components.clusters import Pool
from config import load
from config.clusters import Cluster
from config.load import PROJECT
from config.model import Model
from config.node_pool import NodePool
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


def test_every_kind_that_a_stack_may_name_can_be_built():
    kinds: tuple[type[Model], ...] = get_args(get_args(Cluster)[0])
    assert set(clusters.KINDS) == {get_args(kind.model_fields["kind"].annotation)[0] for kind in kinds}


def test_a_kind_whose_sdk_is_not_installed_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch):
    def nothing(_name: str) -> None:
        """What is not installed has no spec."""

    monkeypatch.setattr(clusters, "find_spec", nothing)
    reason = clusters.refusal(load.read("aks"))
    assert reason == "ml-platform:cluster.kind: aks clusters need pulumi_azure_native; pip install -r requirements-azure.txt"


def _pool(**values: Any) -> Pool:
    pool = NodePool.model_validate({"name": "a", "size": {"max": 4}, **values})
    return Pool.of(pool, pool.machine())


@pytest.mark.parametrize(
    ("accelerator", "resource"),
    [
        ({"type": "h100", "count": 8}, "nvidia.com/gpu"),
        ({"type": "mi300x", "count": 8}, "amd.com/gpu"),
        ({"type": "trainium", "count": 16}, "aws.amazon.com/neuron"),
        ({"type": "tpu-v5e", "count": 4}, "google.com/tpu"),
    ],
)
def test_the_taint_of_a_node_with_devices_is_named_after_them_and_tolerated(accelerator: dict[str, Any], resource: str):
    pool = _pool(accelerator=accelerator)
    assert pool.devices == {resource: accelerator["count"]}
    assert pool.taints == ({"key": resource, "value": "present", "effect": "NoSchedule"},)
    assert pool.tolerations[0] == {"key": resource, "operator": "Exists", "effect": "NoSchedule"}
    assert pool.labels["ml-platform.dev/accelerator"] == pool.selector["ml-platform.dev/accelerator"] == accelerator["type"]


def test_only_nvidias_nodes_have_nvidias_labels():
    assert [key for key in _pool(accelerator={"type": "mi300x", "count": 8}).labels if "nvidia" in key] == []


def test_a_users_labels_and_taints_are_on_its_nodes_and_its_own_pods_are_let_in():
    pool = _pool(labels={"team": "vision"}, taints=[{"key": "team", "value": "vision", "effect": "NoExecute"}])
    assert pool.labels == {"ml-platform.dev/pool": "a", "team": "vision"}
    assert pool.taints == ({"key": "team", "value": "vision", "effect": "NoExecute"},)
    assert pool.tolerations == ({"key": "team", "operator": "Exists", "effect": "NoExecute"},)


def test_what_a_cloud_taints_by_itself_is_tolerated_and_not_tainted_again():
    pool = _pool(arch="arm64", capacity=["spot"])
    assert pool.taints == ()
    assert [(toleration.get("key"), toleration.get("value")) for toleration in pool.tolerations] == [
        ("kubernetes.io/arch", "arm64"),
        ("kubernetes.azure.com/scalesetpriority", "spot"),
    ]


def test_pods_find_a_slice_by_its_shape():
    pool = _pool(accelerator={"type": "tpu-v5e", "count": 4, "topology": "4x4"})
    assert pool.selector == {
        "ml-platform.dev/accelerator": "tpu-v5e",
        "cloud.google.com/gke-tpu-accelerator": "tpu-v5-lite-podslice",
        "cloud.google.com/gke-tpu-topology": "4x4",
    }


def test_a_pool_that_is_there_already_is_found_by_the_users_labels_alone():
    pool = _pool(accelerator={"type": "h100", "count": 8}, selector={"example.com/gpu": "h100"})
    assert pool.selector == pool.own == pool.labels == {"example.com/gpu": "h100"}


def test_a_pool_of_our_own_is_told_from_others_by_its_name():
    assert _pool(accelerator={"type": "h100", "count": 8}).own == {"ml-platform.dev/pool": "a"}


def test_pods_on_nodes_that_may_be_taken_away_have_a_minute_to_finish():
    assert [_pool(capacity=rungs).grace for rungs in (["on-demand"], ["on-demand", "spot"])] == [30, 60]


def test_jobs_and_servers_on_spot_nodes_have_a_minute_to_finish(values: Values, build: Build):
    for pool in values["ml-platform:nodePools"]:
        pool["capacity"] = ["on-demand", "spot"]
    plan = build(values)
    assert [
        plan.one(kind, name).pod["terminationGracePeriodSeconds"]
        for kind, name in (("Job", "all-reduce"), ("Deployment", "chat"))
    ] == [
        *(60, 60),
    ]


def test_pods_on_nodes_that_stay_have_what_kubernetes_gives_them(local: Plan):
    assert local.one("Job", "all-reduce").pod["terminationGracePeriodSeconds"] == 30
