"""Kueue decides which jobs run: those that fit into their team's share, and into what other teams leave unused."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.rehearsal.cluster import Cluster, RefusedError, eventually
from tests.rehearsal.platform.workloads import job


@pytest.fixture
def queues(cluster: Cluster) -> Iterator[Cluster]:
    """The cluster, from which the jobs of a test are taken again."""
    yield cluster
    for team in ("vision", "language"):
        cluster.kubectl("delete", "jobs", "--selector=test", f"--namespace={team}", "--timeout=60s")


def _runs(cluster: Cluster, name: str, team: str, workers: int) -> None:
    def running() -> None:
        found = cluster.get("job", name, namespace=team)
        assert not found["spec"]["suspend"]
        assert found["status"].get("ready") == workers

    eventually(running, within=60)


def _waits(cluster: Cluster, name: str, team: str, because: str) -> None:
    """The job is held, and its workload says why."""

    def waiting() -> None:
        found = cluster.get("job", name, namespace=team)
        assert found["spec"]["suspend"]
        assert not found["status"].get("active")
        assert because in _reasons(cluster, found)

    eventually(waiting, within=60)


def _reasons(cluster: Cluster, its: dict[str, Any]) -> str:
    selector = f"kueue.x-k8s.io/job-uid={its['metadata']['uid']}"
    conditions = [
        condition
        for workload in cluster.get("workloads", namespace=its["metadata"]["namespace"], selector=selector)
        for condition in workload.get("status", {}).get("conditions", [])
    ]
    return " ".join(f"{each['type']}={each['status']} {each['reason']}: {each['message']}" for each in conditions)


def test_a_job_that_exceeds_the_queue_waits_and_starts_when_gpus_free_up(queues: Cluster) -> None:
    queues.apply(job("first", "vision", workers=3))
    _runs(queues, "first", "vision", workers=3)
    queues.apply(job("second", "vision", workers=1, run_seconds=1))
    _waits(queues, "second", "vision", because="QuotaReserved=False Pending: couldn't assign flavors to pod set main")
    queues.kubectl("delete", "job", "first", "--namespace=vision")
    queues.kubectl("wait", "job", "second", "--namespace=vision", "--for=condition=Complete", "--timeout=60s")


def test_what_a_team_borrows_is_given_back_when_its_owner_wants_it(queues: Cluster) -> None:
    # 16 GPUs are vision's own, 8 are borrowed from language.
    queues.apply(job("borrower", "vision", workers=3))
    _runs(queues, "borrower", "vision", workers=3)
    queues.apply(job("owner", "language", workers=2))
    _runs(queues, "owner", "language", workers=2)
    _waits(queues, "borrower", "vision", because="Preempted=True InCohortReclamation")
    queues.kubectl("delete", "job", "owner", "--namespace=language")
    _runs(queues, "borrower", "vision", workers=3)


def test_no_team_borrows_more_than_it_may(queues: Cluster) -> None:
    # All 32 GPUs are idle, but 16 of its own and 8 borrowed are 24.
    queues.apply(job("greedy", "vision", workers=4))
    _waits(queues, "greedy", "vision", because="QuotaReserved=False")


def test_a_job_without_a_queue_is_held(queues: Cluster) -> None:
    queues.apply(job("unqueued", "vision", workers=1, queue=""))
    assert queues.get("job", "unqueued", namespace="vision")["spec"]["suspend"]
    queues.kubectl("patch", "job", "unqueued", "--namespace=vision", '--patch={"spec":{"suspend":false}}')

    def held_again() -> None:
        found = queues.get("job", "unqueued", namespace="vision")
        assert found["spec"]["suspend"]
        assert not found["status"].get("active")

    eventually(held_again)


def test_a_job_in_another_team_s_queue_is_held(queues: Cluster) -> None:
    queues.apply(job("stray", "vision", workers=1, queue="language"))
    _waits(queues, "stray", "vision", because="LocalQueue language doesn't exist")


def test_kueue_refuses_a_queue_that_makes_no_sense(cluster: Cluster) -> None:
    wrong = cluster.get("clusterqueue", "vision")
    wrong["metadata"] = {"name": "wrong"}
    wrong["spec"]["resourceGroups"][0]["flavors"][0]["resources"][0]["nominalQuota"] = "-1"
    with pytest.raises(RefusedError, match=r'webhook "vclusterqueue.kb.io" denied .* must be greater than or equal to 0'):
        cluster.apply(wrong)
