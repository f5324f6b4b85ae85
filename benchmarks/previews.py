"""`python -m benchmarks.previews`: previews of whole stacks on their simulated clouds, by this program and a bare one."""

import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import typer
import yaml
from rich.console import Console

import components.platform
from benchmarks import bare, comparison, projects, recording
from benchmarks.comparison import Comparison, Preview
from benchmarks.line_up import BARE, ENVIRONMENT, PLATFORM
from benchmarks.measure import cpu
from config import load
from config.platform import Platform
from rehearsal import needs, programs
from rehearsal.clouds import SIMULATIONS
from rehearsal.engine import Engine, EngineError
from rehearsal.layout import Layout

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

_PROGRAMS: Final = ("kueue", "helm", "pulumi")


@app.command(help=__doc__)
def main(
    stacks: Annotated[list[str] | None, typer.Argument(help="Names of stacks on clouds; prod and dev if there is none.")] = None,
    repeat: Annotated[int, typer.Option(help="How often each program is previewed; the median counts.", min=1)] = 5,
) -> None:
    console = Console(stderr=True)
    try:
        with tempfile.TemporaryDirectory(prefix="ml-platform-benchmark-") as folder:
            found = [_compare(stack, repeat, Path(folder, stack), console.print) for stack in stacks or ("prod", "dev")]
    except (load.ConfigError, EngineError, programs.ProgramError) as error:
        console.print(str(error), style="red", highlight=False, markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    result = Console()
    result.print(comparison.table(found))
    for line in (*comparison.FOOTNOTES, "", *comparison.targets(found)):
        result.print(line, highlight=False)


@dataclass(frozen=True)
class _Program:
    """A program of the stack's resources, on an engine of its own."""

    project: projects.Project
    engine: Engine

    def preview(self) -> Preview:
        """Once more from nothing. Raises EngineError."""
        begin, begin_cpu = time.perf_counter(), cpu()
        self.engine.output("preview", "--suppress-permalink")
        seconds, used = time.perf_counter() - begin, cpu() - begin_cpu
        (program,) = self.project.runs()
        return Preview(program, seconds, used)


def _compare(stack: str, repeat: int, folder: Path, report: Callable[[str], None]) -> Comparison:
    platform = load.read(stack)
    if platform.cluster.kind not in SIMULATIONS:
        raise EngineError(f"{stack} is on no simulated cloud; write for example prod")
    recorded = recording.record(lambda: components.platform.build(platform))
    source = yaml.safe_load(load.stack_file(stack).read_text())
    contenders = _prepared(
        platform,
        {PLATFORM: projects.platform(folder / "platform", source), BARE: projects.bare(folder / "bare", bare.source(recorded))},
        report,
    )
    previews: dict[str, list[Preview]] = {name: [] for name in contenders}
    for program in contenders.values():
        program.preview()  # compiles what it imports
    for _ in range(repeat):
        for name, program in contenders.items():
            previews[name].append(preview := program.preview())
            report(f"{stack} · {name}: {preview.seconds:.1f} s, {preview.program.cpu:.1f} s of CPU in the program")
    return Comparison(stack, len(recorded), previews)


def _prepared(platform: Platform, named: Mapping[str, projects.Project], report: Callable[[str], None]) -> Mapping[str, _Program]:
    obtained = programs.obtain(_PROGRAMS, report, needs.charts(platform))
    prepared: dict[str, _Program] = {}
    for name, project in named.items():
        layout = Layout(projects.STACK, project.folder)
        engine = Engine(layout, obtained, programs.charts(), SIMULATIONS[platform.cluster.kind])
        engine.environment |= ENVIRONMENT
        engine.prepare(report)
        prepared[name] = _Program(project, engine)
    return prepared


if __name__ == "__main__":
    app()
