"""What those who are compared can do, and a Pulumi program that does it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from benchmarks.projects import Project
from rehearsal.engine import Engine


class Contender(Protocol):
    """One way of having objects in a cluster."""

    @property
    def name(self) -> str:
        """As the table calls it."""
        ...

    def found(self) -> None:
        """Have there what is not measured: the nodes, and Kueue on them."""
        ...

    def create(self) -> None:
        """Make everything else."""
        ...

    def repeat(self) -> None:
        """Do it again, with nothing to change."""
        ...

    def preview(self) -> None:
        """Say what doing it again would change."""
        ...

    def destroy(self) -> None:
        """Leave nothing."""
        ...

    def peak(self) -> int | None:
        """The most memory, in bytes, that the user's program held since the last call; None where there is no program."""
        ...


@dataclass(frozen=True)
class Program:
    """A Pulumi program on the real engine; every method raises EngineError."""

    name: str
    project: Project
    engine: Engine
    foundation: Collection[str]
    """Names of the resources that are not measured."""
    release: str
    """Name of the Helm release among them: measured commands do not look at it."""

    def found(self) -> None:
        """Nothing but the foundation."""
        self._run("up", "--yes", "--skip-preview", *(f"--target=**::{name}" for name in self.foundation))

    def create(self) -> None:
        """The first whole `up`."""
        self._run("up", "--yes", "--skip-preview", self._but_release)

    def repeat(self) -> None:
        """An `up` that fails if it changes something."""
        self._run("up", "--yes", "--skip-preview", "--expect-no-changes", self._but_release)

    def preview(self) -> None:
        """A `preview` that fails if there is something to change."""
        self._run("preview", "--expect-no-changes", self._but_release)

    def destroy(self) -> None:
        """All of it."""
        self._run("destroy", "--yes", "--skip-preview")

    def peak(self) -> int | None:
        """Of the program's process; the engine and its plugins have others."""
        return max(run.memory for run in self.project.runs())

    @property
    def _but_release(self) -> str:
        return f"--exclude=**::{self.release}"

    def _run(self, *arguments: str) -> None:
        self.engine.output(*arguments, "--suppress-permalink")
