"""The DCGM exporter: what each GPU does, and for which pod, as Prometheus metrics on port 9400."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.core.v1 import ContainerArgsDict, PodSpecArgsDict, VolumeArgsDict, VolumeMountArgsDict

from components.accelerators.base import Daemon, daemon_set
from components.clusters import Pool
from components.naming import MANAGED, selector
from components.pods import HARDENED
from config.versions import DCGM_EXPORTER

PORT: Final = 9400
COUNTERS: Final = "dcgm-counters"
NAME: Final = "dcgm-exporter"

_DRIVERS: Final[Mapping[str, str]] = {"gcp": "/home/kubernetes/bin/nvidia"}
"""Cloud → where its nodes keep the driver, if their container runtime does not bring it into every container by itself."""

_MOUNTS: Final[tuple[VolumeMountArgsDict, ...]] = (
    {"name": "counters", "mount_path": "/etc/counters", "read_only": True},
    {"name": "pod-resources", "mount_path": "/var/lib/kubelet/pod-resources", "read_only": True},
)

_CONTAINER: Final[ContainerArgsDict] = {
    "name": "exporter",
    "image": DCGM_EXPORTER,
    "args": ["--collectors=/etc/counters/counters.csv", "--kubernetes=true", f"--address=:{PORT}"],
    "ports": [{"name": "metrics", "container_port": PORT}],
    # The profiling counters (DCGM_FI_PROF_*) are read with this one capability.
    "security_context": {**HARDENED, "run_as_user": 0, "capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}},
    "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"memory": "512Mi"}},
    "readiness_probe": {"http_get": {"path": "/health", "port": "metrics"}, "initial_delay_seconds": 10},
    "volume_mounts": _MOUNTS,
}

_VOLUMES: Final[tuple[VolumeArgsDict, ...]] = (
    {"name": "counters", "config_map": {"name": COUNTERS}},
    # The kubelet's list of which pod holds which GPU.
    {"name": "pod-resources", "host_path": {"path": "/var/lib/kubelet/pod-resources", "type": "Directory"}},
)


def exporter(pools: Sequence[Pool]) -> Daemon:
    """The exporter as the nodes of these pools, which are all of one cloud, need it."""
    drivers = {_DRIVERS.get(pool.machine.cloud) for pool in pools if "driver" in pool.preinstalled} - {None}
    return Daemon(NAME, "metrics", _with_driver(drivers.pop() or "") if drivers else _pod(_CONTAINER))


def publish(name: str, namespace: pulumi.Input[str], pools: Sequence[Pool], opts: pulumi.ResourceOptions) -> None:
    """The exporter on all these pools, what it counts, its address, and who may ask: Prometheus in the namespace `monitoring`."""
    daemon = exporter(pools)
    daemon_set(name, daemon, namespace, pools, opts)
    k8s.core.v1.ConfigMap(
        f"{name}-{COUNTERS}",
        metadata={"name": COUNTERS, "namespace": namespace, "labels": MANAGED},
        data={"counters.csv": (Path(__file__).parent / "counters.csv").read_text()},
        opts=opts,
    )
    k8s.core.v1.Service(
        f"{name}-{NAME}-service",
        metadata={"name": NAME, "namespace": namespace, "labels": daemon.labels},
        spec={"selector": selector(NAME), "ports": [{"name": "metrics", "port": PORT, "target_port": "metrics"}]},
        opts=opts,
    )
    k8s.networking.v1.NetworkPolicy(
        f"{name}-{NAME}-scrape",
        metadata={"name": f"{NAME}-scrape", "namespace": namespace, "labels": MANAGED},
        spec={
            "pod_selector": {"match_labels": selector(NAME)},
            "ingress": [
                {
                    "from_": [{"namespace_selector": {"match_labels": {"kubernetes.io/metadata.name": "monitoring"}}}],
                    "ports": [{"port": "metrics"}],
                }
            ],
            "policy_types": ["Ingress"],
        },
        opts=opts,
    )


def _pod(container: ContainerArgsDict, *volumes: VolumeArgsDict) -> PodSpecArgsDict:
    return {"containers": [container], "volumes": [*_VOLUMES, *volumes]}


def _with_driver(path: str) -> PodSpecArgsDict:
    """For nodes that give the driver and the devices only to containers that ask for a GPU, which a watcher does not."""
    mounted = "/usr/local/nvidia"
    container: ContainerArgsDict = {
        **_CONTAINER,
        "env": [{"name": "LD_LIBRARY_PATH", "value": f"{mounted}/lib64"}],
        # Nothing less gives a container all of /dev/nvidia*; Kubernetes allows no `allowPrivilegeEscalation: false` beside it.
        "security_context": {"privileged": True, "run_as_user": 0, "read_only_root_filesystem": True},
        "volume_mounts": [*_MOUNTS, {"name": "driver", "mount_path": mounted, "read_only": True}],
    }
    return _pod(container, {"name": "driver", "host_path": {"path": path, "type": "Directory"}})
