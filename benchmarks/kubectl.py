"""The same objects without Pulumi: `kubectl apply --server-side`, one file."""

import json
import os
import subprocess
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.recording import Recorded
from components.naming import MANAGED

_EMPTYING_SECONDS: Final = 600
"""How long the last objects of the largest stack may take to be gone, once deletion has been asked for."""


class KubectlError(Exception):
    """A command failed; the text is what it complained of."""


@dataclass(frozen=True)
class Cluster:
    """The control plane, through its own programs."""

    kubeconfig: Path
    programs: Mapping[str, Path]
    cache: Path
    """Where kubectl keeps what it has learnt of the API."""

    def run(self, program: str, *arguments: str) -> str:
        """What `kubectl` or `helm` prints. Raises KubectlError."""
        environment = {**os.environ, "KUBECONFIG": str(self.kubeconfig), "KUBECACHEDIR": str(self.cache)}
        command = [str(self.programs[program]), *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if done.returncode:
            raise KubectlError(f"{program} {arguments[0]}: {done.stderr.strip()}")
        return done.stdout

    def await_emptiness(self) -> None:
        """Wait until nothing of a stack is left, volumes and namespaces included. Raises KubectlError."""
        ours = ",".join(f"{key}={value}" for key, value in MANAGED.items())
        self.await_absence("namespaces,nodes,clusterroles", f"--selector={ours}")
        self.await_absence("persistentvolumes")

    def await_absence(self, *query: str) -> None:
        """Wait until `kubectl get` finds nothing. Raises KubectlError."""
        until = time.monotonic() + _EMPTYING_SECONDS
        while left := self.run("kubectl", "get", "--output=name", *query).split():
            if time.monotonic() > until:
                raise KubectlError(f"not gone in {_EMPTYING_SECONDS} s: {', '.join(left)}")
            time.sleep(1)


@dataclass(frozen=True)
class Kubectl:
    """Applies objects in the order in which the program registers them; every method raises KubectlError."""

    name: str
    cluster: Cluster
    foundation: Path
    """A file of the objects that are not measured."""
    release: Mapping[str, Any]
    """The Helm release's inputs, as Pulumi's plugin gets them."""
    charts: Path
    objects: Path
    """A file of all other objects."""
    unshared: Path
    """A file of those that no controller has taken over since: applied again, these are no conflict."""

    def found(self) -> None:
        """The foundation's objects, then the release, by helm itself."""
        self._apply(self.foundation)
        values = self.foundation.with_suffix(".values")
        values.write_text(json.dumps(self.release["values"]))
        chart = self.charts / f"{self.release['chart'].rpartition('/')[2]}-{self.release['version']}"
        self.cluster.run("helm", "install", *self._released, str(chart), f"--values={values}", "--wait")

    def create(self) -> None:
        """Returns when the API server has the objects; whether they get ready is not waited for."""
        self._apply(self.objects)

    def repeat(self) -> None:
        """The same command, for what can be applied again."""
        self._apply(self.unshared)

    def preview(self) -> None:
        """The API server goes through all of it, and keeps nothing."""
        self._apply(self.unshared, "--dry-run=server")

    def destroy(self) -> None:
        """In the opposite order."""
        self._delete(self.objects)
        self.cluster.run("helm", "uninstall", *self._released, "--wait")
        self._delete(self.foundation)

    def peak(self) -> int | None:
        """There is no program."""
        return None

    @property
    def _released(self) -> tuple[str, str]:
        return self.release["name"], f"--namespace={self.release['namespace']}"

    def _apply(self, file: Path, *arguments: str) -> None:
        self.cluster.run("kubectl", "apply", "--server-side", f"--filename={file}", *arguments)

    def _delete(self, file: Path) -> None:
        backwards = file.with_suffix(".backwards")
        content = json.loads(file.read_text())
        backwards.write_text(json.dumps({**content, "items": content["items"][::-1]}))
        # Its own waiting looks at five objects a second.
        self.cluster.run("kubectl", "delete", "--wait=false", f"--filename={backwards}")
        self.cluster.await_absence("--ignore-not-found", f"--filename={backwards}")


def manifest(path: Path, resources: Iterable[Recorded]) -> Path:
    """A file of these objects, written to `path`."""
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": [dict(resource.inputs) for resource in resources]}))
    return path
