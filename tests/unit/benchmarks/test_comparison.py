from rich.console import Console

from benchmarks.comparison import Comparison, Preview, table, targets
from benchmarks.projects import Run


def comparison(ours: float, bare: float = 1) -> Comparison:
    """A stack whose previews took so many seconds each."""

    def preview(seconds: float) -> Preview:
        return Preview(Run(10**8, seconds, seconds), seconds, seconds)

    # One of three was disturbed.
    return Comparison("prod", 200, {"this": list(map(preview, (ours, 100, ours))), "bare": list(map(preview, (bare, bare, 0)))})


def test_three_tenths_more_than_the_bare_program_is_the_most():
    assert [line.partition(":")[0] for line in targets([comparison(1.3)])] == ["met", "met"]
    assert [line.partition(":")[0] for line in targets([comparison(1.31)])] == ["MISSED", "MISSED"]


def test_the_table_fits_a_terminal():
    console = Console(width=80)
    with console.capture() as shown:
        console.print(table([comparison(1234.56)]))
    assert "…" not in shown.get()
    assert "1234.56" in shown.get()
