"""A copy of this project in a folder of its own, used as a user would: by its commands, `pulumi` and `kubectl`."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self, TypeVar

import psutil
import yaml

from rehearsal.layout import CHECKOUT, Layout
from tests.rehearsal.cluster import Cluster, listening

_LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "tests", "benchmarks")
"""What a rehearsal does not need, or would share with the user's own."""

_TIMEOUT = 600
"""Seconds that any one command may take, on a machine with other things to do."""


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    output: str
    """Both of its outputs, as a terminal shows them."""

    @classmethod
    def of(cls, process: subprocess.Popen[str]) -> "Done":
        """What became of this one, once it ends."""
        try:
            output, _ = process.communicate(timeout=_TIMEOUT)
        except subprocess.TimeoutExpired:
            kill(process)
            raise
        return cls(process.returncode, output)


@dataclass(frozen=True)
class Project:
    """The project in `folder`, and one of its stacks."""

    folder: Path
    stack: str = "local"

    @classmethod
    def copied_to(cls, folder: Path, stack: str = "local") -> Self:
        """A copy of this checkout, of which nothing runs yet."""
        shutil.copytree(CHECKOUT, folder, ignore=_LEFT_OUT)
        return cls(folder, stack)

    @property
    def layout(self) -> Layout:
        """Where the stack's rehearsal keeps its files."""
        return Layout(self.stack, self.folder)

    @property
    def stack_file(self) -> Path:
        """The stack's, beside the program or among the examples."""
        (file,) = (file for place in (".", "examples/stacks") for file in (self.folder / place).glob(f"Pulumi.{self.stack}.yaml"))
        return file

    @cached_property
    def cluster(self) -> Cluster:
        """Its control plane."""
        return Cluster(self.layout, {"kubectl": self.layout.bin / "kubectl"})

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """`python -m rehearsal …` in the background, in a process group of its own, as a shell gives to what it runs."""
        command = [sys.executable, "-m", "rehearsal", *arguments, "--stack", self.stack]
        return _popen(command, cwd=self.folder, process_group=0)

    def rehearse(self, *arguments: str) -> Done:
        """`python -m rehearsal …` to its end."""
        return Done.of(self.start(*arguments))

    def up(self) -> Done:
        """`up` to its end, which must be a good one."""
        done = self.rehearse("up")
        assert done.code == 0, done.output
        return done

    def pulumi(self, *arguments: str) -> Done:
        """`pulumi` in a shell that has read the rehearsal's `env`."""
        script = 'source "$0" && pulumi --non-interactive --color=never "$@"'
        command = ["bash", "-c", script, str(self.layout.environment), *arguments]
        return Done.of(_popen(command, cwd=self.folder))

    def plan(self) -> dict[str, str]:
        """What a preview says would change: name of the resource → `create`, `update`, `replace` or `delete`."""
        done = self.rehearse("preview", "--json")
        assert done.code == 0, done.output
        steps = json.loads(done.output[done.output.index("\n{") :])["steps"]
        return {step["urn"].rpartition("::")[2]: step["op"] for step in steps if step["op"] not in ("same", "refresh")}

    def pending(self) -> list[Any]:
        """Operations of which the state does not know how they ended."""
        exported = json.loads(self.pulumi("stack", "export").output)
        return exported["deployment"].get("pending_operations", [])

    def locks(self) -> list[Path]:
        """The files by which commands hold the stack."""
        return [*(self.layout.backend / ".pulumi" / "locks").rglob("*.json")]

    def processes(self) -> list[psutil.Process]:
        """All processes that have to do with this copy, whoever started them."""
        return [process for process in psutil.process_iter() if str(self.folder) in _command_line(process)]

    @contextmanager
    def changed(self, change: Callable[[Any], None]) -> Generator[None]:
        """The stack file changed, until the end of the block; `change` gets its values below `config:`."""
        file = self.stack_file
        before = file.read_text()
        content = yaml.safe_load(before)
        change(content["config"])
        file.write_text(yaml.safe_dump(content))
        try:
            yield
        finally:
            file.write_text(before)


_Project = TypeVar("_Project", bound=Project)


@contextmanager
def stopped_in_the_end(project: _Project) -> Generator[_Project]:
    """Runs `down` at the end, after which nothing must be left: no process, no port."""
    try:
        yield project
    finally:
        addresses = listening([*project.cluster.processes(), *project.processes()])
        stopped = project.rehearse("down")
        assert stopped.code == 0, stopped.output
        assert not project.cluster.processes()
        assert not project.processes()
        assert not [address for address in addresses if _answers(address)]


def _answers(address: tuple[str, int]) -> bool:
    with socket.socket() as client:
        return client.connect_ex(address) == 0


def kill(process: subprocess.Popen[str]) -> None:
    """`kill -9` of a command and all that it runs; the control plane, a session of its own, is not among them."""
    command = psutil.Process(process.pid)
    for each in [command, *command.children(recursive=True)]:
        each.kill()
    process.communicate()


def _popen(command: list[str], cwd: Path, process_group: int | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        cwd=cwd,
        process_group=process_group,
        env={**os.environ, "COLUMNS": "200"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _command_line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
