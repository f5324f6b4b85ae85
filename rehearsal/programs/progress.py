"""What the user sees while programs are built or downloaded: bars on a terminal, lines elsewhere."""

import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn, TimeElapsedColumn

from rehearsal.programs.table import Program

_SHARE = 0.25
"""Without a terminal, how much of all packages is compiled between two lines about it."""


class Compilation:
    """Follows `go build -v`, which names every package that it compiles, and none that it finds in Go's cache.

    Either way there is a line for each program as it is built.
    """

    def __init__(
        self, packages: Mapping[Program, frozenset[str]], built: Callable[[Program], bool], report: Callable[[str], None]
    ) -> None:
        self._packages, self._built, self._report = packages, built, report
        self._all = frozenset[str]().union(*packages.values())
        self._compiled = set[str]()
        self._said = 0
        self._bars = _bars(MofNCompleteColumn(), TextColumn("packages"))
        self._tasks = {program: self._bars.add_task(str(program), total=len(needed)) for program, needed in packages.items()}
        self._begin = time.monotonic()

    @contextmanager
    def shown(self) -> Generator[None]:
        """Draw the bars; afterwards every program is built."""
        with self._bars:
            yield
            self._tell_built()

    def line(self, text: str) -> None:
        """One line of what Go says."""
        if text not in self._all:
            return
        self._compiled.add(text)
        for program, task in self._tasks.items():
            if text in self._packages[program]:
                self._bars.advance(task)
        self._tell_built()
        quarters = int(len(self._compiled) / len(self._all) / _SHARE)
        if self._bars.disable and quarters > self._said:
            self._said = quarters
            self._report(f"compiled {len(self._compiled)} of at most {len(self._all)} packages")

    def _tell_built(self) -> None:
        for program in [program for program in self._tasks if self._built(program)]:
            self._bars.remove_task(self._tasks.pop(program))
            self._report(f"built {program} ({time.monotonic() - self._begin:.0f} s)")


@contextmanager
def fetching(report: Callable[[str], None]) -> Generator[Callable[[str], None]]:
    """A count of the modules that Go downloads, moved by calling what this gives with each line that Go says."""
    report("fetching the source")
    with _bars(TextColumn("{task.completed} modules")) as bars:
        task = bars.add_task("source", total=None)
        yield lambda line: bars.advance(task, line.startswith("go: downloading "))


@contextmanager
def transfer(program: Program) -> Generator[Callable[[int, int], None]]:
    """A bar for a download, moved by calling what this gives with the bytes so far and in all."""
    with _bars(DownloadColumn()) as bars:
        task = bars.add_task(str(program), total=None)
        yield lambda received, total: bars.update(task, completed=received, total=total or None)


def _bars(*columns: ProgressColumn) -> Progress:
    """Bars that leave no trace, drawn only on a terminal."""
    console = Console()
    return Progress(
        TextColumn("  {task.description}"),
        BarColumn(),
        *columns,
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
