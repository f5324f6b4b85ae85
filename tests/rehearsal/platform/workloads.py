"""What a team runs: pods and jobs that its namespace lets in, unless a test asks for what it doesn't."""

from collections.abc import Mapping
from typing import Any

GPU = "nvidia.com/gpu"
ON_H100 = {"ml-platform.dev/accelerator": "h100"}

_HARDENED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "runAsUser": 1000,
    "seccompProfile": {"type": "RuntimeDefault"},
}


def container(gpus: int = 0, **security: Any) -> dict[str, Any]:
    """A container with so many GPUs; `security` changes its hardened security context."""
    resources = {"limits": {"cpu": "1", "memory": "1Gi", GPU: str(gpus)}} if gpus else {}
    return {"name": "main", "image": "busybox", "resources": resources, "securityContext": {**_HARDENED, **security}}


def pod(name: str, team: str, main: Mapping[str, Any], **spec: Any) -> dict[str, Any]:
    """A pod of this one container."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": team},
        "spec": {"containers": [main], **spec},
    }


def job(name: str, team: str, workers: int, *, run_seconds: int = 3600, queue: str | None = None) -> dict[str, Any]:
    """A Job of workers with 8 H100 each; they are simulated to run so long. `queue` is by default the team's."""
    name_of_queue = team if queue is None else queue
    queued = {"kueue.x-k8s.io/queue-name": name_of_queue} if name_of_queue else {}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "namespace": team, "labels": {"test": "", **queued}},
        "spec": {
            "completions": workers,
            "parallelism": workers,
            "template": {
                "metadata": {"annotations": {"rehearsal.ml-platform.dev/run-seconds": str(run_seconds)}},
                "spec": {"restartPolicy": "Never", "nodeSelector": ON_H100, "containers": [container(gpus=8)]},
            },
        },
    }
