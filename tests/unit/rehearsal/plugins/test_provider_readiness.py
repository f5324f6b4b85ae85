"""When an object is ready: rules on objects as the API server shows them."""

from typing import Any
from unittest.mock import create_autospec

import pytest

from rehearsal.plugins.kubernetes.client import Client
from rehearsal.plugins.kubernetes.errors import ProviderError
from rehearsal.plugins.kubernetes.objects import Kind
from rehearsal.plugins.kubernetes.waiting import conditions, rules
from rehearsal.plugins.kubernetes.waiting.rule import Sight, Verdict


def judge(version: str, kind: str, live: dict[str, Any], **known: Any) -> Verdict:
    rule = rules.RULES[Kind(version, kind)]
    return rule.judge(Sight(create_autospec(Client), {"apiVersion": version, "kind": kind, **live}, **known))


def condition(name: str, status: str = "True", **more: str) -> dict[str, str]:
    return {"type": name, "status": status, **more}


def deployment(
    revision: str = "1", progressing: str = "NewReplicaSetAvailable", observed: int = 1, **status: Any
) -> dict[str, Any]:
    return {
        "metadata": {"generation": 1, "annotations": {"deployment.kubernetes.io/revision": revision}},
        "spec": {"replicas": 2},
        "status": {
            "observedGeneration": observed,
            "updatedReplicas": 2,
            "readyReplicas": 2,
            "conditions": [condition("Available"), condition("Progressing", reason=progressing)],
            **status,
        },
    }


@pytest.mark.parametrize(
    ("live", "ready"),
    [
        (deployment(), True),
        (deployment(progressing="ReplicaSetUpdated"), True),
        (deployment("2"), True),
        (deployment("2", progressing="ReplicaSetUpdated"), False),
        (deployment(observed=0), False),
        (deployment(readyReplicas=1), False),
        (deployment(updatedReplicas=1), False),
        (deployment(conditions=[condition("Available", "False", reason="x", message="y")]), False),
    ],
)
def test_a_deployment_is_ready_when_its_newest_revision_is(live: dict[str, Any], ready: bool):
    assert judge("apps/v1", "Deployment", live).ready is ready


def test_a_deployment_says_what_its_conditions_say():
    denied = condition("ReplicaFailure", reason="FailedCreate", message="exceeded quota")
    assert "[FailedCreate] exceeded quota" in judge("apps/v1", "Deployment", deployment(conditions=[denied])).problems


@pytest.mark.parametrize(
    ("status", "ready"),
    [
        ({"replicas": 1, "readyReplicas": 1, "currentReplicas": 1, "currentRevision": "a", "updateRevision": "a"}, True),
        ({"replicas": 1, "readyReplicas": 1, "currentReplicas": 1, "currentRevision": "a", "updateRevision": "b"}, False),
        ({"replicas": 1, "currentReplicas": 1, "currentRevision": "a", "updateRevision": "a"}, False),
    ],
)
def test_a_stateful_set_is_ready_at_its_newest_revision(status: dict[str, Any], ready: bool):
    live = {"metadata": {"generation": 1}, "spec": {"replicas": 1}, "status": {"observedGeneration": 1, **status}}
    assert judge("apps/v1", "StatefulSet", live).ready is ready


def test_a_daemon_set_without_a_node_is_ready_once_its_controller_saw_it():
    live = {"metadata": {"generation": 1}, "status": {"observedGeneration": 1, "desiredNumberScheduled": 0}}
    assert judge("apps/v1", "DaemonSet", live).ready
    assert not judge("apps/v1", "DaemonSet", {"metadata": {"generation": 1}}).ready


def test_a_failed_job_is_not_waited_for():
    failed = condition("Failed", reason="BackoffLimitExceeded", message="too often")
    verdict = judge("batch/v1", "Job", {"status": {"conditions": [failed]}})
    assert verdict.failed
    assert verdict.problems == ["[BackoffLimitExceeded] too often"]


@pytest.mark.parametrize(
    ("spec", "endpoints", "ready"),
    [
        ({"selector": {"a": "b"}}, None, False),
        ({"selector": {"a": "b"}}, {"subsets": None}, True),
        ({"selector": {"a": "b"}}, {"subsets": [{"notReadyAddresses": [{"ip": "10.0.0.1"}]}]}, False),
        ({"selector": {"a": "b"}, "clusterIP": "None"}, None, True),
        ({"ports": []}, None, True),
        ({"type": "ExternalName"}, None, True),
        ({"type": "LoadBalancer"}, None, False),
    ],
)
def test_a_service_waits_for_the_pods_that_it_selects(spec: dict[str, Any], endpoints: Any, ready: bool):
    assert judge("v1", "Service", {"spec": spec}, companion=endpoints).ready is ready


@pytest.mark.parametrize(("mode", "ready"), [("WaitForFirstConsumer", True), ("Immediate", False)])
def test_a_claim_that_binds_late_is_ready_while_pending(mode: str, ready: bool):
    client = create_autospec(Client)
    client.request.return_value = {"volumeBindingMode": mode}
    live = {"spec": {"storageClassName": "fast"}, "status": {"phase": "Pending"}}
    rule = rules.RULES[Kind("v1", "PersistentVolumeClaim")]
    assert rule.judge(Sight(client, live)).ready is ready


@pytest.mark.parametrize(
    ("expression", "ready"),
    [
        ("jsonpath={.status.phase}=Running", True),
        ("jsonpath={.status.phase}=Done", False),
        ("jsonpath={.status.phase}", True),
        ("jsonpath={.status.nothing}", False),
        ("jsonpath={.status.ok}=true", True),
        ("condition=Synced", True),
        ("condition=Synced=False", False),
        ('["condition=Synced", "jsonpath={.status.phase}=Done"]', False),
    ],
)
def test_a_named_condition_is_judged_on_the_object(expression: str, ready: bool):
    live = {"status": {"phase": "Running", "ok": True, "conditions": [condition("Synced")]}}
    assert conditions.rule(expression).judge(Sight(create_autospec(Client), live)).ready is ready


@pytest.mark.parametrize("expression", ["status.phase=Running", "jsonpath=.status.phase", "jsonpath={..[}", "[]"])
def test_a_condition_that_cannot_be_read_is_an_error(expression: str):
    with pytest.raises(ProviderError, match=r"pulumi\.com/waitFor"):
        conditions.rule(expression)


def test_skip_await_waits_for_nothing():
    item = {"apiVersion": "v1", "kind": "Pod", "metadata": {"annotations": {"pulumi.com/skipAwait": "true"}}}
    assert rules.rule_for(item) is None
