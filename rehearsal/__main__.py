"""`python -m rehearsal`: a stack, end to end, on this machine."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console

from components import clusters
from config import load
from config.clusters import Aks, Eks, Existing
from rehearsal import control_plane, needs, page, programs, rehearsing
from rehearsal.autoscaling.group import Groups, SoldOut
from rehearsal.clouds import SIMULATIONS, existing, faults
from rehearsal.clouds.aws import foreign
from rehearsal.clouds.azure import foreign as azure
from rehearsal.clouds.server import Server
from rehearsal.engine import Engine, EngineError
from rehearsal.layout import Layout
from rehearsal.phases import Phases

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)

Stack = Annotated[str, typer.Option(help="The stack to rehearse: Pulumi.STACK.yaml.", envvar="STACK")]

_FAILURES = (
    load.ConfigError,
    programs.ProgramError,
    control_plane.ControlPlaneError,
    EngineError,
    rehearsing.LeftoverError,
)
"""What the user is told in one message."""


@app.command()
def up(stack: Stack = "local") -> None:
    """Build everything: the programs, the control plane, and on it the stack."""
    with _told(stack) as (layout, phases):
        engine = _ready(layout, phases)
        with phases.phase("Stack"):
            code = engine.run(*rehearsing.UP)
        if code:
            phases.console.print(f"the logs of the control plane are in {layout.logs}; once mended, the same command carries on")
            raise typer.Exit(code)
        page.show(phases.console, layout, phases)


@app.command()
def preview(stack: Stack = "local", as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False) -> None:
    """Show what `up` would change, the API server's own refusals included."""
    with _told(stack, as_json) as (layout, phases):
        engine = _ready(layout, phases)
        raise typer.Exit(engine.run("preview", "--refresh", "--json" if as_json else "--diff", "--suppress-permalink=true"))


@app.command()
def status(stack: Stack = "local") -> None:
    """Show what there is now."""
    with _told(stack) as (layout, phases):
        if not control_plane.running(layout):
            phases.console.print(f"the control plane of {stack} is not running; `make up STACK={stack}` starts it")
            raise typer.Exit(1)
        page.show(phases.console, layout, phases)


@app.command()
def destroy(stack: Stack = "local") -> None:
    """Take away everything that `up` made in the cluster; the control plane stays."""
    with _told(stack) as (layout, phases):
        engine = _ready(layout, phases)
        raise typer.Exit(engine.run(*rehearsing.DESTROY))


@app.command()
def rehearse(stack: Stack = "local") -> None:
    """All of it: `up`, the page, `destroy`, and a look at what was left behind."""
    with _told(stack) as (layout, phases):
        engine = _ready(layout, phases)
        rehearsing.run(engine, layout, phases)


@app.command()
def fail(
    resource: Annotated[str, typer.Argument(help="which: a glob over TYPE::NAME, e.g. 'aws:eks/nodeGroup:*::*h100*'")],
    how: Annotated[faults.How, typer.Argument(help="what goes wrong")],
    stack: Stack = "local",
    times: Annotated[int, typer.Option(min=1, help="how often")] = 1,
) -> None:
    """Make the stack's simulated cloud fail when it is next asked for a resource."""
    with _told(stack) as (layout, phases):
        faults.Faults(faults.file(layout)).add(faults.Fault(resource, how, times))
        phases.console.print(f"{times} × {how} for {resource}", highlight=False)


@app.command()
def sell_out(
    offerings: Annotated[
        list[str] | None,
        typer.Argument(help="MACHINE/ZONE/CAPACITY, * for any, e.g. 'p5.48xlarge/*/spot'; without any, all can be had again"),
    ] = None,
    stack: Stack = "local",
) -> None:
    """Leave the stack's simulated cloud without some machines: none can be bought, by its autoscaler neither."""
    with _told(stack) as (layout, phases):
        try:
            sold_out = [SoldOut.parse(offering) for offering in offerings or ()]
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
        Groups(layout.state / "cloud").sell_out(*sold_out)
        phases.console.print(f"sold out: {', '.join(offerings or ['nothing'])}", highlight=False)


@app.command()
def down(stack: Stack = "local") -> None:
    """End every process; `up` then carries on where this left off."""
    with _told(stack) as (layout, phases):
        control_plane.stop(layout)
        phases.console.print("every process has ended")


def _ready(layout: Layout, phases: Phases) -> Engine:
    """The engine, with all it needs running; the stack's file is checked before anything is started."""
    platform = load.read(layout.stack)
    if reason := clusters.refusal(platform):
        raise EngineError(f"Pulumi.{layout.stack}.yaml: {reason}")
    simulation = SIMULATIONS.get(platform.cluster.kind)
    with phases.phase("Programs"):
        found = programs.obtain(needs.programs(platform), phases.report, needs.charts(platform))
    with phases.phase("Control plane"):
        control_plane.start(layout, found, phases.report)
        if isinstance(platform.cluster, Existing):
            existing.populate(Server(layout), Groups(layout.state / "cloud"), platform.cluster, platform.node_pools)
        if simulation and isinstance(platform.cluster, Eks) and platform.cluster.network.existing:
            foreign.populate(simulation.ledger(layout), platform.cluster.network.existing)
        if simulation and isinstance(platform.cluster, Aks) and platform.cluster.network.existing:
            azure.populate(simulation.ledger(layout), platform.cluster.network.existing)
    with phases.phase("Engine"):
        engine = Engine(layout, found, programs.charts(), simulation)
        engine.prepare(phases.report)
    return engine


@contextmanager
def _told(stack: str, aside: bool = False) -> Generator[tuple[Layout, Phases]]:
    """Turns what goes wrong into one message. `aside`: on standard error, since standard output is for a program."""
    console = Console(soft_wrap=True, stderr=aside)
    try:
        yield Layout(stack), Phases(console)
    except _FAILURES as error:
        console.print(str(error), style="red", highlight=False, markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        console.print("interrupted; the same command carries on", style="red")
        raise typer.Exit(130) from None


if __name__ == "__main__":
    app()
