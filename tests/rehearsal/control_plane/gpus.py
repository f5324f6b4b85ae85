"""What has to do with GPUs, for tests: a device plugin, and pods that ask for a whole machine."""

from collections.abc import Iterable, Mapping
from typing import Any

from rehearsal.autoscaling.group import NODE_POOL
from tests.rehearsal.cluster import Cluster, Manifest
from tests.rehearsal.workloads import deployment

TAINT = {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}
SCALE = 180
"""Seconds in which nodes should have come or gone."""


PLUGIN: dict[str, Any] = {
    "labels": {"app.kubernetes.io/component": "device-plugin"},
    "annotations": {"ml-platform.dev/serves": "nvidia.com/gpu"},
}
"""What makes a Deployment one of device plugins."""


def plugin() -> Manifest:
    """A device plugin on every node."""
    daemon_set = deployment("plugin", **PLUGIN, tolerations=[{"operator": "Exists"}])
    del daemon_set["spec"]["replicas"]
    return {**daemon_set, "kind": "DaemonSet"}


def training(name: str, replicas: int, selector: Mapping[str, str], tolerated: Iterable[str] = ()) -> Manifest:
    """Pods of eight GPUs each. `tolerated`: keys of the nodes' taints, besides that of their GPUs."""
    container = {"name": "main", "image": "busybox", "resources": {"limits": {"nvidia.com/gpu": 8}}}
    tolerations = [{"key": key, "operator": "Exists"} for key in (TAINT["key"], *tolerated)]
    return deployment(name, replicas=replicas, containers=[container], tolerations=tolerations, nodeSelector=dict(selector))


def added(cluster: Cluster, group: str) -> list[Manifest]:
    """The nodes that the autoscaler has added to a group."""
    return cluster.get("nodes", selector=f"{NODE_POOL}={group}")


def running(cluster: Cluster, name: str) -> int:
    """How many pods of a Deployment run."""
    return sum(pod["status"]["phase"] == "Running" for pod in cluster.get("pods", selector=f"app={name}"))
