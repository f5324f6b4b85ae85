"""What previews of one stack by both programs took, as a table for people, and what it says of the target."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from rich import box
from rich.table import Table

from benchmarks.line_up import BARE, PLATFORM
from benchmarks.projects import Run

FOOTNOTES: Final = (
    "Medians of previews from nothing: no cluster yet, and nothing in the simulated cloud. One program after the other, in turn. "
    "The program is its own process; the command is `pulumi preview` with engine and plugins. s is wall-clock time, CPU s "
    "processor time, MB the most memory that was held.",
    "this: this program. bare: the same resources by the SDK's classes alone, without components, configuration and lookups.",
)
"""How the numbers came to be."""

_OVERHEAD: Final = 1.3
_LIMITED: Final = "program, CPU s", "program, s"


@dataclass(frozen=True)
class Preview:
    """What one preview took."""

    program: Run
    seconds: float
    """Wall-clock time of the whole command."""
    cpu: float
    """Processor seconds of the whole command, engine and plugins included."""


@dataclass(frozen=True)
class Comparison:
    """Previews of one stack."""

    stack: str
    resources: int
    previews: Mapping[str, Sequence[Preview]]
    """Of each program, `PLATFORM` and `BARE`."""

    def medians(self) -> Iterator[tuple[str, float, float]]:
        """What was measured, of this program, and of the bare one."""
        for what, value in _VALUES.items():
            ours, plain = (median(map(value, self.previews[program])) for program in (PLATFORM, BARE))
            yield what, ours, plain


_VALUES: Final[Mapping[str, Callable[[Preview], float]]] = {
    "program, CPU s": lambda preview: preview.program.cpu,
    "program, s": lambda preview: preview.program.seconds,
    "program, MB": lambda preview: preview.program.memory / 10**6,
    "command, CPU s": lambda preview: preview.cpu,
    "command, s": lambda preview: preview.seconds,
}


def table(comparisons: Sequence[Comparison]) -> Table:
    """One row for each stack and what was measured of it."""
    result = Table(box=box.SIMPLE_HEAD, padding=0)
    for heading, is_number in (
        ("stack", False),
        ("resources", True),
        ("", False),
        (PLATFORM, True),
        (BARE, True),
        ("÷ bare", True),
    ):
        result.add_column(heading, justify="right" if is_number else "left")
    for comparison in comparisons:
        for what, ours, plain in comparison.medians():
            digits = 0 if what.endswith("MB") else 2
            values = (f"{ours:.{digits}f}", f"{plain:.{digits}f}", f"{ours / plain:.2f}")
            result.add_row(comparison.stack, str(comparison.resources), what, *values)
        result.add_section()
    return result


def targets(comparisons: Sequence[Comparison]) -> list[str]:
    """One line for each limit."""
    return [
        f"{'met' if ours / plain <= _OVERHEAD else 'MISSED'}: preview of {comparison.stack}, {what}, times the bare program's: "
        f"{ours / plain:.2f}, at most {_OVERHEAD:g}"
        for comparison in comparisons
        for what, ours, plain in comparison.medians()
        if what in _LIMITED
    ]
