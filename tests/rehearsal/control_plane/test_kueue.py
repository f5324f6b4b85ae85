"""Kueue, installed from its own chart: its real controller decides, its webhooks and its APIs are reached by the API server."""

import json
import os
import subprocess
from collections.abc import Iterator
from typing import Any

import psutil
import pytest

from rehearsal.programs import charts
from tests.rehearsal.cluster import Cluster, Manifest, RefusedError, eventually
from tests.rehearsal.workloads import job


def _helm(cluster: Cluster, *arguments: str) -> None:
    environment = {**os.environ, "KUBECONFIG": str(cluster.kubeconfig)}
    command = [cluster.programs["helm"], "--namespace=kueue-system", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def _cluster_queue(name: str, cpu: str, version: str = "v1beta2") -> Manifest:
    resource = {"name": "cpu", "nominalQuota": cpu}
    group = {"coveredResources": ["cpu"], "flavors": [{"name": "any", "resources": [resource]}]}
    spec: Manifest = {"namespaceSelector": {}, "resourceGroups": [group]}
    return {"apiVersion": f"kueue.x-k8s.io/{version}", "kind": "ClusterQueue", "metadata": {"name": name}, "spec": spec}


def _queued(name: str, **options: Any) -> Manifest:
    container = {"name": "main", "image": "busybox", "resources": {"requests": {"cpu": "1"}}}
    labels = {"kueue.x-k8s.io/queue-name": "team"}
    return job(name, labels=labels, suspend=True, pod={"containers": [container]}, **options)


@pytest.fixture(scope="module")
def kueue(control_plane: Cluster) -> Iterator[Cluster]:
    cluster = control_plane
    cluster.node("queue-node")
    _helm(cluster, "install", "kueue", str(charts() / "kueue-0.18.4"), "--create-namespace", "--wait", "--timeout=60s")
    local_queue = {
        "apiVersion": "kueue.x-k8s.io/v1beta2",
        "kind": "LocalQueue",
        "metadata": {"name": "team", "namespace": "default"},
        "spec": {"clusterQueue": "team"},
    }
    flavor = {"apiVersion": "kueue.x-k8s.io/v1beta2", "kind": "ResourceFlavor", "metadata": {"name": "any"}}
    cluster.apply(flavor, _cluster_queue("team", "1"), local_queue)
    yield cluster
    cluster.kubectl("delete", "jobs,workloads,localqueue", "--all", "--timeout=60s")
    cluster.kubectl("delete", "clusterqueue,resourceflavor", "--all", "--timeout=60s")
    _helm(cluster, "uninstall", "kueue", "--wait", "--timeout=60s")
    cluster.kubectl("delete", "namespace", "kueue-system", "--timeout=60s")
    cluster.kubectl("delete", "node", "queue-node")


def _processes(cluster: Cluster) -> list[psutil.Process]:
    return [process for process in cluster.processes() if process.cmdline()[0] == str(cluster.programs["kueue"])]


def test_its_pod_is_ready_because_its_process_is(kueue: Cluster) -> None:
    (pod,) = kueue.get("pods", namespace="kueue-system")
    assert pod["status"]["containerStatuses"][0]["ready"]
    assert len(_processes(kueue)) == 1


def test_a_job_is_admitted_runs_and_finishes_and_the_next_waits_its_turn(kueue: Cluster) -> None:
    kueue.apply(_queued("first", run_seconds=3600))

    def running() -> None:
        assert kueue.get("job", "first")["status"].get("ready") == 1

    eventually(running)
    kueue.apply(_queued("second"))
    pending = "/apis/visibility.kueue.x-k8s.io/v1beta2/clusterqueues/team/pendingworkloads"

    def waits() -> None:
        assert len(json.loads(kueue.kubectl("get", "--raw", pending))["items"]) == 1

    eventually(waits)
    assert kueue.get("job", "second")["spec"]["suspend"]
    kueue.kubectl("delete", "job", "first")
    kueue.kubectl("wait", "job", "second", "--for=condition=Complete", "--timeout=60s")


def test_its_webhook_refuses_what_it_finds_wrong(kueue: Cluster) -> None:
    with pytest.raises(RefusedError, match="must be greater than or equal to 0"):
        kueue.apply(_cluster_queue("wrong", "-1"))


def test_its_older_api_version_is_converted(kueue: Cluster) -> None:
    spec = _cluster_queue("older", "1", "v1beta1")
    spec["spec"]["cohort"] = "everyone"
    kueue.apply(spec)
    assert kueue.get("clusterqueue.v1beta2.kueue.x-k8s.io", "older")["spec"]["cohortName"] == "everyone"


def test_a_killed_controller_is_not_ready_and_comes_back(kueue: Cluster) -> None:
    (process,) = _processes(kueue)
    process.kill()

    def restarted() -> None:
        (pod,) = kueue.get("pods", namespace="kueue-system")
        status = pod["status"]["containerStatuses"][0]
        assert status["restartCount"] == 1
        assert status["ready"]

    eventually(restarted)


def test_another_configuration_makes_another_process(kueue: Cluster) -> None:
    chart = str(charts() / "kueue-0.18.4")
    (before,) = kueue.get("pods", namespace="kueue-system")
    log_level = "--set=controllerManager.manager.logLevel=3"
    _helm(kueue, "upgrade", "kueue", chart, log_level, "--wait", "--timeout=60s")

    def replaced() -> None:
        (pod,) = kueue.get("pods", namespace="kueue-system")
        assert pod["metadata"]["uid"] != before["metadata"]["uid"]
        (process,) = _processes(kueue)
        assert "--zap-log-level=3" in process.cmdline()

    eventually(replaced)
