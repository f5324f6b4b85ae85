"""Folders that the engine takes for projects: this checkout's program, and the bare one, each beside what measures it."""

import py_compile
import shlex
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from benchmarks import interpreter
from rehearsal.layout import CHECKOUT

STACK: Final = "benchmark"

_SHARED: Final = ("__main__.py", "components", "config")


@dataclass(frozen=True)
class Run:
    """What a process took from its start to its end."""

    memory: int
    """The most that it ever held, in bytes."""
    cpu: float
    """Processor seconds."""
    seconds: float
    """Wall-clock time."""


@dataclass(frozen=True)
class Project:
    """A Pulumi project in a folder of its own, of the same name and runtime options as the checkout's."""

    folder: Path

    def runs(self) -> list[Run]:
        """What each Python took that the engine has run here since the last call."""
        lines = self._notes.read_text().splitlines()
        self._notes.unlink()
        return [Run(int(memory), float(cpu), float(seconds)) for memory, cpu, seconds in map(str.split, lines)]

    @property
    def _notes(self) -> Path:
        return self.folder / "runs"

    def lay_out(self) -> None:
        """What both programs have: the project file, and a virtual environment whose Python is `interpreter.py`."""
        python = self.folder / ".venv" / "bin" / "python"
        python.parent.mkdir(parents=True)
        before = [sys.executable, "-I", "-S", interpreter.__file__, str(self._notes), sys.executable]
        python.write_text(f'#!/bin/sh\nexec {shlex.join(before)} "$@"\n')
        python.chmod(0o755)
        shutil.copy(CHECKOUT / "Pulumi.yaml", self.folder)


def platform(folder: Path, stack_file: Mapping[str, Any]) -> Project:
    """This checkout's program, with this stack file."""
    project = Project(folder)
    project.lay_out()
    for name in _SHARED:
        (folder / name).symlink_to(CHECKOUT / name)
    (folder / f"Pulumi.{STACK}.yaml").write_text(yaml.safe_dump(dict(stack_file)))
    return project


def bare(folder: Path, source: str) -> Project:
    """A program that is one module, compiled beforehand as an imported one is: no run pays for its length."""
    project = Project(folder)
    project.lay_out()
    (folder / "__main__.py").write_text("import objects  # noqa: F401\n")
    (folder / "objects.py").write_text(source)
    py_compile.compile(str(folder / "objects.py"), doraise=True)
    return project
