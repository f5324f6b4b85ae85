"""The Kubernetes API, generically: any kind, as JSON, over the connections of the official client."""

import json
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import urllib3
from kubernetes.client import ApiClient, Configuration
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_exponential

from rehearsal.plugins.kubernetes.errors import ApiError, NoSuchKindError, UnreachableError
from rehearsal.plugins.kubernetes.objects import CLUSTER_SCOPED, Kind
from rehearsal.plugins.values import Json

_CONNECTIONS = 64
"""Kept open to the API server; more requests at one time open more for a while."""

_PATIENCE = 20
"""Seconds that an API server may be away, once it has answered."""

JSON = "application/json"
JSON_PATCH = "application/json-patch+json"
APPLY = "application/apply-patch+yaml"


@dataclass(frozen=True)
class Resource:
    """Where a kind is served: `/apis/apps/v1`, `deployments`, in namespaces or not."""

    prefix: str
    plural: str
    namespaced: bool

    def path(self, namespace: str, name: str = "") -> str:
        """Of one object, or of the collection; no namespace means `default`."""
        place = f"/namespaces/{namespace or 'default'}" if self.namespaced else ""
        return f"{self.prefix}{place}/{self.plural}" + (f"/{name}" if name else "")


class Client:
    """One API server. Safe to use from many threads."""

    def __init__(self, configuration: Configuration, timeout: float | None = None):
        """`timeout` in seconds for a request; without it a request may take as long as the API server likes."""
        configuration.connection_pool_maxsize = _CONNECTIONS
        self._api: Any = ApiClient(configuration)  # its methods have no types
        self._timeout = timeout
        self._lock = threading.Lock()
        self._served: dict[str, dict[str, Resource]] = {}
        self._met = False
        self.host = str(configuration.host)

    def request(self, verb: str, path: str, body: Any = None, content: str = JSON, **query: Any) -> Json:
        """The API server's answer. Raises `ApiError` when it refuses, `UnreachableError` when there is none.

        An API server that was there once is waited for: it is being restarted. A POST whose answer was lost is not repeated.
        """

        def worthwhile(error: BaseException) -> bool:
            return self._met and isinstance(error, UnreachableError) and not (error.sent and verb == "POST")

        attempts = Retrying(
            retry=retry_if_exception(worthwhile),
            wait=wait_exponential(0.25, max=2),
            stop=stop_after_delay(_PATIENCE),
            reraise=True,
        )
        response = attempts(self._send, verb, path, body, content, self._timeout, query)
        self._met = True
        return json.loads(response.data)

    def _send(self, verb: str, path: str, body: Any, content: str, timeout: Any, query: Json) -> urllib3.HTTPResponse:
        request = self._api.param_serialize(
            verb,
            path,
            query_params=[(key, value) for key, value in query.items() if value is not None],
            header_params={"Accept": JSON, "Content-Type": content},
            body=body,
            auth_settings=["BearerToken"],
        )
        try:
            response = self._api.call_api(*request, _request_timeout=timeout).response
            if response.status >= 400:
                raise ApiError(_status(response))
        except urllib3.exceptions.HTTPError as error:
            reason = getattr(error, "reason", None) or error
            sent = not isinstance(reason, urllib3.exceptions.NewConnectionError)
            raise UnreachableError(f"the Kubernetes API server at {self.host} does not answer: {_cause(error)}", sent) from error
        return response

    @contextmanager
    def watch(self, path: str, **query: Any) -> Generator["Watch"]:
        """Changes below `path`, until the block is left."""
        response = self._send("GET", path, None, JSON, None, {"watch": "true", **query})
        try:
            yield Watch(response)
        finally:
            response.close()  # the rest of the stream is not wanted, so the connection is of no more use

    def version(self) -> Json:
        return self.request("GET", "/version")

    def resource(self, kind: Kind) -> Resource:
        """Where the API server serves a kind. Raises `NoSuchKindError` when it does not, even after asking again."""
        with self._lock:
            found = self._served.get(kind.api_version, {}).get(kind.name)
            if found is None:
                self._served[kind.api_version] = self._discover(kind.api_version)
                found = self._served[kind.api_version].get(kind.name)
        if found is None:
            raise NoSuchKindError(f'no matches for kind "{kind.name}" in version "{kind.api_version}"')
        return found

    def _discover(self, api_version: str) -> dict[str, Resource]:
        prefix = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
        try:
            listed = self.request("GET", prefix)
        except ApiError as error:
            if error.not_found:
                return {}
            raise
        return {
            item["kind"]: Resource(prefix, item["name"], item["namespaced"])
            for item in listed["resources"]
            if "/" not in item["name"]  # a subresource
        }

    def namespaced(self, kind: Kind) -> bool:
        """Whether objects of the kind live in namespaces; a kind that nobody knows is taken to."""
        if kind.built_in:
            return kind.name not in CLUSTER_SCOPED
        try:
            return self.resource(kind).namespaced
        except (NoSuchKindError, UnreachableError, ApiError):
            return True


class Watch:
    """A stream of events; `stop` from another thread ends it."""

    def __init__(self, response: urllib3.HTTPResponse):
        self._response = response

    def __iter__(self) -> Iterator[Json]:
        """Each event as `{"type": …, "object": …}`. Ends when the API server or `stop` ends the stream."""
        pending = b""
        try:
            for chunk in self._response.stream(amt=None):
                *lines, pending = (pending + chunk).split(b"\n")
                for line in lines:
                    event: Json = json.loads(line)
                    if event["type"] == "ERROR":
                        raise ApiError(event["object"])
                    yield event
        except (urllib3.exceptions.HTTPError, OSError, AttributeError, ValueError):
            return  # closed, by either side

    def stop(self) -> None:
        with suppress(RuntimeError, ValueError, OSError):  # when it is over already
            self._response.shutdown()


def _status(response: urllib3.HTTPResponse) -> Json:
    """The `Status` object of a refusal; a proxy in between may have sent something else."""
    try:
        status = json.loads(response.data)
    except ValueError:
        status = {"message": response.data.decode(errors="replace").strip() or response.reason}
    return {"code": response.status, **status}


def _cause(error: urllib3.exceptions.HTTPError) -> str:
    """The innermost reason, without urllib3's wrapping of objects into text."""
    reason: object = getattr(error, "reason", None) or error
    return str(reason).rpartition(">: ")[2]
