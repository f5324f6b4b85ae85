"""The API server, spoken to by path: objects are the JSON that they are on the wire."""

import asyncio
import json
from pathlib import Path
from typing import Any

import aiohttp
from kubernetes.aio import config
from kubernetes.aio.client import ApiException

Json = dict[str, Any]

_READY_TIMEOUT = 1.0
"""Seconds within which an API server that is ready says so."""


class RefusedError(Exception):
    """The API server's answer is an error; the message is its own."""

    def __init__(self, status: int, message: str):
        super().__init__(f"{status}: {message}")
        self.status = status


FAILURES = (RefusedError, ApiException, aiohttp.ClientError, TimeoutError, OSError)
"""What a request or a watch may raise: the API server's refusals, and the ways of not reaching it."""


class Api:
    """One identity's access to the API server (asyncio). Each request may raise one of `FAILURES`."""

    def __init__(self, client: Any):
        self._client = client

    @classmethod
    async def connect(cls, kubeconfig: Path) -> "Api":
        """With the identity in this kubeconfig; nothing is sent yet."""
        untyped: Any = config
        return cls(await untyped.new_client_from_config(config_file=str(kubeconfig)))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def get(self, path: str, **query: str) -> Json:
        """Read an object, or a list of them."""
        return await self._request("GET", path, query=query)

    async def create(self, path: str, manifest: Json) -> Json:
        """Create an object in the collection at this path; status 409 if it is there already."""
        return await self._request("POST", path, manifest)

    async def apply(self, collection: str, manifest: Json) -> Json:
        """Make the object at `collection` be as the manifest says (server-side apply), whoever changed it."""
        path = f"{collection}/{manifest['metadata']['name']}"
        query = {"fieldManager": "rehearsal", "force": "true"}
        return await self._request("PATCH", path, manifest, query, "application/apply-patch+yaml")

    async def merge(self, path: str, patch: Json) -> Json:
        """Merge into an object, or into its status at `<path>/status` (JSON merge patch: lists are replaced)."""
        return await self._request("PATCH", path, patch, {}, "application/merge-patch+json")

    async def merge_status(self, path: str, status: Json) -> Json:
        """Merge into a built-in object's status (strategic merge: conditions are told apart by their type)."""
        return await self._request("PATCH", f"{path}/status", {"status": status}, {}, "application/strategic-merge-patch+json")

    async def delete(self, path: str, **query: str) -> None:
        """Delete an object or, of a collection, all that the query selects; that it is gone already is no error."""
        try:
            await self._request("DELETE", path, query=query)
        except RefusedError as error:
            if error.status != 404:
                raise

    async def ready(self) -> bool:
        """Whether the API server says that it is ready."""
        try:
            # While it waits for etcd it accepts connections and answers none.
            async with asyncio.timeout(_READY_TIMEOUT):
                response = await self._send("GET", "/readyz")
        except FAILURES:
            return False
        return response.status == 200

    async def _request(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        query: dict[str, str] | None = None,
        content_type: str = "application/json",
    ) -> Json:
        response = await self._send(method, path, body, query, content_type)
        data: bytes = await response.read()
        if not 200 <= response.status < 300:
            raise RefusedError(response.status, _message(data))
        return json.loads(data)

    async def _send(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        query: dict[str, str] | None = None,
        content_type: str = "application/json",
    ) -> Any:
        headers = {"Accept": "application/json", "Content-Type": content_type}
        request = await self._client.param_serialize(
            method, path, query_params=list((query or {}).items()), header_params=headers, body=body
        )
        return await self._client.call_api(*request)

    async def open_watch(self, path: str, query: dict[str, str], resource_version: str) -> Any:
        """The stream of events of a collection, in the form that `kubernetes.aio.watch.Watch` reads."""
        events = {"watch": "true", "allowWatchBookmarks": "true", "resourceVersion": resource_version}
        response = await self._send("GET", path, query={**query, **events})
        if response.status != 200:
            raise RefusedError(response.status, _message(await response.read()))
        return response.response


def _message(data: bytes) -> str:
    try:
        return json.loads(data)["message"]
    except (ValueError, KeyError, TypeError):  # not from the API server proper, but from what is before it
        return data.decode(errors="replace").strip()
