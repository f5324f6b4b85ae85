"""An API server that goes away in the middle of a request."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from kubernetes.client import Configuration

from rehearsal.plugins.kubernetes.apply import Applier
from rehearsal.plugins.kubernetes.client import Client
from rehearsal.plugins.kubernetes.errors import UnreachableError

CONFIG_MAP: dict[str, Any] = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "default"}}


class ApiServer(ThreadingHTTPServer):
    """Knows ConfigMaps. Hangs up `losing` times instead of answering a POST, having stored the object or not."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.losing = 0
        self.storing = True
        self.posts = 0
        self.stored: dict[str, Any] | None = None


class _Handler(BaseHTTPRequestHandler):
    server: ApiServer  # pyright: ignore[reportIncompatibleVariableOverride]: it is the one above

    def do_GET(self) -> None:
        if self.path == "/api/v1":
            self._answer(200, {"resources": [{"kind": "ConfigMap", "name": "configmaps", "namespaced": True}]})
        elif self.server.stored:
            self._answer(200, self.server.stored)
        else:
            self._answer(404, {"reason": "NotFound", "message": "not found", "code": 404})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts += 1
        lost, self.server.losing = self.server.losing > 0, self.server.losing - 1
        if not lost or self.server.storing:
            now = datetime.now(UTC).replace(microsecond=0).isoformat()
            made_by = [{"manager": "pulumi-kubernetes", "operation": "Update"}]
            self.server.stored = {**CONFIG_MAP, "metadata": {"name": "a", "creationTimestamp": now, "managedFields": made_by}}
        if not lost:
            self._answer(201, self.server.stored or {})

    def _answer(self, code: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a test's output is its own."""


@pytest.fixture
def api_server() -> Iterator[ApiServer]:
    with ApiServer() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def applier(api_server: ApiServer) -> Applier:
    configuration = Configuration()
    configuration.host = f"http://127.0.0.1:{api_server.server_port}"
    return Applier(Client(configuration), force=False, dry=False)


def test_an_object_that_was_made_without_an_answer_is_taken_as_made(api_server: ApiServer, applier: Applier):
    api_server.losing = 1
    assert applier.create(CONFIG_MAP) == api_server.stored
    assert api_server.posts == 1


def test_an_object_that_was_not_made_is_made_again(api_server: ApiServer, applier: Applier):
    api_server.losing, api_server.storing = 1, False
    assert applier.create(CONFIG_MAP) == api_server.stored
    assert api_server.posts == 2


def test_an_older_object_of_the_same_name_is_not_taken_for_ours(api_server: ApiServer, applier: Applier):
    applier.create(CONFIG_MAP)
    assert api_server.stored
    api_server.stored["metadata"]["creationTimestamp"] = "2020-01-01T00:00:00Z"
    api_server.losing, api_server.storing = 1, False
    applier.create(CONFIG_MAP)
    assert api_server.posts == 3


def test_an_api_server_that_was_never_there_is_not_waited_for():
    configuration = Configuration()
    configuration.host = "http://127.0.0.1:9"
    with pytest.raises(UnreachableError, match="does not answer"):
        Client(configuration).version()
