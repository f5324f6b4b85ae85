"""`python -m benchmarks`: this program beside a bare Pulumi program and beside kubectl, for the same objects, in one run."""

import json
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from benchmarks import measure, stacks, table
from benchmarks.kubectl import KubectlError
from benchmarks.line_up import CONTENDERS, Field
from config.load import ConfigError
from rehearsal import control_plane, programs
from rehearsal.engine import EngineError
from rehearsal.layout import Layout

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

_PROGRAMS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok", "kueue", "kubectl", "helm", "pulumi")


def _sizes(text: str) -> list[int]:
    try:
        sizes = sorted({int(size) for size in text.split(",")})
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a list of numbers; write for example 2,10") from None
    if sizes[0] < stacks.LEAST:
        raise typer.BadParameter(f"{sizes[0]} is too few; write at least {stacks.LEAST}")
    return sizes


@app.command(help=__doc__)
def main(
    teams: Annotated[str, typer.Option(help="Numbers of teams, separated by commas; 2 is the local stack.")] = "2,10,100,400",
    repeat: Annotated[int, typer.Option(help="How often to do what changes nothing; the median counts.", min=1)] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="Print the measurements as JSON.")] = False,
) -> None:
    sizes = _sizes(teams)
    console = Console(stderr=True)
    found: list[measure.Measurement] = []
    try:
        with _field(console) as field, _progress(console) as progress:
            task = progress.add_task("", total=len(sizes) * len(CONTENDERS) * measure.steps(repeat))
            for size in sizes:
                contenders, objects = field.line_up(size, progress.console.print)
                for contender in contenders:

                    def announce(step: str, what: str = f"{size} teams · {contender.name}") -> None:
                        progress.update(task, description=f"{what} · {step}", advance=1)

                    for each in measure.measure(contender, size, objects, repeat, announce):
                        progress.console.print(str(each), highlight=False)
                        found.append(each)
                    field.cluster.await_emptiness()
    except (ConfigError, EngineError, KubectlError, programs.ProgramError, control_plane.ControlPlaneError) as error:
        console.print(str(error), style="red", highlight=False, markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    if as_json:
        print(json.dumps([asdict(measurement) for measurement in found], indent=2))
        return
    result = Console()
    result.print(table.table(found))
    for line in (*table.FOOTNOTES, "", *table.targets(found)):
        result.print(line, highlight=False)


@contextmanager
def _field(console: Console) -> Generator[Field]:
    """A control plane of its own, in a folder that is gone afterwards: no rehearsal of the user's is touched."""
    obtained = programs.obtain(_PROGRAMS, console.print)
    with tempfile.TemporaryDirectory(prefix="ml-platform-benchmark-") as folder:
        layout = Layout("benchmark", Path(folder))
        try:
            control_plane.start(layout, obtained, console.print)
            yield Field(Path(folder), layout, obtained, programs.charts())
        finally:
            control_plane.stop(layout)


def _progress(console: Console) -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.completed:.0f}/{task.total:.0f} {task.description}"), TimeElapsedColumn())
    return Progress(*columns, console=console)


if __name__ == "__main__":
    app()
