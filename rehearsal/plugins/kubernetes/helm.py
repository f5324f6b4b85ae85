"""The `helm` program, and the record that Helm keeps of its releases."""

import base64
import gzip
import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from rehearsal.plugins.cancellation import Cancellation
from rehearsal.plugins.kubernetes.client import Client
from rehearsal.plugins.kubernetes.errors import ProviderError
from rehearsal.plugins.kubernetes.objects import Kind
from rehearsal.plugins.values import Json

_SECRET = Kind("v1", "Secret")


@dataclass(frozen=True)
class Helm:
    """Runs `helm` from PATH on one cluster. `folder` is private to this process."""

    kubeconfig: Path
    folder: Path
    cancellation: Cancellation

    def run(self, *arguments: str) -> str:
        """Its output. Raises `ProviderError` with its own message; ends it when the operation is cancelled."""
        program = shutil.which("helm")
        if program is None:
            raise ProviderError("`helm` is not on PATH; a Helm release needs it")
        process = subprocess.Popen(
            [program, *arguments, "--kubeconfig", str(self.kubeconfig)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with self.cancellation.waking(process.terminate):
            output, errors = process.communicate()
        if process.returncode:
            lines = [line for line in errors.splitlines() if not line.startswith(("WARNING:", "W1", "I1"))]
            raise ProviderError("\n".join(lines).removeprefix("Error: ") or f"helm ended with code {process.returncode}")
        return output

    def values_file(self, name: str, values: Json) -> Path:
        """The values in a file that only this user can read: a command line can be read by everyone."""
        path = self.folder / f"{name}-values.yaml"
        path.touch(mode=0o600)
        path.write_text(yaml.safe_dump(values))
        return path


def record(client: Client, namespace: str, name: str) -> Json | None:
    """Helm's record of a release's latest revision: its chart, values, manifest and status. None when there is none."""
    path = client.resource(_SECRET).path(namespace)
    found: list[Any] = client.request("GET", path, labelSelector=f"owner=helm,name={name}")["items"]
    if not found:
        return None
    latest = max(found, key=lambda item: int(item["metadata"]["labels"]["version"]))
    packed = base64.b64decode(base64.b64decode(latest["data"]["release"]))  # once by Kubernetes, once by Helm
    return json.loads(gzip.decompress(packed))


def resource_names(manifest: str) -> dict[str, list[str]]:
    """The names of what a release is made of, by kind: `{"Deployment.apps/apps/v1": ["web"], "Service/v1": …}`."""
    names: dict[str, set[str]] = {}
    for item in yaml.safe_load_all(manifest):
        if not item or not item.get("kind"):
            continue
        kind = Kind.of(item)
        group_kind = f"{kind.name}.{kind.group}" if kind.group else kind.name
        place = item["metadata"].get("namespace")
        name = item["metadata"]["name"]
        names.setdefault(f"{group_kind}/{kind.api_version}", set()).add(f"{place}/{name}" if place else name)
    return {kind: sorted(found) for kind, found in sorted(names.items())}


def locate_chart(chart: str, version: str, charts: str | None) -> Path:
    """The folder of a chart: where `chart` leads itself, else `<charts>/<last part of chart>-<version>`.

    Without a version the only one in the folder is taken. Raises `ProviderError` saying what is missing, and where.
    """
    if (Path(chart) / "Chart.yaml").is_file():
        return Path(chart).resolve()
    if not charts:
        raise ProviderError(f"chart {chart} cannot be downloaded here, and ML_PLATFORM_CHARTS names no folder of charts")
    name = chart.rstrip("/").rpartition("/")[2]
    found = sorted(path.parent for path in Path(charts).glob(f"{name}-{version or '*'}/Chart.yaml"))
    if len(found) != 1:
        there = f"there are {', '.join(path.name for path in found)}" if found else "there is none"
        raise ProviderError(f"chart {chart} is looked for as {charts}/{name}-{version or '<version>'}, and {there}")
    return found[0]


def chart_version(folder: Path) -> str:
    return str(yaml.safe_load((folder / "Chart.yaml").read_text())["version"])
