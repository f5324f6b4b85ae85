"""One program kept running: started again when it dies, ended when it is told to."""

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from rehearsal.processes.ledger import Entry, Ledger

_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 10.0
_STABLE = 30.0
"""Seconds: pauses between restarts double from the first to the longest, and start over after a run of `_STABLE`."""
_NOT_STARTED = 127
"""The exit code that stands for a program that could not be started, as in a shell."""


async def _nothing() -> None:
    pass


@dataclass(frozen=True)
class Command:
    """What to run, and how."""

    name: str
    argv: tuple[str, ...]
    log: Path
    cwd: Path
    ports: Mapping[str, int] = field(default_factory=dict[str, int])
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    """Added to our own environment."""
    grace: float = 5
    """Seconds between SIGTERM and SIGKILL."""
    prepare: Callable[[], Awaitable[None]] = _nothing
    """Awaited before each start."""


class Child:
    """A running command, in the ledger under its name."""

    def __init__(self, command: Command, ledger: Ledger):
        self.command = command
        self.exits: list[int] = []
        """Exit codes so far; negative: killed by that signal."""
        self._ledger = ledger
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start it, and keep it running from now on."""
        self._keeper = asyncio.create_task(self._keep_running())

    async def stop(self) -> None:
        """End it and keep it ended; returns once the process is gone."""
        if self._keeper:
            self._keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeper
        if self._process and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), self.command.grace)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        self._ledger.update(self.command.name, pid=None, ready=False)

    async def _keep_running(self) -> None:
        pause = _FIRST_PAUSE
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            self.exits.append(await self._run_once())
            pause = _FIRST_PAUSE if loop.time() - began > _STABLE else min(2 * pause, _LONGEST_PAUSE)
            await asyncio.sleep(pause)

    async def _run_once(self) -> int:
        try:
            await self.command.prepare()
            self._process = process = await self._launch()
            try:
                self._record(process)
            except OSError:
                process.kill()  # nobody would find it later
                raise
            return await process.wait()
        except Exception as error:
            # What it needs is not there, or not yet: as if it had died at once, and said so.
            with self.command.log.open("a") as log:
                log.write(f"cannot be started: {error}\n")
            return _NOT_STARTED

    async def _launch(self) -> asyncio.subprocess.Process:
        command = self.command
        with command.log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *command.argv,
                cwd=command.cwd,
                env={**os.environ, **command.environment},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _record(self, process: asyncio.subprocess.Process) -> None:
        command = self.command
        with contextlib.suppress(psutil.NoSuchProcess):  # it may be over already
            started = psutil.Process(process.pid).create_time()
            ports = dict(command.ports)
            restarts = len(self.exits)
            entry = Entry(pid=process.pid, started=started, argv=command.argv, ports=ports, restarts=restarts)
            self._ledger.put(command.name, entry)
