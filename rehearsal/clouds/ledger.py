"""What exists in a simulated cloud: one JSON file for each resource, whoever asked for it and whether or not Pulumi knows."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from rehearsal.files import write_atomically
from rehearsal.plugins.values import Json

_LONGEST = 200
"""Characters of a file's name, and there must be room for more while it is written."""


FOREIGN: Final = "somebody else's"
"""URN of what was there before the stack, and is there after it."""


@dataclass(frozen=True)
class Entry:
    """One resource, as the cloud has it."""

    type: str
    """Its Pulumi type, e.g. `aws:ec2/vpc:Vpc`; of what the cloud itself makes, a name of the cloud's own."""
    id: str
    urn: str
    """Who asked for it; empty for what the cloud made by itself."""
    inputs: Json
    properties: Json
    """Inputs and what the cloud added to them."""
    unfinished: str = ""
    """What it is that it still waits for; empty for one that is as it should be."""

    def get(self, name: str) -> Any:
        """A property, or `id`."""
        return self.id if name == "id" else self.properties.get(name)

    def changed(self, **properties: Any) -> "Entry":
        """With other values of these properties, as when somebody changes them without Pulumi."""
        return replace(self, properties={**self.properties, **properties})


class Ledger:
    """A folder of entries. Each is written as a whole, so that a killed plugin leaves no half of one."""

    def __init__(self, folder: Path):
        self.folder = folder

    def __iter__(self) -> Iterator[Entry]:
        """Everything, in no order."""
        for file in self.folder.glob("*/*.json"):
            if entry := _read(file):
                yield entry

    def of(self, kind: str) -> list[Entry]:
        """The resources of one type, by id."""
        entries = (_read(file) for file in (self.folder / _name(kind)).glob("*.json"))
        return sorted((entry for entry in entries if entry), key=lambda entry: entry.id)

    def get(self, kind: str, identifier: str) -> Entry | None:
        """The one of this id."""
        return _read(self._file(kind, identifier))

    def find(self, urn: str) -> Entry | None:
        """What a Pulumi resource asked for: of several (a replacement stands beside the old one), the one made last."""
        files = [file for file in self.folder.glob("*/*.json") if (entry := _read(file)) and entry.urn == urn]
        return _read(max(files, key=lambda file: file.stat().st_mtime_ns)) if files else None

    def put(self, entry: Entry) -> None:
        """Add a resource, or change it."""
        file = self._file(entry.type, entry.id)
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, json.dumps(asdict(entry), indent=2))

    def remove(self, entry: Entry) -> None:
        """It exists no longer; that it did not is no error."""
        self._file(entry.type, entry.id).unlink(missing_ok=True)

    def _file(self, kind: str, identifier: str) -> Path:
        return self.folder / _name(kind) / f"{_short(quote(identifier, safe=''))}.json"


def _name(kind: str) -> str:
    return quote(kind, safe="").replace("%3A", ".").replace("%2F", ".")


def _short(name: str) -> str:
    """A file's name may have 255 characters, and an id of Azure's has more."""
    return name if len(name) <= _LONGEST else f"{name[-_LONGEST + 17 :]}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def _read(file: Path) -> Entry | None:
    try:
        return Entry(**json.loads(file.read_text()))
    except FileNotFoundError:  # it went between the listing and the reading
        return None
