"""After a command was killed: its lock is removed, and what it had begun is found out."""

import json
import socket
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import psutil


class Engine(Protocol):
    """As much of the engine as is needed to find out what became of things."""

    def json(self, *arguments: str) -> Any:
        """What a `pulumi` command prints as JSON."""
        ...

    def output(self, *arguments: str) -> str:
        """What a `pulumi` command prints."""
        ...

    def succeeds(self, program: str, *arguments: str) -> bool:
        """Whether another program exits with 0."""
        ...


def release_stale_locks(backend: Path) -> str | None:
    """Remove locks whose process is gone; the holder of one that is not, in words."""
    for path in (backend / ".pulumi" / "locks").rglob("*.json"):
        try:
            lock: dict[str, Any] = json.loads(path.read_text())
        except FileNotFoundError:
            continue
        except json.JSONDecodeError:
            # Killed while writing it.
            path.unlink()
            continue
        if lock["hostname"] == socket.gethostname() and not _runs(lock["pid"], lock["timestamp"]):
            path.unlink()
        else:
            return f"{lock['username']}@{lock['hostname']} (pid {lock['pid']}) since {lock['timestamp']}"
    return None


def _runs(pid: int, locked_at: str) -> bool:
    """Whether the process that took the lock still runs; one that started after it merely has the same number."""
    try:
        started = psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return False
    return started <= datetime.fromisoformat(locked_at).timestamp()


def settle_pending(engine: Engine, report: Callable[[str], None]) -> None:
    """Of the objects that an interrupted command had begun to make, import those that came to be and forget the others.

    Without it, the engine would make all of them again, and the API server refuse those that are there.
    """
    operations = engine.json("stack", "export")["deployment"].get("pending_operations", [])
    begun = [operation["resource"] for operation in operations if operation["type"] == "creating"]
    if not begun:
        return
    there = {resource["urn"]: _id(resource["inputs"]) for resource in begun if _exists(engine, resource)}
    report(f"the last command was interrupted: of {len(begun)} objects that it had begun to make, {len(there)} are there")
    imports = [f"--import-pending-creates={part}" for pair in there.items() for part in pair]
    engine.output("refresh", "--yes", "--skip-preview", "--clear-pending-creates", *imports)


def _place(inputs: Mapping[str, Any]) -> tuple[str | None, str]:
    """Namespace and name; a Helm release has them at the top."""
    metadata = inputs.get("metadata", inputs)
    return metadata.get("namespace"), metadata.get("name", "")


def _id(inputs: Mapping[str, Any]) -> str:
    """As the Kubernetes plugin makes it."""
    return "/".join(filter(None, _place(inputs)))


def _exists(engine: Engine, resource: Mapping[str, Any]) -> bool:
    package, _, token = resource["type"].partition(":")
    if package != "kubernetes":
        return False
    namespace, name = _place(resource["inputs"])
    where = ["--namespace", namespace] if namespace else []
    api_version, _, kind = token.partition(":")
    if api_version.startswith("helm.sh/"):
        return engine.succeeds("helm", "status", name, *where)
    group, _, version = api_version.rpartition("/")
    return engine.succeeds("kubectl", "get", kind if group == "core" else f"{kind}.{version}.{group}", name, *where)
