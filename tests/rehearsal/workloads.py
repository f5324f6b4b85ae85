"""Small workloads for tests."""

from collections.abc import Mapping
from typing import Any


def _template(labels: Mapping[str, str], annotations: Mapping[str, str], spec: Mapping[str, Any]) -> dict[str, Any]:
    pod = {"containers": [{"name": "main", "image": "busybox"}], **spec}
    return {"metadata": {"labels": dict(labels), "annotations": dict(annotations)}, "spec": pod}


def job(name: str, *, labels: Mapping[str, str] | None = None, run_seconds: float | None = None, **spec: Any) -> dict[str, Any]:
    """A Job of one pod; `run_seconds` is how long that is simulated to run."""
    annotations = {} if run_seconds is None else {"rehearsal.ml-platform.dev/run-seconds": str(run_seconds)}
    pod = {"restartPolicy": "Never", **spec.pop("pod", {})}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "namespace": "default", "labels": dict(labels or {})},
        "spec": {"template": _template({"job": name}, annotations, pod), **spec},
    }


def deployment(
    name: str,
    *,
    replicas: int = 1,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    **pod: Any,
) -> dict[str, Any]:
    """A Deployment whose pods are labelled `app: <name>`."""
    template = _template({"app": name, **(labels or {})}, annotations or {}, pod)
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": name}}, "template": template},
    }
