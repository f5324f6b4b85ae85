"""Nodes that are lost, and come back."""

from collections.abc import Iterator

import pytest

from tests.rehearsal.cluster import Cluster, Manifest, eventually

_FAIL = "rehearsal.ml-platform.dev/fail"
_RUN_SECONDS = "rehearsal.ml-platform.dev/run-seconds"
_OUT_OF_SERVICE = "node.kubernetes.io/out-of-service"


@pytest.fixture
def lost(cluster: Cluster) -> Iterator[str]:
    """The name of a node that is lost while a job like the platform's own runs on three of the four H100 nodes, it among them."""
    cluster.apply(_like_all_reduce(cluster, workers=3))

    def running() -> None:
        assert [pod["status"]["phase"] for pod in _pods(cluster, "survivor")] == ["Running"] * 3

    eventually(running, within=60)
    # Not one with a finished pod of the platform's own job, which would go.
    spared = _nodes(_pods(cluster, "all-reduce"))
    node = min(_nodes(_pods(cluster, "survivor")) - spared)
    cluster.kubectl("label", "node", node, f"{_FAIL}=true")
    yield node
    cluster.kubectl("label", "node", node, f"{_FAIL}-")
    cluster.kubectl("wait", "node", node, "--for=condition=Ready", "--timeout=60s")
    cluster.kubectl("delete", "job", "survivor", "--namespace=vision", "--timeout=60s")
    cluster.kubectl("rollout", "status", "daemonset", "--namespace=nvidia-system", "--timeout=60s")


def test_the_workers_of_a_lost_node_are_replaced_and_the_job_completes(cluster: Cluster, lost: str) -> None:
    # Said by a cloud when the machine is gone, or by a person who has turned it off: until then, its pods may still be at work.
    out_of_service = "node.kubernetes.io/out-of-service"
    cluster.kubectl("taint", "node", lost, f"{out_of_service}=nodeshutdown:NoExecute")

    def replaced() -> None:
        pods = [pod for pod in _pods(cluster, "survivor") if pod["status"]["phase"] == "Running"]
        assert len(_nodes(pods) - {lost}) == len(pods) == 3

    try:
        eventually(replaced, within=120)
        pods = ("pods", "--selector=job-name=survivor", "--namespace=vision")
        cluster.kubectl("annotate", *pods, f"{_RUN_SECONDS}=1", "--overwrite")
        cluster.kubectl("wait", "job", "survivor", "--namespace=vision", "--for=condition=Complete", "--timeout=60s")
    finally:
        cluster.kubectl("taint", "node", lost, f"{out_of_service}-")


def test_a_node_that_comes_back_has_its_gpus_again(cluster: Cluster, lost: str) -> None:
    def gpus(count: str) -> None:
        assert cluster.get("node", lost)["status"]["allocatable"]["nvidia.com/gpu"] == count

    eventually(lambda: gpus("0"), within=120)
    cluster.kubectl("label", "node", lost, f"{_FAIL}-")
    eventually(lambda: gpus("8"), within=60)


def _like_all_reduce(cluster: Cluster, workers: int) -> Manifest:
    """The job that the platform made, as `survivor`; it runs until it is told to end."""
    job = cluster.get("job", "all-reduce", namespace="vision")
    template = job["spec"]["template"]["spec"]
    (spread,) = template["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    spread["labelSelector"] = {"matchLabels": {"job-name": "survivor"}}
    kept = ("completionMode", "backoffLimit", "podFailurePolicy")
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "survivor", "namespace": "vision", "labels": {"kueue.x-k8s.io/queue-name": "vision"}},
        "spec": {
            **{key: job["spec"][key] for key in kept},
            "completions": workers,
            "parallelism": workers,
            "template": {"metadata": {"annotations": {_RUN_SECONDS: "3600"}}, "spec": template},
        },
    }


def _pods(cluster: Cluster, job: str) -> list[Manifest]:
    return cluster.get("pods", namespace="vision", selector=f"job-name={job}")


def _nodes(pods: list[Manifest]) -> set[str]:
    return {pod["spec"]["nodeName"] for pod in pods}
