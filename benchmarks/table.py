"""What was measured, as a table for people, and what it says of the targets."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from rich import box
from rich.table import Table

from benchmarks.line_up import BARE, CONTENDERS, PLATFORM
from benchmarks.measure import OPERATIONS, PREVIEW, REPEAT, Measurement

FOOTNOTES: Final = (
    "Wall-clock seconds; of what changes nothing, the median. One contender after the other, each from an empty cluster, on one "
    "control plane of this machine. CPU is that of the whole command, engine and plugins included; MB is the most memory that "
    "the program's own process held.",
    "this: this program. bare: the same objects by the SDK's classes alone, without components and configuration. kubectl: "
    "apply --server-side of the same objects; its preview is --dry-run=server.",
    "Not measured: nodes and Kueue (its Helm release), which are there before; the measured commands of both programs leave the "
    "release out (--exclude). Nothing is refreshed.",
    "Both programs run with PULUMI_SKIP_CHECKPOINTS=true: the file backend would write the whole state after each step.",
    "Pulumi waits until objects are ready, kubectl only until the API server has them. Where it changes nothing, kubectl leaves "
    "out the job, into which Kueue has written since.",
    "2 teams are the local stack with its job and its model server; larger stacks have neither, and grow in teams only.",
)
"""How the numbers came to be."""

_OVERHEAD: Final = 1.25
_OVERHEAD_TEAMS: Final = 100
_MEMORY: Final = 600 * 10**6
"""Bytes."""
_MEMORY_TEAMS: Final = 400
_LOCAL: Final = 2
"""Teams of the stack that differs in more than teams."""

Key = tuple[int, str, str]
"""Teams, operation, contender."""


def table(measurements: Sequence[Measurement]) -> Table:
    """One row for each size and operation."""
    found = _by_key(measurements)
    result = Table(box=box.SIMPLE_HEAD, padding=0)
    for heading in ("teams", "objects", "", *CONTENDERS, "÷\nbare", "CPU\n÷ bare", "÷\nkubectl", "MB", "bare\nMB"):
        result.add_column(heading, justify="right" if heading else "left")
    sizes = {measurement.teams: measurement.objects for measurement in measurements}
    for teams, objects in sizes.items():
        for operation in OPERATIONS:
            ours, plain, direct = (found[teams, operation, contender] for contender in CONTENDERS)
            result.add_row(
                str(teams),
                str(objects),
                operation,
                *(f"{measurement.seconds:.1f}" for measurement in (ours, plain, direct)),
                f"{ours.seconds / plain.seconds:.2f}",
                f"{ours.cpu / plain.cpu:.2f}",
                f"{ours.seconds / direct.seconds:.2f}",
                *(f"{(measurement.memory or 0) / 10**6:.0f}" for measurement in (ours, plain)),
                end_section=operation == OPERATIONS[-1],
            )
    return result


def targets(measurements: Sequence[Measurement]) -> list[str]:
    """One line for each target that this run can tell of."""
    found = _by_key(measurements)
    sizes = sorted({measurement.teams for measurement in measurements if measurement.teams > _LOCAL})
    lines: list[str] = []
    for operation in (REPEAT, PREVIEW):
        if _OVERHEAD_TEAMS in sizes:
            ours, plain = (found[_OVERHEAD_TEAMS, operation, contender].seconds for contender in (PLATFORM, BARE))
            lines.append(_line(f"{operation} of {_OVERHEAD_TEAMS} teams, times the bare program's", ours / plain, _OVERHEAD))
        for fewer, more in pairwise(sizes):
            growth = found[more, operation, PLATFORM].seconds / found[fewer, operation, PLATFORM].seconds
            lines.append(_line(f"{operation} of {more} teams, times that of {fewer}", growth, more / fewer))
    if _MEMORY_TEAMS in sizes:
        most = max(found[_MEMORY_TEAMS, operation, PLATFORM].memory or 0 for operation in OPERATIONS)
        lines.append(_line(f"memory of {_MEMORY_TEAMS} teams, in MB", most / 10**6, _MEMORY / 10**6))
    return lines


def _by_key(measurements: Sequence[Measurement]) -> Mapping[Key, Measurement]:
    return {(each.teams, each.operation, each.contender): each for each in measurements}


def _line(what: str, value: float, most: float) -> str:
    return f"{'met' if value <= most else 'MISSED'}: {what}: {value:.2f}, at most {most:g}"
