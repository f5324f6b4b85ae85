"""Simulated nodes and their pods."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.rehearsal.cluster import Cluster, eventually
from tests.rehearsal.control_plane.gpus import PLUGIN
from tests.rehearsal.workloads import deployment, job


@pytest.fixture(scope="module", autouse=True)
def nodes(control_plane: Cluster) -> Iterator[None]:
    for name in ("node-a", "node-b", "node-c"):
        control_plane.node(name, {"cpu": "16", "memory": "64Gi", "pods": "20"}, {"nvidia.com/gpu": "8"}, {"pool": name})
    yield
    control_plane.kubectl("delete", "node", "node-a", "node-b", "node-c")


def _allocatable(cluster: Cluster, node: str) -> dict[str, str]:
    return cluster.get("node", node)["status"]["allocatable"]


def test_a_node_has_the_capacity_that_it_is_annotated_with(control_plane: Cluster) -> None:
    status = control_plane.get("node", "node-a")["status"]
    assert {key: status["capacity"][key] for key in ("cpu", "memory", "pods")} == {"cpu": "16", "memory": "64Gi", "pods": "20"}
    addresses = {name: control_plane.get("node", name)["status"]["addresses"][0]["address"] for name in ("node-a", "node-b")}
    assert len(set(addresses.values())) == 2


def test_devices_are_there_while_their_plugin_is(control_plane: Cluster) -> None:
    assert "nvidia.com/gpu" not in _allocatable(control_plane, "node-a")
    control_plane.apply(deployment("plugin", **PLUGIN, nodeSelector={"kubernetes.io/hostname": "node-a"}))

    def gpus(count: str) -> None:
        assert _allocatable(control_plane, "node-a").get("nvidia.com/gpu") == count

    eventually(lambda: gpus("8"))
    assert "nvidia.com/gpu" not in _allocatable(control_plane, "node-b")
    control_plane.kubectl("delete", "deployment", "plugin")
    eventually(lambda: gpus("0"))


def test_a_job_completes_and_one_that_is_told_to_runs_on(control_plane: Cluster) -> None:
    sidecar = {"name": "side", "image": "busybox", "restartPolicy": "Always"}
    pod = {"initContainers": [{"name": "prepare", "image": "busybox"}, sidecar]}
    control_plane.apply(job("short", pod=pod), job("long", run_seconds=3600))
    control_plane.kubectl("wait", "job", "short", "--for=condition=Complete", "--timeout=60s")
    assert control_plane.get("job", "long")["status"]["active"] == 1
    control_plane.kubectl("delete", "job", "long", "--timeout=60s")


def test_a_running_pod_looks_like_one(control_plane: Cluster) -> None:
    control_plane.apply(deployment("web", replicas=3))
    control_plane.kubectl("rollout", "status", "deployment/web", "--timeout=60s")
    pods: list[dict[str, Any]] = control_plane.get("pods", selector="app=web")
    assert len({pod["status"]["podIP"] for pod in pods}) == 3
    for pod in pods:
        assert pod["status"]["startTime"]
        assert pod["status"]["containerStatuses"][0]["state"]["running"]
    control_plane.kubectl("delete", "deployment", "web")


def test_a_daemonset_is_on_every_node_it_selects(control_plane: Cluster) -> None:
    daemon_set = deployment("agent", nodeSelector={"pool": "node-b"})
    daemon_set["kind"] = "DaemonSet"
    del daemon_set["spec"]["replicas"]
    control_plane.apply(daemon_set)
    control_plane.kubectl("rollout", "status", "daemonset/agent", "--timeout=60s")
    (pod,) = control_plane.get("pods", selector="app=agent")
    assert pod["spec"]["nodeName"] == "node-b"
    control_plane.kubectl("delete", "daemonset", "agent")


def test_the_pods_of_a_failed_node_are_started_elsewhere_and_the_node_can_come_back(control_plane: Cluster) -> None:
    control_plane.apply(deployment("service"))
    control_plane.kubectl("rollout", "status", "deployment/service", "--timeout=60s")
    (pod,) = control_plane.get("pods", selector="app=service")
    failed = pod["spec"]["nodeName"]
    control_plane.kubectl("label", "node", failed, "rehearsal.ml-platform.dev/fail=true")

    def moved() -> None:
        pods = control_plane.get("pods", selector="app=service")
        assert [
            each for each in pods if each["spec"].get("nodeName") not in (None, failed) and each["status"]["phase"] == "Running"
        ]

    eventually(moved, within=60)
    control_plane.kubectl("wait", "node", failed, "--for=condition=Ready=Unknown", "--timeout=60s")
    control_plane.kubectl("label", "node", failed, "rehearsal.ml-platform.dev/fail-")
    control_plane.kubectl("wait", "node", failed, "--for=condition=Ready", "--timeout=60s")
    control_plane.kubectl("delete", "deployment", "service")
