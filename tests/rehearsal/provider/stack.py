"""A small Pulumi stack on the stand-in plugins, as tests drive it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

from rehearsal.layout import CHECKOUT

_LAUNCHERS = {
    "pulumi-language-python": "rehearsal.plugins.language",
    "pulumi-resource-kubernetes": "rehearsal.plugins.kubernetes",
}
_PREAMBLE = """\
import pulumi
import pulumi_kubernetes as k8s

cluster = k8s.Provider("cluster", kubeconfig={kubeconfig!r}, cluster_identifier="test")
on_cluster = pulumi.ResourceOptions(provider=cluster)
NAMESPACE = {namespace!r}

"""


@dataclass(frozen=True)
class Stack:
    """One project in a folder of its own, whose program the test writes; `cluster` and `NAMESPACE` are defined in it."""

    folder: Path
    programs: Mapping[str, Path]
    kubeconfig: Path
    namespace: str
    variables: Mapping[str, str]

    def create(self) -> None:
        """The project, its empty state, and the launchers of the plugins."""
        (self.folder / "bin").mkdir(parents=True)
        for name, module in _LAUNCHERS.items():
            launcher = self.folder / "bin" / name
            launcher.write_text(f'#!/bin/sh\nPYTHONPATH={CHECKOUT} exec {sys.executable} -m {module} "$@"\n')
            launcher.chmod(0o755)
        (self.folder / "backend").mkdir()
        (self.folder / "Pulumi.yaml").write_text("name: test\nruntime: python\n")
        self.run("stack", "init", "test")

    def program(self, text: str) -> None:
        """What the stack is to be."""
        preamble = _PREAMBLE.format(kubeconfig=str(self.kubeconfig), namespace=self.namespace)
        (self.folder / "__main__.py").write_text(preamble + dedent(text))

    def up(self, *options: str) -> str:
        """The whole output; raises `CommandError` when it fails."""
        return self.run("up", "--yes", "--skip-preview", *options)

    def preview(self, *options: str) -> str:
        """The whole output; raises `CommandError` when it fails."""
        return self.run("preview", *options)

    def outputs(self) -> Any:
        """The stack's outputs, secrets hidden."""
        return json.loads(self.run("stack", "output", "--json"))

    @property
    def state(self) -> str:
        """The file in which Pulumi keeps the stack."""
        return (self.folder / "backend/.pulumi/stacks/test/test.json").read_text()

    def resource(self, name: str) -> Any:
        """A resource in the state."""
        resources = json.loads(self.state)["checkpoint"]["latest"]["resources"]
        return next(item for item in resources if item["urn"].endswith(f"::{name}"))

    def run(self, *arguments: str) -> str:
        """Any Pulumi command, to its end."""
        process = self.start(*arguments)
        output, _ = process.communicate(timeout=120)
        if process.returncode:
            raise CommandError(output)
        return output

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Any Pulumi command, in the background; both outputs in one."""
        environment = {
            **os.environ,
            **self.variables,
            "PATH": os.pathsep.join([str(self.folder / "bin"), str(self.programs["helm"].parent), os.environ["PATH"]]),
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'backend'}",
            "PULUMI_CONFIG_PASSPHRASE": "test",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }
        return subprocess.Popen(
            [self.programs["pulumi"], *arguments, "--non-interactive", "--color=never"],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


class CommandError(Exception):
    """A Pulumi command failed; `str()` is what it printed."""
