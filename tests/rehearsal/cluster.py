"""A rehearsal's control plane, as tests handle it."""

import contextlib
import json
import os
import subprocess
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import psutil
from kubernetes import config
from kubernetes.client import ApiClient
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from rehearsal import control_plane
from rehearsal.layout import Layout
from rehearsal.processes import Ledger, alive

Manifest = dict[str, Any]


def eventually(check: Callable[[], None], within: float = 30) -> None:
    """Repeat a check until none of its assertions fails; after `within` seconds its failure is the test's."""
    attempts = Retrying(
        stop=stop_after_delay(within), wait=wait_fixed(0.1), retry=retry_if_exception_type(AssertionError), reraise=True
    )
    attempts(check)


@dataclass(frozen=True)
class Cluster:
    """One control plane and its simulated nodes."""

    layout: Layout
    programs: Mapping[str, Path]

    @property
    def kubeconfig(self) -> Path:
        """The user's own, an administrator's."""
        return self.layout.kubeconfig

    @cached_property
    def api(self) -> ApiClient:
        """The official client, with the user's kubeconfig."""
        untyped: Any = config
        return untyped.new_client_from_config(str(self.kubeconfig))

    def start(self) -> list[str]:
        """Start it, or find it started; what was reported meanwhile."""
        reports: list[str] = []
        control_plane.start(self.layout, self.programs, reports.append)
        return reports

    def stop(self) -> None:
        """End all of its processes."""
        control_plane.stop(self.layout)

    def process(self, name: str) -> psutil.Process:
        """The running process of this name in the ledger."""
        process = alive(Ledger(self.layout.processes).get(name))
        assert process, f"{name} is not running"
        return process

    def processes(self) -> list[psutil.Process]:
        """All processes in the ledger that run."""
        entries = Ledger(self.layout.processes).entries().values()
        return [process for process in map(alive, entries) if process]

    def kubectl(self, *arguments: str, manifests: Iterable[Manifest] = (), kubeconfig: Path | None = None) -> str:
        """What kubectl prints; raises `RefusedError` with what it complains of."""
        done = subprocess.run(
            [self.programs["kubectl"], f"--kubeconfig={kubeconfig or self.kubeconfig}", *arguments],
            input="\n---\n".join(json.dumps(manifest) for manifest in manifests),
            env={**os.environ, "KUBECACHEDIR": str(self.layout.discovery)},
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RefusedError(done.stderr)
        return done.stdout

    def apply(self, *manifests: Manifest) -> None:
        """Server-side apply; raises `RefusedError`."""
        self.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", manifests=manifests)

    def get(self, kind: str, name: str = "", namespace: str = "default", selector: str = "") -> Any:
        """An object or, without a name, the list of the namespace's."""
        chosen = [name] if name else [f"--selector={selector}"]
        found = json.loads(self.kubectl("get", kind, *chosen, f"--namespace={namespace}", "--output=json"))
        return found if name else found["items"]

    def node(
        self,
        name: str,
        capacity: Mapping[str, str] | None = None,
        devices: Mapping[str, str] | None = None,
        labels: Mapping[str, str] | None = None,
        taints: Iterable[Mapping[str, str]] = (),
    ) -> None:
        """Add a simulated node, and wait until it is Ready."""
        annotations = {
            "kwok.x-k8s.io/node": "fake",
            "rehearsal.ml-platform.dev/capacity": json.dumps(dict(capacity or {})),
            "rehearsal.ml-platform.dev/devices": json.dumps(dict(devices or {})),
        }
        all_labels = {"kwok.x-k8s.io/node": "fake", "kubernetes.io/hostname": name, **(labels or {})}
        self.apply(
            {
                "apiVersion": "v1",
                "kind": "Node",
                "metadata": {"name": name, "labels": all_labels, "annotations": annotations},
                "spec": {"taints": list(taints)},
            }
        )
        self.kubectl("wait", "node", name, "--for=condition=Ready", "--timeout=60s")


class RefusedError(Exception):
    """kubectl failed; the message is what it printed."""


def listening(processes: Iterable[psutil.Process]) -> set[tuple[str, int]]:
    """The addresses that these processes listen on."""
    found: set[tuple[str, int]] = set()
    for process in processes:
        with contextlib.suppress(psutil.AccessDenied, psutil.NoSuchProcess):  # another user's, or one that has just ended
            connections = process.net_connections(kind="inet")
            found |= {(each.laddr.ip, each.laddr.port) for each in connections if each.status == psutil.CONN_LISTEN}
    return found
