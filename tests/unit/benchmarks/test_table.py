from collections.abc import Mapping

from rich.console import Console

from benchmarks.line_up import CONTENDERS
from benchmarks.measure import OPERATIONS, Measurement
from benchmarks.table import table, targets


def measurements(seconds: Mapping[int, float], times_bare: float = 1, memory: int = 10**8) -> list[Measurement]:
    """A run in which sizes took so long, and the bare program less."""
    return [
        Measurement(contender, teams, 10 * teams, operation, took if contender == "this" else took / times_bare, took, memory)
        for teams, took in seconds.items()
        for operation in OPERATIONS
        for contender in CONTENDERS
    ]


def missed(lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith("MISSED")]


def test_a_quarter_more_than_the_bare_program_is_the_most():
    assert not missed(targets(measurements({100: 10}, times_bare=1.25)))
    assert len(missed(targets(measurements({100: 10}, times_bare=1.26)))) == 2


def test_four_times_the_teams_may_take_four_times_as_long():
    assert not missed(targets(measurements({100: 10, 400: 40})))
    assert len(missed(targets(measurements({100: 10, 400: 41})))) == 2


def test_the_local_stack_is_no_size_to_grow_from():
    assert targets(measurements({2: 1, 10: 100})) == []


def test_memory_is_limited_at_400_teams():
    assert not missed(targets(measurements({400: 1}, memory=600 * 10**6)))
    assert len(missed(targets(measurements({400: 1}, memory=601 * 10**6)))) == 1


def test_the_table_fits_a_terminal():
    console = Console(width=80)
    with console.capture() as shown:
        console.print(table(measurements({2: 1, 400: 1234.5})))
    assert "…" not in shown.get()
    assert "1234.5" in shown.get()
