"""The Pulumi engine, set up for one stack's rehearsal."""

import json
import os
import shlex
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock

from rehearsal import project, recovery
from rehearsal.clouds import Simulation
from rehearsal.clouds.ledger import Entry
from rehearsal.layout import CHECKOUT, Layout
from rehearsal.plugins import select
from rehearsal.plugins.launcher import write_launcher


class EngineError(Exception):
    """The engine could not be used; the text is meant for the user."""


class Engine:
    """Runs `pulumi` on one stack, with its state, plugins and cluster inside this checkout."""

    def __init__(self, layout: Layout, programs: Mapping[str, Path], charts: Path, simulation: Simulation | None = None) -> None:
        self._layout = layout
        self._programs = programs
        self._simulation = simulation
        self._folder = layout.checkout
        self.environment: dict[str, str] = {
            "KUBECACHEDIR": str(layout.discovery),
            "KUBECONFIG": str(layout.kubeconfig),
            "ML_PLATFORM_CHARTS": str(charts),
            "ML_PLATFORM_REHEARSAL": str(layout.state),
            "PULUMI_BACKEND_URL": f"file://{layout.backend}",
            # The state of a rehearsal holds nothing that anyone else may not know.
            "PULUMI_CONFIG_PASSPHRASE": "",
            # What the program needs is there; without this, each command would look for it once more.
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_HOME": str(layout.home),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_STACK": layout.stack,
            "PULUMI_SUPPRESS_NEO_LINK": "true",
        }

    def prepare(self, report: Callable[[str], None]) -> None:
        """Programs on PATH, plugins chosen, the stack there, and what an interrupted command left behind put right.

        Raises EngineError, also when another command is at work on the stack.
        """
        layout = self._layout
        with FileLock(layout.state / "engine.lock"):  # of two commands at once, the second finds it done
            if holder := recovery.release_stale_locks(layout.backend):
                raise EngineError(f"the stack {layout.stack} is locked by {holder}; wait for it to end, or stop it")
            recovery.mend_states(layout.backend, report)
            for folder in (layout.bin, layout.backend):
                folder.mkdir(parents=True, exist_ok=True)
            self._folder = project.folder(layout)
            for name, program in self._programs.items():
                _link(layout.bin / name, program)
            select.install(self._programs["pulumi"], layout.home, report)
            if self._simulation:
                self._simulate(self._simulation, report)
            self._write_environment()
            self.output("stack", "select", "--create", layout.stack)
            clouds = {self._simulation.package: self._simulation.ledger(layout)} if self._simulation else {}
            recovery.settle_pending(self, clouds, report)

    def cloud(self) -> list[Entry]:
        """What there is in the stack's simulated cloud; nothing where there is none."""
        return list(self._simulation.ledger(self._layout)) if self._simulation else []

    def run(self, *arguments: str) -> int:
        """A `pulumi` command on the user's terminal; its exit code.

        Ctrl-C reaches `pulumi` as well, which then brings to an end what it has begun: KeyboardInterrupt is raised after that.
        """
        process = subprocess.Popen(
            [str(self._layout.bin / "pulumi"), *arguments], cwd=self._folder, env=self._process_environment()
        )
        interrupted: KeyboardInterrupt | None = None
        while process.poll() is None:
            try:
                process.wait()
            except KeyboardInterrupt as interrupt:
                interrupted = interrupt
        if interrupted:
            raise interrupted
        return process.returncode

    def json(self, *arguments: str) -> Any:
        """What a `pulumi` command prints as JSON. Raises EngineError."""
        return json.loads(self.output(*arguments))

    def output(self, *arguments: str) -> str:
        """What a `pulumi` command prints. Raises EngineError with what it complained of."""
        return self.told("pulumi", *arguments, "--non-interactive")

    def told(self, program: str, *arguments: str) -> str:
        """What a program, run in the same surroundings, prints. Raises EngineError with what it complained of."""
        done = self._quietly(program, *arguments)
        if done.returncode:
            raise EngineError(f"{program} {arguments[0]}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def answer(self, program: str, *arguments: str) -> str:
        """As `told`, but nothing when it fails."""
        done = self._quietly(program, *arguments)
        return "" if done.returncode else done.stdout

    def _process_environment(self) -> dict[str, str]:
        path = os.pathsep.join([str(self._layout.bin), os.environ.get("PATH", os.defpath)])
        return {**os.environ, **self.environment, "PATH": path}

    def _quietly(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self._layout.bin / program), *arguments],
            cwd=self._folder,
            env=self._process_environment(),
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )

    def _simulate(self, simulation: Simulation, report: Callable[[str], None]) -> None:
        """The cloud's plugin and commands are ours, whether or not the real ones are installed."""
        select.simulate(simulation.package, self._layout.home)
        for command, module in simulation.commands.items():
            write_launcher(self._layout.bin / command, CHECKOUT, module)
        commands = ", ".join(f"`{command}`" for command in simulation.commands)
        report(f"the cloud is simulated: its provider plugin, and {commands}")

    def _write_environment(self) -> None:
        """For shells: with it, plain `pulumi` and `kubectl` mean this rehearsal."""
        lines = [f"export {name}={shlex.quote(value)}" for name, value in sorted(self.environment.items())]
        path = f'export PATH={shlex.quote(str(self._layout.bin))}:"$PATH"'
        elsewhere = f'pulumi() {{ command pulumi --cwd {shlex.quote(str(self._folder))} "$@"; }}'
        more = [elsewhere] if self._folder != self._layout.checkout else []
        self._layout.environment.write_text("\n".join([*lines, path, *more, ""]))


def _link(link: Path, program: Path) -> None:
    """Left alone when it is right: another command may be starting the program by it."""
    if link.is_symlink() and link.readlink() == program:
        return
    link.unlink(missing_ok=True)
    link.symlink_to(program)
