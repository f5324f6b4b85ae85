"""The background process of one rehearsal: `python -m rehearsal.supervisor <checkout> <stack> <programs as JSON>`.

It starts the control plane, keeps it running, plays what is simulated, and ends everything on SIGTERM. Of two for one stack
the second ends at once: the first holds a lock for as long as it lives.
"""

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from rehearsal.agents import device_manager, volumes
from rehearsal.agents.egress import Egress
from rehearsal.agents.kubelet import Kubelet, present
from rehearsal.autoscaling.agent import Autoscaler
from rehearsal.clouds import load_balancers
from rehearsal.clouds.aws import fleet
from rehearsal.control_plane import access, files, pki, servers
from rehearsal.control_plane.api import Api
from rehearsal.control_plane.site import Site
from rehearsal.layout import Layout
from rehearsal.processes import Child, Command, Entry, Ledger, choose_port, terminate

_START_TIMEOUT = 90
"""Seconds in which everything must have become ready."""
_ATTEMPTS = 3
"""How often a server may die while it is being started."""
_SETTLE_TIMEOUT = 20
"""Seconds in which controllers that were deployed in an earlier run should be ready again."""
_POLL = 0.1

_log = logging.getLogger("rehearsal.supervisor")


class StartError(Exception):
    """The control plane cannot be started; the message is for the user."""


class Supervisor:
    """Owns the children of one rehearsal, from their start to their end."""

    def __init__(self, layout: Layout, programs: Mapping[str, Path]):
        self._ledger = Ledger(layout.processes)
        self._children: list[Child] = []
        self.record()
        terminate(reversed([entry for name, entry in self._ledger.entries().items() if name != "supervisor"]))
        self._site = Site(layout, programs, _choose_ports(self._ledger), pki.prepare(layout.pki))

    def record(self, **state: object) -> None:
        """Write into the ledger how this process fares."""
        me = psutil.Process()
        entry = Entry(pid=me.pid, started=me.create_time(), argv=tuple(sys.argv))
        self._ledger.put("supervisor", entry.model_copy(update=state))

    async def run(self) -> None:
        """Start, stay until SIGTERM or SIGINT, stop. Raises `StartError`, and `OSError` when files cannot be written."""
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        work = asyncio.create_task(self._work())
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()  # it never returns: this raises what went wrong
        finally:
            stopped.cancel()
            work.cancel()
            await asyncio.gather(work, stopped, return_exceptions=True)
            for child in reversed(self._children):
                await child.stop()

    async def _work(self) -> None:
        site = self._site
        site.write_kubeconfigs()
        self._keep(servers.etcd(site))
        self._keep(servers.api_server(site))
        api = await Api.connect(site.kubeconfig("supervisor"))
        try:
            await self._until(api.ready, "the API server is ready")
            await access.grant(api)
            self._keep(servers.controller_manager(site))
            self._keep(servers.scheduler(site))
            real = [controller.labels for controller in present(site)]
            self._keep(servers.kwok(site, real, lambda: _release_nodes(api)))
            kubelet = Kubelet(site, self._ledger, api)
            autoscaler = Autoscaler(site, self._ledger, api) if "karpenter" in site.programs else None
            agents = asyncio.create_task(_play(api, site.layout, kubelet, autoscaler))
            try:
                await self._until(lambda: _has_service_accounts(api), "namespaces have their service account")
                with contextlib.suppress(TimeoutError):  # a controller that cannot start is the stack's affair: it can be mended
                    async with asyncio.timeout(_SETTLE_TIMEOUT):
                        await self._until(kubelet.settled, "the controllers are ready")
                self.record(ready=True)
                await agents
            finally:
                agents.cancel()
                await asyncio.gather(agents, return_exceptions=True)
        finally:
            await api.close()

    def _keep(self, command: Command) -> None:
        child = Child(command, self._ledger)
        self._children.append(child)
        child.start()

    async def _until(self, condition: Callable[[], Awaitable[bool]], what: str) -> None:
        """Wait for a condition while the children may be started; raise `StartError` when one of them cannot be."""
        try:
            async with asyncio.timeout(_START_TIMEOUT):
                while not await condition():
                    for child in self._children:
                        if len(child.exits) >= _ATTEMPTS:
                            raise StartError(_obituary(child))
                    await asyncio.sleep(_POLL)
        except TimeoutError:
            raise StartError(
                f"after {_START_TIMEOUT} s, it is still not so that {what}; logs: {self._site.layout.logs}"
            ) from None


def _obituary(child: Child) -> str:
    log = child.command.log
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    last = f": {lines[-1]}" if lines else ""
    return f"{child.command.name} ended {len(child.exits)} times while it was started (exit code {child.exits[-1]}); {log}{last}"


def _choose_ports(ledger: Ledger) -> dict[str, dict[str, int]]:
    """A free port for everything that is served: the last run's, where it is free."""
    chosen: dict[str, dict[str, int]] = {}
    taken: set[int] = set()
    for server, names in servers.SERVED.items():
        remembered = ledger.get(server).ports
        chosen[server] = {}
        for name in names:
            chosen[server][name] = port = choose_port(remembered.get(name), taken)
            taken.add(port)
    return chosen


async def _play(api: Api, layout: Layout, kubelet: Kubelet, autoscaler: Autoscaler | None) -> None:
    """Play what a cluster has beside its control plane, until cancelled."""
    async with asyncio.TaskGroup() as agents:
        agents.create_task(kubelet.run())
        agents.create_task(Egress(api, kubelet.endpoint).run(Path(files.SOCKET)))
        agents.create_task(device_manager.run(api))
        agents.create_task(volumes.run(api))
        agents.create_task(load_balancers.run(api, layout))
        agents.create_task(fleet.run(api, layout))
        if autoscaler:
            agents.create_task(autoscaler.run())


async def _release_nodes(api: Api) -> None:
    """Take the nodes from a kwok that is no more: it held them by leases, and the next one would wait until they expire."""
    await api.delete("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases")


async def _has_service_accounts(api: Api) -> bool:
    accounts = await api.get("/api/v1/namespaces/default/serviceaccounts")
    return any(account["metadata"]["name"] == "default" for account in accounts["items"])


def main() -> None:
    """Run until told to stop; what goes wrong is told in the ledger and in the log (standard error)."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # at INFO, a line for each probe
    checkout, stack, programs = sys.argv[1:]
    layout = Layout(stack, Path(checkout))
    lock = FileLock(layout.state / "supervisor.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        sys.exit("another supervisor of this stack is running")
    os.chdir(layout.state)  # the egress proxy's socket has a relative name
    try:
        supervisor = Supervisor(layout, {name: Path(path) for name, path in json.loads(programs).items()})
        asyncio.run(supervisor.run())
        supervisor.record(pid=None)
    except (StartError, OSError) as error:
        _log.error("%s", error)
        Ledger(layout.processes).update("supervisor", pid=None, ready=False, failure=str(error))
        sys.exit(1)


if __name__ == "__main__":
    main()
