"""The kubelet of pods that are not simulated: a controller's pod is run as a process of this machine."""

import asyncio
import logging
from collections.abc import Mapping

from rehearsal.agents.container import Container
from rehearsal.agents.controllers import CONTROLLERS, Controller
from rehearsal.control_plane.api import Api, Json
from rehearsal.control_plane.cache import Cache, follow
from rehearsal.control_plane.site import Site
from rehearsal.processes import Ledger

_log = logging.getLogger(__name__)


def present(site: Site) -> tuple[Controller, ...]:
    """The controllers whose program is there."""
    return tuple(controller for controller in CONTROLLERS if controller.program in site.programs)


class Kubelet:
    """Runs a container for each bound pod of the controllers that are present."""

    def __init__(self, site: Site, ledger: Ledger, api: Api):
        self._site, self._ledger, self._api = site, ledger, api
        self._pods = [
            (controller, Cache(api, "/api/v1/pods", labelSelector=_selector(controller.labels))) for controller in present(site)
        ]
        self._running: dict[str, tuple[Container, asyncio.Task[None]]] = {}

    async def run(self) -> None:
        """Follow the pods until cancelled; then every process is ended."""
        try:
            await follow([pods for _, pods in self._pods], self._reconcile)
        finally:
            await asyncio.gather(*(self._stop(uid) for uid in list(self._running)))

    async def settled(self) -> bool:
        """Whether every bound pod of a controller answers its readiness probe."""
        wanted = [pod["metadata"]["uid"] for _, pods in self._pods for pod in pods if _to_run(pod)]
        synced = all(pods.synced for _, pods in self._pods)
        return synced and all(uid in self._running and self._running[uid][0].ready for uid in wanted)

    def endpoint(self, service: Json, target: int | str) -> int | None:
        """The local port that stands for a Service's target port, if a ready process of its pods has it."""
        selector: Mapping[str, str] = service["spec"].get("selector") or {}
        for container, _ in self._running.values():
            metadata = container.pod["metadata"]
            matches = metadata["namespace"] == service["metadata"]["namespace"] and selector.items() <= metadata["labels"].items()
            if selector and matches and (local := container.endpoint(target)):
                return local
        return None

    async def _reconcile(self) -> None:
        bound = {pod["metadata"]["uid"]: (pod, controller) for controller, pods in self._pods for pod in pods}
        for uid, (_, task) in list(self._running.items()):
            if task.done() or uid not in bound or not _to_run(bound[uid][0]):
                await self._stop(uid)
        for uid, (pod, controller) in bound.items():
            metadata = pod["metadata"]
            if _to_run(pod) and uid not in self._running:
                container = Container(self._site, self._ledger, self._api, pod, controller)
                self._running[uid] = container, asyncio.create_task(container.run())
            elif pod["spec"].get("nodeName") and "deletionTimestamp" in metadata:
                # Its process is gone: the pod may go.
                path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}"
                await self._api.delete(path, gracePeriodSeconds="0")

    async def _stop(self, uid: str) -> None:
        container, task = self._running.pop(uid)
        task.cancel()
        for outcome in await asyncio.gather(task, return_exceptions=True):
            if isinstance(outcome, Exception):
                _log.error("%s", container.pod["metadata"]["name"], exc_info=outcome)


def _selector(labels: Mapping[str, str]) -> str:
    return ",".join(f"{key}={value}" for key, value in labels.items())


def _to_run(pod: Json) -> bool:
    return bool(pod["spec"].get("nodeName")) and "deletionTimestamp" not in pod["metadata"]
