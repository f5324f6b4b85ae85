"""Watched collections, and acting on their changes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any, Protocol

from kubernetes.aio import watch

from rehearsal.control_plane.api import FAILURES, Api, Json, RefusedError

_RETRY = 0.5
"""Seconds until a lost API server is asked again."""

_ABSENT_RETRY = 2.0
"""Seconds until it is looked again whether a kind has been defined."""

_log = logging.getLogger(__name__)


class Source(Protocol):
    """Something that changes, as `follow` handles it."""

    synced: bool
    """Whether it was read at all."""
    changed: Callable[[], None]
    """To be called after each change."""

    async def run(self) -> None:
        """Follow it until cancelled."""
        ...


class Cache:
    """The objects of one collection, kept up to date by a watch; it outlives the API server's restarts.

    One whose kind is not defined (yet) is empty.
    """

    def __init__(self, api: Api, path: str, **query: str):
        self._api = api
        self._path = path
        self._query = query
        self._objects: dict[tuple[str, str], Json] = {}
        self.synced = False
        """Whether the collection was read at all."""
        self.defined = False
        """Whether its kind is: a custom one's definition may come and go."""
        self.changed: Callable[[], None] = lambda: None
        """Called after each change."""

    def __iter__(self) -> Iterator[Json]:
        return iter(list(self._objects.values()))

    def get(self, namespace: str, name: str) -> Json | None:
        """The object of this name (`""` is the namespace of what has none)."""
        return self._objects.get((namespace, name))

    async def run(self) -> None:
        """Follow the collection until cancelled."""
        while True:
            try:
                await self._list_and_watch()
            except FAILURES as error:
                if isinstance(error, RefusedError) and error.status == 404:
                    self._hold([], defined=False)
                    await asyncio.sleep(_ABSENT_RETRY)
                    continue
                _log.info("%s: %s; reading it again", self._path, str(error).splitlines()[0])
            await asyncio.sleep(_RETRY)

    async def _list_and_watch(self) -> None:
        listed = await self._api.get(self._path, **self._query)
        self._hold(listed["items"], defined=True)

        async def events(resource_version: str, **_: object) -> Any:
            return await self._api.open_watch(self._path, self._query, resource_version)

        # "object": events as plain JSON, no model made of them.
        watcher: Any = watch.Watch(return_type="object")
        async with watcher:
            async for event in watcher.stream(events, resource_version=listed["metadata"]["resourceVersion"]):
                match event["type"]:
                    case "BOOKMARK":
                        continue
                    case "DELETED":
                        self._objects.pop(_key(event["raw_object"]), None)
                    case _:
                        self._objects[_key(event["raw_object"])] = event["raw_object"]
                self.changed()

    def _hold(self, items: Iterable[Json], *, defined: bool) -> None:
        self._objects = {_key(item): item for item in items}
        self.synced, self.defined = True, defined
        self.changed()


def _key(item: Json) -> tuple[str, str]:
    return item["metadata"].get("namespace", ""), item["metadata"]["name"]


async def follow(caches: Iterable[Source], reconcile: Callable[[], Awaitable[None]]) -> None:
    """Call `reconcile` whenever one of the caches has changed, and again a little later when it fails. Runs until cancelled."""
    caches = list(caches)
    wake = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        for cache in caches:
            cache.changed = wake.set
            tasks.create_task(cache.run())
        while True:
            await wake.wait()
            wake.clear()
            if not all(cache.synced for cache in caches):
                continue
            try:
                await reconcile()
            except FAILURES as error:
                # A conflict, or the API server is being restarted: what is wanted follows from the caches, so just try again.
                _log.info("%s: %s", reconcile.__qualname__, str(error).splitlines()[0])
                await asyncio.sleep(_RETRY)
                wake.set()
            except Exception:
                # An object as nobody expected it must not take the rest down; once it is mended, that is a change.
                _log.exception("%s", reconcile.__qualname__)
