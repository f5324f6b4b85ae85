"""Pods in the namespaces of teams, and the standard that the API server holds them to."""

from typing import Any

import pytest

from tests.unit.components.pod_security import offences
from tests.unit.plan import Plan

GOOD: dict[str, Any] = {
    "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
    "containers": [{"name": "c", "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}}],
}
OFFENCES: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"hostNetwork": True}, {}, "hostNetwork"),
    ({"volumes": [{"name": "v", "hostPath": {}}]}, {}, "volume v: {'hostPath'}"),
    ({"securityContext": {"runAsNonRoot": True}}, {}, "c: seccomp"),
    ({}, {"runAsUser": 0}, "c: runs as root"),
    ({}, {"privileged": True}, "c: privileged"),
    ({}, {"allowPrivilegeEscalation": True}, "c: allowPrivilegeEscalation"),
    ({}, {"capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}}, "c: capabilities"),
    ({}, {"capabilities": {}}, "c: capabilities"),
]
"""Field of the pod, field of its container's security context, what is wrong with it."""


def test_every_pod_in_a_teams_namespace_is_a_restricted_one(local: Plan):
    pods = {resource.name: resource.pod for resource in local.objects if resource.kind in ("Job", "Deployment")}
    assert {name: offences(pod) for name, pod in pods.items()} == {"all-reduce-job": [], "chat-deployment": []}


def test_no_pod_of_the_platform_gets_a_token_for_the_api_server(local: Plan):
    pods = [resource.pod for resource in local.objects if resource.kind in ("Job", "Deployment", "DaemonSet")]
    assert [pod["automountServiceAccountToken"] for pod in pods] == [False] * 4


def test_no_container_may_write_to_its_image(local: Plan):
    pods = [resource.pod for resource in local.objects if resource.kind in ("Job", "Deployment", "DaemonSet")]
    assert all(container["securityContext"]["readOnlyRootFilesystem"] for pod in pods for container in pod["containers"])


@pytest.mark.parametrize(("pod", "container", "offence"), OFFENCES)
def test_the_check_sees_an_offence(pod: dict[str, Any], container: dict[str, Any], offence: str):
    own = {**GOOD["containers"][0]["securityContext"], **container}
    assert offences({**GOOD, **pod, "containers": [{"name": "c", "securityContext": own}]}) == [offence]
    assert offences(GOOD) == []
