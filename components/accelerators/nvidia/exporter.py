"""The DCGM exporter: what each GPU does, and for which pod, as Prometheus metrics on port 9400."""

from pathlib import Path
from typing import Final

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.core.v1 import PodSpecArgsDict

from components.accelerators.nvidia.daemon import Daemon
from components.naming import MANAGED, selector
from components.pods import HARDENED
from config.versions import DCGM_EXPORTER

PORT: Final = 9400
COUNTERS: Final = "dcgm-counters"

_POD: Final[PodSpecArgsDict] = {
    "containers": [
        {
            "name": "exporter",
            "image": DCGM_EXPORTER,
            "args": ["--collectors=/etc/counters/counters.csv", "--kubernetes=true", f"--address=:{PORT}"],
            "ports": [{"name": "metrics", "container_port": PORT}],
            # The profiling counters (DCGM_FI_PROF_*) are read with this one capability.
            "security_context": {**HARDENED, "run_as_user": 0, "capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}},
            "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"memory": "512Mi"}},
            "readiness_probe": {"http_get": {"path": "/health", "port": "metrics"}, "initial_delay_seconds": 10},
            "volume_mounts": [
                {"name": "counters", "mount_path": "/etc/counters", "read_only": True},
                {"name": "pod-resources", "mount_path": "/var/lib/kubelet/pod-resources", "read_only": True},
            ],
        }
    ],
    "volumes": [
        {"name": "counters", "config_map": {"name": COUNTERS}},
        # The kubelet's list of which pod holds which GPU.
        {"name": "pod-resources", "host_path": {"path": "/var/lib/kubelet/pod-resources", "type": "Directory"}},
    ],
}

EXPORTER: Final = Daemon("dcgm-exporter", "metrics", _POD)


def publish(name: str, namespace: pulumi.Input[str], opts: pulumi.ResourceOptions) -> None:
    """What the exporter counts, its address, and who may ask: Prometheus in the namespace `monitoring`."""
    k8s.core.v1.ConfigMap(
        f"{name}-{COUNTERS}",
        metadata={"name": COUNTERS, "namespace": namespace, "labels": MANAGED},
        data={"counters.csv": (Path(__file__).parent / "counters.csv").read_text()},
        opts=opts,
    )
    k8s.core.v1.Service(
        f"{name}-{EXPORTER.name}-service",
        metadata={"name": EXPORTER.name, "namespace": namespace, "labels": EXPORTER.labels},
        spec={"selector": selector(EXPORTER.name), "ports": [{"name": "metrics", "port": PORT, "target_port": "metrics"}]},
        opts=opts,
    )
    k8s.networking.v1.NetworkPolicy(
        f"{name}-{EXPORTER.name}-scrape",
        metadata={"name": f"{EXPORTER.name}-scrape", "namespace": namespace, "labels": MANAGED},
        spec={
            "pod_selector": {"match_labels": selector(EXPORTER.name)},
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
