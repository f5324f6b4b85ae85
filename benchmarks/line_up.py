"""The three contenders for one number of teams, all about the same objects."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import components.platform
from benchmarks import bare, kubectl, projects, recording, stacks
from benchmarks.contenders import Contender, Program
from benchmarks.recording import Recorded
from config import load
from rehearsal.engine import Engine
from rehearsal.layout import Layout

PLATFORM, BARE, KUBECTL = CONTENDERS = ("this", "bare", "kubectl")

ENVIRONMENT: Final = {
    # What is imported is compiled once, as it is wherever nobody has asked for the opposite.
    "PYTHONDONTWRITEBYTECODE": "",
    # The file backend writes the whole state after every step: quadratic, the same for both programs, and about neither.
    "PULUMI_SKIP_CHECKPOINTS": "true",
}


@dataclass(frozen=True)
class Field:
    """Where they meet: one control plane, and a folder for their files."""

    folder: Path
    layout: Layout
    programs: Mapping[str, Path]
    charts: Path

    @property
    def cluster(self) -> kubectl.Cluster:
        """The control plane, as kubectl and helm reach it."""
        return kubectl.Cluster(self.layout.kubeconfig, self.programs, self.folder / "kubectl-cache")

    def line_up(self, teams: int, report: Callable[[str], None]) -> tuple[Sequence[Contender], int]:
        """The contenders, and the number of objects that is measured.

        Raises EngineError, and ConfigError if the stack for so many teams is no valid one.
        """
        folder = self.folder / f"{teams}-teams"
        stack_file = stacks.stack_file(teams, self.layout.kubeconfig)
        platform = load.parse(stack_file["config"], folder / f"Pulumi.{projects.STACK}.yaml")
        recorded = recording.record(lambda: components.platform.build(platform))
        release, foundation = _foundation(recorded)
        objects = [resource for resource in recorded if resource.is_object and resource not in foundation]
        names = {name for resource in foundation for name in (resource.name, *resource.within)}

        def program(name: str, project: projects.Project) -> Program:
            engine = Engine(Layout(projects.STACK, project.folder), self.programs, self.charts)
            engine.environment |= ENVIRONMENT
            engine.prepare(report)
            return Program(name, project, engine, names, release.name)

        contenders = [
            program(PLATFORM, projects.platform(folder / "platform", stack_file)),
            program(BARE, projects.bare(folder / "bare", bare.source(recorded))),
            kubectl.Kubectl(
                KUBECTL,
                self.cluster,
                kubectl.manifest(folder / "foundation.json", [resource for resource in foundation if resource.is_object]),
                release.inputs,
                self.charts,
                kubectl.manifest(folder / "objects.json", objects),
                # Kueue writes into a job whom it sends where.
                kubectl.manifest(folder / "unshared.json", (each for each in objects if each.inputs["kind"] != "Job")),
            ),
        ]
        return contenders, len(objects)


def _foundation(recorded: Sequence[Recorded]) -> tuple[Recorded, list[Recorded]]:
    """The Helm release, and everything that must be there before what needs it: the provider and the nodes too."""
    (release,) = (resource for resource in recorded if resource.is_release)
    needed = {release.urn}
    for resource in reversed(recorded):
        if resource.urn in needed:
            needed |= resource.after
    return release, [resource for resource in recorded if resource.urn in needed or resource.is_provider]
