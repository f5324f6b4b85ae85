"""A stack from nothing to nothing: brought up, looked at, taken away, and what is left of it told."""

from typing import Any

import typer

from config import load
from config.platform import Platform
from rehearsal import leftovers, page, project
from rehearsal.engine import Engine
from rehearsal.layout import Layout
from rehearsal.phases import Phases

UP = ("up", "--yes", "--skip-preview", "--refresh", "--suppress-permalink=true")
DESTROY = ("destroy", "--yes", "--skip-preview", "--refresh", "--suppress-permalink=true")


class LeftoverError(Exception):
    """A stack that was destroyed left something behind."""


def run(engine: Engine, layout: Layout, phases: Phases) -> None:
    """Raises typer.Exit with Pulumi's own code when a step fails, and LeftoverError."""
    with phases.phase("Stack"):
        _must(engine.run(*UP))
    page.show(phases.console, layout, phases)
    retained = _retained(engine)
    if protected(load.read(layout.stack)):
        with phases.phase("Protection off"):  # as a user has to, before a cluster that the stack protects can go
            project.unprotect(layout)
            _must(engine.run(*UP))
    with phases.phase("Destroy"):
        _must(engine.run(*DESTROY))
    left = leftovers.found(engine, retained)
    if left.lost:
        raise LeftoverError(f"destroyed, and yet there are {', '.join(left.lost)}; see {layout.state / 'cloud'} and `kubectl`")
    phases.console.print(f"nothing is left{' but what is meant to stay' if left.kept else ''}: {phases}", highlight=False)
    for name in left.kept:
        phases.console.print(f"  {name}", highlight=False, soft_wrap=True)


def protected(platform: Platform) -> bool:
    """Whether the cloud refuses to delete the stack's cluster until the stack file says otherwise."""
    return getattr(platform.cluster, "deletion_protection", False)


def _must(code: int) -> None:
    if code:
        raise typer.Exit(code)


def _retained(engine: Engine) -> set[str]:
    """URNs of what the program asks to keep when its stack goes."""
    resources: list[dict[str, Any]] = engine.json("stack", "export")["deployment"].get("resources", [])
    return {resource["urn"] for resource in resources if resource.get("retainOnDelete")}
