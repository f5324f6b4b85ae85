"""A cluster that is there already, behind an API server that answers as it is told to."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from config import load
from config.clusters import Existing
from config.node_pool import NodePool
from preflight import Finding, existing
from tests.unit.plan import Plan

POOL = NodePool.model_validate({"name": "h100", "accelerator": {"type": "h100", "count": 8}, "size": {"min": 1, "max": 2}})
LABEL = "ml-platform.dev/pool=h100"


@dataclass
class ApiServer:
    """What it answers, and where it is."""

    may: Callable[[dict[str, str]], bool] = lambda _: True
    nodes: dict[str, list[dict[str, str]]] = field(default_factory=lambda: {LABEL: [{"nvidia.com/gpu": "8", "cpu": "96"}]})
    """Labels → what each node with them has to give."""
    refused: dict[str, int] = field(default_factory=dict[str, int])
    """Path → status."""
    address: str = ""

    def answer(self, path: str, query: dict[str, list[str]], body: Any) -> Any:
        match path:
            case "/version/":
                return {"gitVersion": "v1.35.2", "major": "1", "minor": "35"} | dict.fromkeys(
                    ("gitCommit", "gitTreeState", "buildDate", "goVersion", "compiler", "platform"), "x"
                )
            case "/api/v1/nodes":
                nodes = self.nodes.get(query["labelSelector"][0], [])
                return {"items": [{"metadata": {"name": "n"}, "status": {"allocatable": each}} for each in nodes]}
            case _:
                asked = body["spec"]["resourceAttributes"]
                return {"spec": body["spec"], "status": {"allowed": self.may(asked)}}


@pytest.fixture
def api() -> Iterator[ApiServer]:
    api = ApiServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            length = int(self.headers.get("Content-Length", 0))
            body = json.loads(self.rfile.read(length)) if length else None
            status = api.refused.get(url.path, 200)
            answer = json.dumps(api.answer(url.path, parse_qs(url.query), body) if status == 200 else {}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_POST = do_GET  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        api.address = f"http://127.0.0.1:{server.server_port}"
        yield api
        server.shutdown()


Look = Callable[..., dict[str, Finding]]


@pytest.fixture
def look(api: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Look:
    """The findings on a stack whose kubeconfig leads to the server, by subject."""
    monkeypatch.setattr(load, "secrets", lambda stack: frozenset({"kubeconfig"} if stack == "secret" else ()))  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]

    def look(
        stack: str = "mine",
        pool: NodePool = POOL,
        user: dict[str, Any] | None = None,
        autoscaler: dict[str, Any] | None = None,
    ) -> dict[str, Finding]:
        kubeconfig = tmp_path / "kubeconfig"
        kubeconfig.write_text(
            yaml.safe_dump(
                {
                    "current-context": "mine",
                    "contexts": [{"name": "mine", "context": {"cluster": "c", "user": "u"}}],
                    "clusters": [{"name": "c", "cluster": {"server": api.address}}],
                    "users": [{"name": "u", "user": user or {"token": "t"}}],
                }
            )
        )
        disk = {"provisioner": "driver.example.com"}
        cluster = Existing.model_validate(
            {"kind": "existing", "kubeconfig": kubeconfig, "block": disk, "shared": disk, "autoscaler": autoscaler}
        )
        found = existing.findings(stack, cluster, (pool,))
        return {each.subject: each for each in found if not each.subject.startswith("program pulumi")}

    return look


def test_all_is_well(look: Look):
    found = look()
    assert {each.status for each in found.values()} == {"ok"}
    assert found["API server"].detail == "answers, as Kubernetes v1.35.2"
    assert found["nodes of pool h100"].detail == f"1 have the labels {LABEL}, each with 8 nvidia.com/gpu"


def test_what_you_may_not_do_is_named(look: Look, api: ApiServer):
    api.may = lambda asked: asked["resource"] not in ("*", "clusterroles")
    found = look()["permissions"]
    assert (found.status, found.detail) == ("problem", "you may not create and delete clusterroles.rbac.authorization.k8s.io")


def test_all_that_is_needed_is_enough(look: Look, api: ApiServer):
    api.may = lambda asked: asked["resource"] != "*"
    assert look()["permissions"].status == "ok"


def test_too_few_nodes_are_told_with_the_labels_that_they_lack(look: Look, api: ApiServer):
    api.nodes = {}
    found = look()["nodes of pool h100"]
    assert (found.status, found.detail) == ("problem", f"0 have the labels {LABEL}; the stack wants 1")
    assert found.advice.startswith(f"kubectl label node NAME {LABEL}")


def test_a_pools_own_selector_is_what_its_nodes_are_found_by(look: Look, api: ApiServer):
    api.nodes = {"example.com/kind=h100": [{"nvidia.com/gpu": "8"}]}
    assert look(pool=POOL.model_copy(update={"selector": {"example.com/kind": "h100"}}))["nodes of pool h100"].status == "ok"


def test_nodes_with_fewer_devices_than_the_stack_says_are_a_problem(look: Look, api: ApiServer):
    api.nodes = {LABEL: [{"nvidia.com/gpu": "8"}, {"nvidia.com/gpu": "4"}, {}]}
    found = look()["nodes of pool h100"]
    assert (found.status, found.detail) == ("problem", "1 of 3 have 4 nvidia.com/gpu, fewer than the 8 that the stack says")


def test_devices_that_no_plugin_shows_yet_are_no_problem(look: Look, api: ApiServer):
    api.nodes = {LABEL: [{"cpu": "96"}]}
    assert look()["nodes of pool h100"].status == "could not be asked"


def test_nodes_that_may_not_be_listed_are_said_to_be_so(look: Look, api: ApiServer):
    api.refused = {"/api/v1/nodes": 403}
    assert look()["nodes of pool h100"].advice == "needs the permission to list nodes"


def test_credentials_that_are_not_known_are_a_problem(look: Look, api: ApiServer):
    api.refused = {"/version/": 401}
    found = look()["API server"]
    assert (found.status, found.advice) == ("problem", "log in again")


def test_a_kubeconfig_that_leads_nowhere_is_a_problem(look: Look, api: ApiServer):
    api.address = "http://127.0.0.1:1"
    assert "nothing answers" in look()["kubeconfig"].detail


def test_the_program_that_the_kubeconfig_logs_in_with_is_needed(look: Look):
    plugin = {"apiVersion": "client.authentication.k8s.io/v1", "command": "no-such-login", "installHint": "get it there"}
    found = look(user={"exec": plugin})["program no-such-login"]
    assert (found.status, found.advice) == ("problem", "get it there")


@pytest.mark.parametrize(("minor", "status"), [("1.35", "ok"), ("1.36", "problem")])
def test_the_autoscaler_must_be_of_the_clusters_minor(look: Look, minor: str, status: str):
    found = look(autoscaler={"clusterName": "ml", "managementSecret": "management", "version": minor})["autoscaler"]
    assert found.status == status
    assert found.advice == ("write cluster.autoscaler.version: 1.35" if status == "problem" else "")


def test_a_kubeconfig_that_is_a_secret_is_left_to_pulumi(look: Look):
    assert look("secret")["kubeconfig"].status == "could not be asked"


def _plural(kind: str) -> str:
    return re.sub(r"ys$", "ies", re.sub(r"sss$", "sses", f"{kind.lower()}s"))


def test_the_permissions_are_those_for_all_that_the_platform_makes(local: Plan):
    others = ("kubernetes:helm.sh/", "kubernetes:kueue.x-k8s.io/", "kubernetes:core/v1:Node")
    """A chart, objects of the definitions that it brings along, and what only a simulated cluster has."""
    made = {_plural(each.kind) for each in local.objects if not each.type.startswith(others)}
    assert made
    assert made <= {resource for _, resource in existing.MADE}
