"""Starting and stopping the background process that owns a control plane."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import psutil
import yaml
from filelock import FileLock, Timeout

from rehearsal.control_plane import pki
from rehearsal.control_plane.certificates import Authority
from rehearsal.control_plane.kubeconfig import write_kubeconfig
from rehearsal.control_plane.site import Site
from rehearsal.layout import CHECKOUT, Layout
from rehearsal.processes import Entry, Ledger, alive, terminate

_LEAST_SPACE = 256 * 2**20
"""Bytes that must be free: etcd lays out 128 MiB at once, and dies without a word about the disk when it cannot."""
_POLL = 0.05
_STOP_TIMEOUT = 60
"""Seconds in which a supervisor must have ended its children."""


class ControlPlaneError(Exception):
    """The control plane cannot be started or stopped. The message is for the user, and names the log."""


def start(layout: Layout, programs: Mapping[str, Path], report: Callable[[str], None]) -> None:
    """Have this stack's control plane running, with these programs, and ready; return at once when it is.

    `programs` needs etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kwok; Kueue's controller is run if `kueue`
    is among them, and an autoscaler if `karpenter` is. `report` is told, in a line, what is waited for. The data of the last run
    is kept.

    Raises `ControlPlaneError`.
    """
    ledger = Ledger(layout.processes)
    if alive(ledger.get("supervisor")) and _outdated(ledger, programs):
        report("restarting the control plane: its programs have changed")
        stop(layout)
    process = None
    if alive(entry := ledger.get("supervisor")):
        if not entry.ready:
            report(f"waiting for the control plane that process {entry.pid} has been starting since {_clock(entry)}")
    else:
        report("starting the control plane")
        process = _spawn(layout, _supervisor(layout, programs))
    _wait(layout, ledger, process)
    # A kubeconfig that was deleted or damaged meanwhile is made anew.
    ports = {name: entry.ports for name, entry in ledger.entries().items()}
    Site(layout, programs, ports, pki.prepare(layout.pki)).write_kubeconfigs()


def stop(layout: Layout) -> None:
    """End every process of this stack's rehearsal, those that a killed supervisor has left behind too; the data is kept.

    Nothing happens when none is running. Raises `ControlPlaneError` when the supervisor does not end.
    """
    ledger = Ledger(layout.processes)
    if process := alive(entry := ledger.get("supervisor")):
        try:
            process.terminate()
            process.wait(_STOP_TIMEOUT)
        except psutil.NoSuchProcess:
            pass
        except psutil.TimeoutExpired:
            message = f"process {entry.pid}, the supervisor, did not end in {_STOP_TIMEOUT} s; its log: {_log(layout)}"
            raise ControlPlaneError(message) from None
    if not layout.processes.exists():
        return
    try:
        with FileLock(layout.state / "supervisor.lock", timeout=_STOP_TIMEOUT):
            entries = ledger.entries()
            terminate(reversed(entries.values()))
            for name, entry in entries.items():
                ledger.put(name, entry.model_copy(update={"pid": None, "ready": False}))
    except Timeout:
        raise ControlPlaneError(f"another command is starting this control plane; try again, or see {_log(layout)}") from None


def running(layout: Layout) -> bool:
    """Whether the control plane is there and was ready."""
    entry = Ledger(layout.processes).get("supervisor")
    return entry.ready and alive(entry) is not None


def member_kubeconfig(layout: Layout, user: str, groups: Sequence[str]) -> Path:
    """A kubeconfig with which the API server knows this user as a member of these groups (a client certificate, one year).

    In `.rehearsal/<stack>/members/`. Raises `ControlPlaneError` when the control plane was never started.
    """
    try:
        cluster = yaml.safe_load(layout.kubeconfig.read_text())["clusters"][0]
    except FileNotFoundError:
        raise ControlPlaneError(f"there is no control plane to sign in to: {layout.kubeconfig} is missing") from None
    authority = Authority(layout.pki, "cluster-ca")
    folder = layout.state / "members"
    path = folder / f"{quote(user, safe='@')}.kubeconfig"
    write_kubeconfig(
        path,
        context=f"{cluster['name']}-{user}",
        server=cluster["cluster"]["server"],
        authority=authority.files.certificate,
        user=user,
        credentials=authority.client(f"member-{quote(user, safe='@')}", user, groups),
    )
    return path


def _supervisor(layout: Layout, programs: Mapping[str, Path]) -> list[str]:
    paths = json.dumps({name: str(path) for name, path in programs.items()})
    return [sys.executable, "-m", "rehearsal.supervisor", str(layout.checkout), layout.stack, paths]


def _outdated(ledger: Ledger, programs: Mapping[str, Path]) -> bool:
    """Whether something runs of which there is another program now; `kueue/POD` is an instance of `kueue`."""
    running = {name.partition("/")[0]: entry.argv[0] for name, entry in ledger.entries().items() if entry.pid and entry.argv}
    return any(name in programs and str(programs[name]) != path for name, path in running.items())


def _spawn(layout: Layout, argv: Sequence[str]) -> subprocess.Popen[bytes]:
    try:
        layout.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        layout.logs.mkdir(parents=True, exist_ok=True, mode=0o700)
        layout.etcd.mkdir(parents=True, exist_ok=True, mode=0o700)  # etcd insists on the mode
        free = shutil.disk_usage(layout.state).free
        if free < _LEAST_SPACE:
            raise ControlPlaneError(
                f"{layout.state} has {free >> 20} MiB of free space left, and the control plane needs {_LEAST_SPACE >> 20} MiB"
            )
        with _log(layout).open("ab") as log:
            # A session of its own: Ctrl-C in the terminal ends the command, not the control plane.
            return subprocess.Popen(
                argv, cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, env=_environment()
            )
    except OSError as error:
        raise ControlPlaneError(f"cannot keep the control plane's files in {layout.state}: {error.strerror}") from error


def _wait(layout: Layout, ledger: Ledger, process: subprocess.Popen[bytes] | None) -> None:
    began = time.time()
    while True:
        entry = ledger.get("supervisor")
        if alive(entry):
            if entry.ready:
                return
        elif process is None or process.poll() is not None:
            mine = process is None or entry.started > began - 1
            reason = (mine and entry.failure) or f"it ended by itself; its log: {_log(layout)}"
            raise ControlPlaneError(f"the control plane did not start: {reason}")
        time.sleep(_POLL)


def _environment() -> dict[str, str]:
    """Ours without proxies: everything that the supervisor and its children talk to is on this machine."""
    return {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}


def _log(layout: Layout) -> Path:
    return layout.logs / "supervisor.log"


def _clock(entry: Entry) -> str:
    return f"{datetime.fromtimestamp(entry.started):%H:%M:%S}"
