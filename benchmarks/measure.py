"""The clock: one contender after the other, each from an empty cluster and back to it."""

import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median

from benchmarks.contenders import Contender

UP, REPEAT, PREVIEW = OPERATIONS = ("up", "no-op up", "preview")
"""The first `up` from nothing; one that finds nothing to do; and a preview of that."""

Announce = Callable[[str], None]
"""Is told what is being done."""


@dataclass(frozen=True)
class Measurement:
    """What one operation of one contender took."""

    contender: str
    teams: int
    objects: int
    """Kubernetes objects that the operation is about."""
    operation: str
    seconds: float
    """Wall-clock time; the median, where it was done more than once."""
    cpu: float
    """Processor seconds of its command and all that this starts, the control plane not included; the median, too.

    What else the machine does shows in `seconds`, and hardly here.
    """
    memory: int | None
    """The most that the user's program held, in bytes; None where there is no program."""

    def __str__(self) -> str:
        return f"{self.teams} teams · {self.contender} · {self.operation}: {self.seconds:.1f} s, {self.cpu:.1f} s of CPU"


def steps(repeats: int) -> int:
    """How often `measure` announces something for one contender."""
    return 3 + 2 * repeats


def measure(contender: Contender, teams: int, objects: int, repeats: int, announce: Announce) -> Iterator[Measurement]:
    """Everything that is measured of one contender on an empty cluster, which is asked to be empty again at the end."""
    announce("foundation")
    contender.found()
    contender.peak()
    for operation, action, times in (
        (UP, contender.create, 1),
        (REPEAT, contender.repeat, repeats),
        (PREVIEW, contender.preview, repeats),
    ):
        seconds: list[float] = []
        used: list[float] = []
        for _ in range(times):
            announce(operation)
            begin, begin_cpu = time.perf_counter(), cpu()
            action()
            seconds.append(time.perf_counter() - begin)
            used.append(cpu() - begin_cpu)
        yield Measurement(contender.name, teams, objects, operation, median(seconds), median(used), contender.peak())
    announce("destroy")
    contender.destroy()


def cpu() -> float:
    """Processor seconds of every process that was started here and has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
