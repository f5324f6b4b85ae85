"""One pod of a real controller: its process, identity, files, ports, and what is said of it in the pod's status."""

import asyncio
import logging
import shutil
from datetime import UTC, datetime
from typing import Any

import httpx
import yaml

from rehearsal.agents.controllers import Controller
from rehearsal.agents.identity import TOKEN, stay_signed_in
from rehearsal.agents.mounts import Mounts
from rehearsal.agents.status import running
from rehearsal.agents.surroundings import Surroundings
from rehearsal.control_plane.api import FAILURES, Api, Json
from rehearsal.control_plane.cache import Cache, follow
from rehearsal.control_plane.kubeconfig import write_kubeconfig
from rehearsal.control_plane.site import Site
from rehearsal.files import write_atomically
from rehearsal.processes import Child, Command, Ledger, choose_port

_PROBE_PERIOD = 1.0
"""Seconds between probes of a ready process; four times as often until then."""

_log = logging.getLogger(__name__)


class Container:
    """The first container of a pod, as a process of this machine."""

    def __init__(self, site: Site, ledger: Ledger, api: Api, pod: Json, controller: Controller):
        self.pod = pod
        self.ports: dict[int, int] = {}
        """Port of the pod → port of 127.0.0.1."""
        self.ready = False
        self._site, self._ledger, self._api, self._controller = site, ledger, api, controller
        self._spec: Json = pod["spec"]["containers"][0]
        metadata = pod["metadata"]
        self._namespace: str = metadata["namespace"]
        self._path = f"/api/v1/namespaces/{self._namespace}/pods/{metadata['name']}"
        self._name = f"{controller.program}/{metadata['name']}"
        root = site.layout.state / "pods" / f"{self._namespace}.{metadata['name']}"
        self._surroundings = Surroundings(self._namespace, root, self._local_port)

    async def run(self) -> None:
        """Run the process until cancelled, then end it and remove its files."""
        namespace = f"/api/v1/namespaces/{self._namespace}"
        config_maps, secrets = Cache(self._api, f"{namespace}/configmaps"), Cache(self._api, f"{namespace}/secrets")
        mounts = Mounts(self.pod, self._surroundings, config_maps, secrets)
        mounted = asyncio.Event()

        async def mount() -> None:
            if mounts.refresh():
                mounted.set()

        shutil.rmtree(self._surroundings.root, ignore_errors=True)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(follow((config_maps, secrets), mount))
                await mounted.wait()
                signed_in = asyncio.Event()
                tasks.create_task(stay_signed_in(self._api, self.pod, self._surroundings.path(TOKEN), signed_in))
                await signed_in.wait()
                child = Child(self._command(), self._ledger)
                try:
                    child.start()
                    await self._report(child)
                finally:
                    self.ready = False
                    await child.stop()
        finally:
            self._ledger.remove(self._name)
            shutil.rmtree(self._surroundings.root, ignore_errors=True)

    def endpoint(self, port: int | str) -> int | None:
        """Where the process listens for a port of the pod, by number or name, while it is ready."""
        if isinstance(port, str):
            named: dict[str, int] = {each.get("name"): each["containerPort"] for each in self._spec.get("ports", [])}
            return self.endpoint(named[port]) if port in named else None
        return self.ports.get(port) if self.ready else None

    def _local_port(self, port: int) -> int:
        if port not in self.ports:
            self.ports[port] = choose_port(taken=self.ports.values())
        return self.ports[port]

    def _command(self) -> Command:
        root, controller = self._surroundings.root, self._controller
        kubeconfig = root / "kubeconfig"
        write_kubeconfig(
            kubeconfig,
            context=self._namespace,
            server=self._site.url,
            authority=self._site.pki.cluster.files.certificate,
            user=self._name,
            credentials=self._surroundings.path(TOKEN),
        )
        file = self._surroundings.path(controller.config)
        config: Any = yaml.safe_load(file.read_text())
        controller.configure(config, self._surroundings)
        write_atomically(file, yaml.safe_dump(config))
        own = [argument.format(kubeconfig=kubeconfig) for argument in controller.arguments]
        return Command(
            name=self._name,
            argv=(str(self._site.programs[controller.program]), *map(self._translate, self._spec.get("args", [])), *own),
            log=self._site.layout.logs / f"{controller.program}.log",
            cwd=root,
            ports={str(port): local for port, local in self.ports.items()},
            environment={entry["name"]: self._value(entry) for entry in self._spec.get("env", [])},
        )

    def _translate(self, argument: str) -> str:
        """An argument whose value is a file of the container, with the file that stands for it."""
        flag, equals, value = argument.partition("=")
        here = self._surroundings.path(value)
        return f"{flag}{equals}{here}" if value.startswith("/") and here.exists() else argument

    def _value(self, entry: Json) -> str:
        """A variable's value; of references, those to the pod's own fields are followed."""
        if "value" in entry:
            return entry["value"]
        value: Any = self.pod
        for field in entry.get("valueFrom", {}).get("fieldRef", {}).get("fieldPath", "").split("."):
            value = value.get(field, {})
        return value if isinstance(value, str) else ""

    async def _report(self, child: Child) -> None:
        """Probe the process where the pod's readiness probe says, and tell in the pod's status."""
        probe = self._spec["readinessProbe"]["httpGet"]
        url = f"http://127.0.0.1:{self.ports[probe['port']]}{probe['path']}"
        since = datetime.now(UTC)
        told: tuple[bool, int] | None = None
        async with httpx.AsyncClient(timeout=_PROBE_PERIOD) as client:
            while True:
                self.ready = await _answers(client, url)
                now = (self.ready, len(child.exits))
                if now != told:
                    try:
                        node = await self._api.get(f"/api/v1/nodes/{self.pod['spec']['nodeName']}")
                        status = running(self.pod, node, since, ready=now[0], restarts=now[1])
                        await self._api.merge_status(self._path, status)
                        told = now
                    except FAILURES as error:
                        _log.info("status of %s: %s", self._name, error)
                await asyncio.sleep(_PROBE_PERIOD if self.ready else _PROBE_PERIOD / 4)


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).is_success
    except httpx.HTTPError:
        return False
