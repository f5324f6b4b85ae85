"""What the members of a team may do and use, and what they may not."""

import ssl
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from rehearsal.control_plane import member_kubeconfig
from rehearsal.control_plane.certificates import Authority
from tests.rehearsal.cluster import Cluster, RefusedError, eventually
from tests.rehearsal.platform.workloads import ON_H100, container, pod

Kubectl = Callable[..., str]


@pytest.fixture(scope="module")
def ana(request: pytest.FixtureRequest) -> Kubectl:
    """`kubectl` of a member of team vision, with a certificate that says so."""
    cluster: Cluster = request.getfixturevalue("platform").cluster
    hers = member_kubeconfig(cluster.layout, "ana", ["vision@example.com"])
    return lambda *arguments, **options: cluster.kubectl(*arguments, **options, kubeconfig=hers)


def _create(kubectl: Kubectl, manifest: dict[str, Any], *options: str) -> str:
    return kubectl("create", "-f", "-", *options, manifests=[manifest])


def test_one_gpu_more_than_the_quota_is_refused_with_the_quota_s_words(ana: Kubectl) -> None:
    _create(ana, pod("all", "vision", container(gpus=24)), "--dry-run=server")
    with pytest.raises(RefusedError, match=r"exceeded quota: team, requested: requests.nvidia.com/gpu=25, .*gpu=24"):
        _create(ana, pod("one-more", "vision", container(gpus=25)))


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        ({"main": container(privileged=True, allowPrivilegeEscalation=True)}, "privileged"),
        ({"main": container(runAsNonRoot=False, runAsUser=0)}, "runAsUser=0"),
        ({"main": container(), "volumes": [{"name": "host", "hostPath": {"path": "/"}}]}, "restricted volume types"),
        ({"main": container(), "hostNetwork": True}, "host namespaces"),
    ],
    ids=["privileged", "root", "hostPath", "hostNetwork"],
)
def test_a_pod_that_could_leave_its_container_is_refused(ana: Kubectl, spec: dict[str, Any], complaint: str) -> None:
    _create(ana, pod("harmless", "vision", container()), "--dry-run=server")
    with pytest.raises(RefusedError, match=f'violates PodSecurity "restricted:latest": .*{complaint}'):
        _create(ana, pod("harmful", "vision", **spec))


def test_a_container_that_says_nothing_gets_the_team_s_defaults(ana: Kubectl) -> None:
    created = yaml.safe_load(_create(ana, pod("modest", "vision", container()), "--dry-run=server", "--output=yaml"))
    assert created["spec"]["containers"][0]["resources"] == {
        "requests": {"cpu": "250m", "memory": "512Mi"},
        "limits": {"cpu": "1", "memory": "2Gi"},
    }


def test_a_member_reads_the_secrets_of_the_own_team_only(cluster: Cluster, ana: Kubectl) -> None:
    for team in ("vision", "language"):
        cluster.kubectl("create", "secret", "generic", "token", "--from-literal=key=value", f"--namespace={team}")
    try:
        assert "key" in ana("get", "secret", "token", "--namespace=vision", "--output=jsonpath={.data}")
        for what in (["token", "--namespace=language"], ["--namespace=language"], ["--all-namespaces"], ["--namespace=default"]):
            with pytest.raises(RefusedError, match=r'User "ana" cannot (get|list) resource "secrets"'):
                ana("get", "secrets", *what)
    finally:
        for team in ("vision", "language"):
            cluster.kubectl("delete", "secret", "token", f"--namespace={team}")


@pytest.mark.parametrize(
    "kind",
    [
        "resourcequotas",
        "limitranges",
        "rolebindings",
        "networkpolicies",
        "namespaces",
        "localqueues.kueue.x-k8s.io",
        "clusterqueues.kueue.x-k8s.io",
    ],
)
def test_a_member_cannot_widen_the_team_s_share_or_rights(cluster: Cluster, ana: Kubectl, kind: str) -> None:
    for verb in ("create", "update", "patch", "delete"):
        question = ("auth", "can-i", verb, kind, "--namespace=vision")
        assert cluster.kubectl(*question).strip() == "yes"
        with pytest.raises(RefusedError):
            ana(*question)


def test_a_member_who_tries_is_told_what_is_missing(ana: Kubectl) -> None:
    with pytest.raises(RefusedError, match='User "ana" cannot patch resource "resourcequotas"'):
        ana("patch", "resourcequota", "team", "--namespace=vision", '--patch={"spec":{"hard":{"pods":"9999"}}}')
    with pytest.raises(RefusedError, match='User "ana" cannot create resource "rolebindings"'):
        ana("create", "rolebinding", "mine", "--clusterrole=cluster-admin", "--user=ana", "--namespace=vision")


def test_a_member_runs_a_pod(ana: Kubectl) -> None:
    _create(ana, pod("mine", "vision", container()))
    ana("wait", "pod", "mine", "--namespace=vision", "--for=condition=Ready", "--timeout=60s")
    ana("delete", "pod", "mine", "--namespace=vision")


def test_a_pod_that_wants_a_gpu_node_without_a_gpu_stays_outside(ana: Kubectl) -> None:
    _create(ana, pod("squatter", "vision", container(), nodeSelector=ON_H100))
    try:

        def kept_off() -> None:
            found = yaml.safe_load(ana("get", "pod", "squatter", "--namespace=vision", "--output=yaml"))
            (scheduled,) = [each for each in found["status"]["conditions"] if each["type"] == "PodScheduled"]
            assert scheduled["status"] == "False"
            assert "8 node(s) had untolerated taint(s)" in scheduled["message"]

        eventually(kept_off)
    finally:
        ana("delete", "pod", "squatter", "--namespace=vision")


def test_a_made_up_token_is_not_let_in(cluster: Cluster) -> None:
    server, context = _server(cluster)
    answer = httpx.get(f"{server}/api", verify=context, trust_env=False, headers={"Authorization": "Bearer made-up"})
    assert answer.status_code == 401


def test_a_certificate_of_another_authority_is_not_let_in(cluster: Cluster, tmp_path: Path) -> None:
    server, context = _server(cluster)
    for authority, expected in ((Authority(cluster.layout.pki, "cluster-ca"), 200), (Authority(tmp_path, "cluster-ca"), 401)):
        pair = authority.client("member-eve", "eve", ["ml-platform:admins"])
        context.load_cert_chain(pair.certificate, pair.key)
        assert httpx.get(f"{server}/api", verify=context, trust_env=False).status_code == expected


def _server(cluster: Cluster) -> tuple[str, ssl.SSLContext]:
    found = yaml.safe_load(cluster.kubeconfig.read_text())["clusters"][0]["cluster"]
    return found["server"], ssl.create_default_context(cadata=b64decode(found["certificate-authority-data"]).decode())
