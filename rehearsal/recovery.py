"""After a command was killed: its lock is removed, and what it had begun is found out."""

import json
import shutil
import socket
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Protocol

import psutil

from rehearsal.clouds.ledger import Ledger


class Engine(Protocol):
    """As much of the engine as is needed to find out what became of things."""

    def json(self, *arguments: str) -> Any:
        """What a `pulumi` command prints as JSON."""
        ...

    def output(self, *arguments: str) -> str:
        """What a `pulumi` command prints."""
        ...

    def answer(self, program: str, *arguments: str) -> str:
        """What another program prints; nothing when it fails."""
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


def mend_states(backend: Path, report: Callable[[str], None]) -> None:
    """Of a state that was cut off while the engine wrote it, take the one that the engine had put aside before.

    What that one does not know yet, it lists as begun, or the next refresh finds out. The state itself is replaced at once; what
    a kill cuts off is the file of attributes beside it, which the engine does without, but can't read when it is empty.
    """
    for attributes in (backend / ".pulumi").rglob("*.attrs"):
        if not _whole(attributes):
            attributes.unlink()
    for path in (backend / ".pulumi" / "stacks").rglob("*.json"):
        if _whole(path):
            continue
        before = path.with_name(f"{path.name}.bak")
        if _whole(before):
            report("the last command was interrupted while it wrote the state; the one before is taken")
            shutil.copy(before, path)
        else:  # it was the first: nothing had been begun
            path.unlink()


def _whole(path: Path) -> bool:
    try:
        json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return False
    return True


def _runs(pid: int, locked_at: str) -> bool:
    """Whether the process that took the lock still runs.

    One that started after it merely has the same number; a zombie is dead, and stays in the table until its parent looks, which
    for an orphan can take seconds.
    """
    try:
        process = psutil.Process(pid)
        started, status = process.create_time(), process.status()
    except psutil.NoSuchProcess:
        return False
    return status != psutil.STATUS_ZOMBIE and started <= datetime.fromisoformat(locked_at).timestamp()


def settle_pending(engine: Engine, clouds: Mapping[str, Ledger], report: Callable[[str], None]) -> None:
    """Of what an interrupted command had begun to make, take into the state what came to be, and forget the rest.

    Without it, the engine would make all of them again, and the API server refuse those that are there. The engine's own
    `refresh --import-pending-creates` takes them off the list and, as of 3.259, does not add them to the state. What was being
    changed or deleted is in the state already: the next refresh sees how far that came. `clouds`: package → its ledger.
    """
    exported = engine.json("stack", "export")
    state: dict[str, Any] = exported["deployment"]
    pending = state.pop("pending_operations", [])
    if not pending:
        return
    known = state.setdefault("resources", [])
    urns = {resource["urn"] for resource in known}
    creations = (operation["resource"] for operation in pending if operation["type"] == "creating")
    begun = [resource for resource in creations if resource["urn"] not in urns]
    there = [made for resource in begun if (made := _found(engine, clouds, resource))]
    report(f"the last command was interrupted: of {len(begun)} objects that it had begun to make, {len(there)} are there")
    known += there
    with NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(exported, file)
        file.flush()
        engine.output("stack", "import", "--file", file.name)


def _found(engine: Engine, clouds: Mapping[str, Ledger], resource: Mapping[str, Any]) -> dict[str, Any] | None:
    """As if the engine had been told that it was made, or None if it was not; the next refresh reads the rest."""
    package = resource["type"].partition(":")[0]
    if package == "kubernetes":
        there = _exists(engine, resource)
        return {"outputs": resource["inputs"], **resource, "id": _id(resource["inputs"])} if there else None
    entry = clouds[package].find(resource["urn"]) if package in clouds else None
    return {**resource, "outputs": entry.properties, "id": entry.id} if entry else None


def _place(inputs: Mapping[str, Any]) -> tuple[str | None, str]:
    """Namespace and name; a Helm release has them at the top."""
    metadata = inputs.get("metadata", inputs)
    return metadata.get("namespace"), metadata.get("name", "")


def _id(inputs: Mapping[str, Any]) -> str:
    """As the Kubernetes plugin makes it."""
    return "/".join(filter(None, _place(inputs)))


def _exists(engine: Engine, resource: Mapping[str, Any]) -> bool:
    token = resource["type"].partition(":")[2]
    namespace, name = _place(resource["inputs"])
    where = ["--namespace", namespace] if namespace else []
    api_version, _, kind = token.partition(":")
    if api_version.startswith("helm.sh/"):
        # One that is half made is not there: it is installed once more.
        return bool(engine.answer("helm", "list", "--deployed", "--short", "--filter", f"^{name}$", *where))
    group, _, version = api_version.rpartition("/")
    kind = kind if group == "core" else f"{kind}.{version}.{group}"
    return bool(engine.answer("kubectl", "get", kind, name, "--output=name", *where))
