"""Karpenter moves the node groups of a simulated cloud: the real program, on the real scheduler's pending pods."""

import time
from collections.abc import Iterator
from typing import Any, Literal

import pytest

from rehearsal.autoscaling.group import AutoCreation, Group, Groups, SoldOut
from rehearsal.autoscaling.ladder import CONFIG_MAP
from rehearsal.clouds.gcp.compute_class import DEFINITION
from rehearsal.clouds.nodes import Template
from tests.rehearsal.cluster import Cluster, Manifest, RefusedError, eventually
from tests.rehearsal.control_plane.gpus import SCALE, TAINT, added, plugin, running, training
from tests.rehearsal.workloads import deployment

_POOL = {"ml-platform.dev/pool": "h100"}
_CLASS = "cloud.google.com/compute-class"
_QUIET = 8
"""Seconds in which Karpenter would have acted twice."""


def _group(name: str, plugin: Literal["pod", "image"] = "pod", **scaling: Any) -> Group:
    template = Template(
        group=name,
        machine="p5.48xlarge",
        arch="amd64",
        labels={**_POOL, "topology.kubernetes.io/region": "eu-central-1"},
        taints=(TAINT,),
        capacity={"cpu": "190", "memory": "2000Gi", "pods": "110"},
        devices={"nvidia.com/gpu": "8"},
        plugin=plugin,
    )
    settings: dict[str, Any] = {"zones": ("eu-central-1a", "eu-central-1b"), "min": 0, "max": 4, "scaler": "cloud"}
    return Group(template, **{**settings, **scaling})


def _ladder(*names: str) -> Manifest:
    """The priority expander's configuration: groups, the first of which is tried first."""
    priorities = "\n".join(f"{100 - place}: [^{name}$]" for place, name in enumerate(names))
    metadata = {"name": CONFIG_MAP, "namespace": "kube-system"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"priorities": priorities}}


@pytest.fixture
def groups(autoscaled: Cluster) -> Iterator[Groups]:
    groups = Groups(autoscaled.layout.state / "cloud")
    autoscaled.apply(plugin())
    yield groups
    autoscaled.kubectl("delete", "deployment", "--all")
    autoscaled.kubectl("delete", "configmap", CONFIG_MAP, "--namespace=kube-system", "--ignore-not-found")
    for name in groups.all():
        groups.remove(name)
    groups.sell_out()

    def all_gone() -> None:
        assert not autoscaled.get("nodes")

    eventually(all_gone, within=SCALE)


def _until_running(cluster: Cluster, name: str, replicas: int) -> None:
    def grown() -> None:
        assert running(cluster, name) == replicas

    eventually(grown, within=SCALE)


def _until_known(cluster: Cluster, groups: int) -> None:
    """Until Karpenter chooses among all of them: of a ladder that it knows one rung of, it takes that."""

    def known() -> None:
        try:
            pools = cluster.get("nodepools")
        except RefusedError as undefined:
            raise AssertionError from undefined
        ready = [
            each["type"] for pool in pools for each in pool.get("status", {}).get("conditions", []) if each["status"] == "True"
        ]
        assert ready.count("Ready") == groups

    eventually(known, within=SCALE)


def test_a_group_grows_from_nothing_for_pods_that_wait_and_idle_nodes_go(autoscaled: Cluster, groups: Groups) -> None:
    groups.put(_group("h100"))
    autoscaled.apply(training("train", 2, _POOL))
    _until_running(autoscaled, "train", 2)
    nodes = added(autoscaled, "h100")
    assert len(nodes) == 2
    for node in nodes:
        labels = node["metadata"]["labels"]
        assert labels["ml-platform.dev/pool"] == "h100"
        assert labels["node.kubernetes.io/instance-type"] == "p5.48xlarge"
        assert labels["topology.kubernetes.io/zone"] in ("eu-central-1a", "eu-central-1b")
        assert labels["topology.kubernetes.io/region"] == "eu-central-1"
        assert node["spec"]["taints"] == [TAINT]
        assert node["status"]["allocatable"]["nvidia.com/gpu"] == "8"
        assert node["status"]["capacity"]["cpu"] == "190"
    autoscaled.kubectl("delete", "deployment", "train")

    def shrunk() -> None:
        assert not added(autoscaled, "h100")

    eventually(shrunk, within=SCALE)


def test_a_node_shows_no_gpu_before_its_plugin_is_ready_and_none_is_added_in_its_place(
    autoscaled: Cluster, groups: Groups
) -> None:
    autoscaled.kubectl("delete", "daemonset", "plugin")
    groups.put(_group("h100"))
    autoscaled.apply(training("train", 1, _POOL))

    def ready() -> None:
        assert autoscaled.kubectl("get", "nodes", "--no-headers").split()[1:2] == ["Ready"]

    eventually(ready, within=SCALE)
    time.sleep(_QUIET)
    (node,) = added(autoscaled, "h100")
    assert node["status"]["allocatable"].get("nvidia.com/gpu", "0") == "0"
    assert running(autoscaled, "train") == 0
    autoscaled.apply(plugin())
    _until_running(autoscaled, "train", 1)
    assert len(added(autoscaled, "h100")) == 1


def test_an_image_that_brings_the_plugin_shows_its_gpus_at_once(autoscaled: Cluster, groups: Groups) -> None:
    autoscaled.kubectl("delete", "daemonset", "plugin")
    groups.put(_group("h100", plugin="image"))
    autoscaled.apply(training("train", 1, _POOL))
    _until_running(autoscaled, "train", 1)
    autoscaled.apply(plugin())


def test_a_rung_without_capacity_falls_to_the_next(autoscaled: Cluster, groups: Groups) -> None:
    groups.sell_out(SoldOut("p5.48xlarge", capacity="reserved"), SoldOut("p5.48xlarge", zone="eu-central-1a"))
    rungs = ("reserved", "on-demand", "spot")
    autoscaled.apply(_ladder(*rungs))
    for rung in rungs:
        groups.put(_group(rung, capacity=rung))
    _until_known(autoscaled, 3)
    autoscaled.apply(training("first", 1, _POOL))
    _until_running(autoscaled, "first", 1)
    (node,) = added(autoscaled, "on-demand")
    assert node["metadata"]["labels"]["topology.kubernetes.io/zone"] == "eu-central-1b"
    groups.sell_out()
    autoscaled.apply(training("second", 1, _POOL))
    _until_running(autoscaled, "second", 1)
    assert [len(added(autoscaled, rung)) for rung in rungs] == [1, 1, 0]


def test_a_groups_maximum_is_kept_with_the_nodes_that_the_cloud_made(autoscaled: Cluster, groups: Groups) -> None:
    groups.put(_group("h100", min=1, max=3))
    autoscaled.apply(training("train", 4, _POOL))
    _until_running(autoscaled, "train", 2)
    time.sleep(_QUIET)
    assert len(added(autoscaled, "h100")) == 2


def test_what_a_deployed_autoscaler_moves_waits_until_it_is_ready_and_goes_by_its_priorities(
    autoscaled: Cluster, groups: Groups
) -> None:
    for rung in ("reserved", "spot"):
        groups.put(_group(rung, scaler="cluster-autoscaler", capacity=rung))
    autoscaled.apply(_ladder("spot", "reserved"), training("train", 1, _POOL))
    time.sleep(_QUIET)
    assert not added(autoscaled, "reserved") + added(autoscaled, "spot")
    autoscaled.node("system")
    autoscaled.apply(deployment("scaler", labels={"app.kubernetes.io/name": "aws-cluster-autoscaler"}))
    _until_running(autoscaled, "train", 1)
    assert len(added(autoscaled, "spot")) == 1
    autoscaled.kubectl("delete", "node", "system")


def test_what_gke_makes_of_a_compute_class_falls_to_the_next_rule_and_goes_with_the_class(
    autoscaled: Cluster, groups: Groups
) -> None:
    autoscaled.apply(DEFINITION)
    autoscaled.kubectl("wait", "--for=condition=Established", "crd", DEFINITION["metadata"]["name"])
    groups.make(AutoCreation("us-central1", ("us-central1-a",), {"cpu": 416, "memory": 4000, "nvidia-h100-80gb": 16}))
    groups.sell_out(SoldOut("a3-highgpu-8g", capacity="spot"))
    autoscaled.apply(_compute_class("h100"))
    _until_known(autoscaled, 2)
    autoscaled.apply(training("train", 3, {_CLASS: "h100"}, [_CLASS]))
    _until_running(autoscaled, "train", 2)
    assert [len(added(autoscaled, f"nap-h100-{place}")) for place in range(2)] == [0, 2]
    time.sleep(_QUIET)
    assert running(autoscaled, "train") == 2, "the cluster's limits are kept"
    autoscaled.kubectl("delete", "deployment", "train")
    autoscaled.kubectl("delete", "computeclass", "h100")

    def gone() -> None:
        assert not autoscaled.get("nodes") + autoscaled.get("nodepools")

    eventually(gone, within=SCALE)
    groups.make(None)
    autoscaled.kubectl("delete", "crd", DEFINITION["metadata"]["name"])


def _compute_class(name: str) -> Manifest:
    rule = {"machineType": "a3-highgpu-8g", "gpu": {"type": "nvidia-h100-80gb", "count": 8, "driverVersion": "default"}}
    return {
        "apiVersion": "cloud.google.com/v1",
        "kind": "ComputeClass",
        "metadata": {"name": name},
        "spec": {"nodePoolAutoCreation": {"enabled": True}, "priorities": [{**rule, "spot": True}, rule]},
    }
