"""Node groups of H100 machines for tests, and waiting for what their autoscaler does."""

from typing import Any, Final, Literal

from rehearsal.autoscaling.group import Group
from rehearsal.autoscaling.ladder import CONFIG_MAP
from rehearsal.clouds.nodes import Template
from tests.rehearsal.cluster import Cluster, Manifest, RefusedError, eventually
from tests.rehearsal.control_plane.gpus import SCALE, TAINT, running

POOL: Final = {"ml-platform.dev/pool": "h100"}
QUIET: Final = 8
"""Seconds in which Karpenter would have acted twice."""


def group(name: str, plugin: Literal["pod", "image"] = "pod", **scaling: Any) -> Group:
    """At most four machines on demand, but for what is said otherwise."""
    template = Template(
        group=name,
        machine="p5.48xlarge",
        arch="amd64",
        labels={**POOL, "topology.kubernetes.io/region": "eu-central-1"},
        taints=(TAINT,),
        capacity={"cpu": "190", "memory": "2000Gi", "pods": "110"},
        devices={"nvidia.com/gpu": "8"},
        plugin=plugin,
    )
    settings: dict[str, Any] = {"zones": ("eu-central-1a", "eu-central-1b"), "min": 0, "max": 4, "scaler": "cloud"}
    return Group(template, **{**settings, **scaling})


def ladder(*names: str) -> Manifest:
    """The priority expander's configuration: groups, the first of which is tried first."""
    priorities = "\n".join(f"{100 - place}: [^{name}$]" for place, name in enumerate(names))
    metadata = {"name": CONFIG_MAP, "namespace": "kube-system"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"priorities": priorities}}


def until_running(cluster: Cluster, name: str, replicas: int) -> None:
    """Until so many pods of the Deployment run."""

    def grown() -> None:
        assert running(cluster, name) == replicas

    eventually(grown, within=SCALE)


def until_known(cluster: Cluster, groups: int) -> None:
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
