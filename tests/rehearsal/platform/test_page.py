"""What `up` says at its end, and whether it is so."""

import re
from collections import Counter

from tests.rehearsal.cluster import Cluster, Manifest, eventually
from tests.rehearsal.platform.project import Project
from tests.rehearsal.platform.workloads import GPU


def _condition(item: Manifest, kind: str) -> str | None:
    return next((each["status"] for each in item["status"]["conditions"] if each["type"] == kind), None)


def _gpu_nodes(cluster: Cluster) -> dict[str, int]:
    gpus = {node["metadata"]["name"]: int(node["status"]["allocatable"].get(GPU, 0)) for node in cluster.get("nodes")}
    return {node: count for node, count in gpus.items() if count}


def _rows(page: str) -> set[str]:
    return {re.sub(r"\s+", " ", line).strip() for line in page.splitlines()}


def test_a_second_up_changes_nothing_and_says_so_beside_what_there_is(platform: Project) -> None:
    output = platform.up().output
    assert re.search(r"Resources:\n    \d+ unchanged\n", output), output
    assert "Traceback" not in output
    assert _rows(output) >= {
        "general Standard_D16s_v5 2 of 2 0",
        "h100 Standard_ND96isr_H100_v5 4 of 4 32",
        "l4 g2-standard-8 4 of 4 4",
        "language 8 / 400 48Gi / 4Ti 2 / 28 2 / 200 26",
        "vision 0 / 400 0 / 4Ti 0 / 24 0 / 200 24",
        "chat language 2 of 2 http://chat.language.svc",
    }
    assert any(row.startswith("all-reduce vision Complete 2 of 2 succeeded ") for row in _rows(output))


def test_status_shows_the_same_page(platform: Project) -> None:
    status = platform.rehearse("status")
    assert status.code == 0
    assert "chat language 2 of 2 http://chat.language.svc" in _rows(status.output)


def test_the_job_is_complete_on_two_nodes(cluster: Cluster) -> None:
    job = cluster.get("job", "all-reduce", namespace="vision")
    assert _condition(job, "Complete") == "True"
    assert job["status"]["succeeded"] == 2
    pods = cluster.get("pods", namespace="vision", selector="job-name=all-reduce")
    nodes = {pod["spec"]["nodeName"] for pod in pods}
    assert len(nodes) == 2
    assert {node.rpartition("-")[0] for node in nodes} == {"h100"}


def test_the_server_is_available_with_its_least_replicas(cluster: Cluster) -> None:
    def available() -> None:
        deployment = cluster.get("deployment", "chat", namespace="language")
        autoscaler = cluster.get("hpa", "chat", namespace="language")
        assert _condition(deployment, "Available") == "True"
        assert deployment["status"]["readyReplicas"] == autoscaler["spec"]["minReplicas"] == 2

    eventually(available)


def test_daemon_sets_are_on_exactly_the_gpu_nodes(cluster: Cluster) -> None:
    gpu_nodes = _gpu_nodes(cluster)
    assert len(gpu_nodes) == 8
    for name in ("nvidia-device-plugin", "dcgm-exporter"):
        pods = cluster.get("pods", namespace="nvidia-system", selector=f"app.kubernetes.io/name={name}")
        assert sorted(pod["spec"]["nodeName"] for pod in pods) == sorted(gpu_nodes)
        assert all(_condition(pod, "Ready") == "True" for pod in pods)


def test_every_gpu_can_be_allocated(cluster: Cluster) -> None:
    pools = Counter[str]()
    for node, count in _gpu_nodes(cluster).items():
        pools[node.rpartition("-")[0]] += count
    assert pools == {"h100": 32, "l4": 4}
