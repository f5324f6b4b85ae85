"""Faults that a simulated cloud is told to have. They are kept beside the ledger, so that a running command meets them too."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal, get_args

from rehearsal.files import write_atomically
from rehearsal.layout import Layout

How = Literal["throttled", "quota", "capacity", "timeout"]
"""`throttled`: asked too often, works when tried again. `quota`, `capacity`: refused. `timeout`: half made, never finished."""

HOWS: Sequence[How] = get_args(How)


@dataclass(frozen=True)
class Fault:
    """What goes wrong with the creation of some resources."""

    resource: str
    """Which: a glob over `type::name`, e.g. `aws:eks/nodeGroup:*::*h100*`."""
    how: How
    times: int
    """How often it still happens."""


def file(layout: Layout) -> Path:
    """Where a rehearsal's faults are kept."""
    return layout.state / "cloud" / "faults.json"


class Faults:
    """The faults to come."""

    def __init__(self, file: Path):
        self._file = file

    def __iter__(self) -> Iterator[Fault]:
        if self._file.exists():
            yield from (Fault(**fault) for fault in json.loads(self._file.read_text()))

    def add(self, fault: Fault) -> None:
        """From now on."""
        self._write([*self, fault])

    def clear(self) -> None:
        """The cloud is well again."""
        self._file.unlink(missing_ok=True)

    def take(self, kind: str, name: str, hows: Sequence[How] = HOWS) -> How | None:
        """Which of these goes wrong with this creation, if any; it then has one time less to happen."""
        faults = list(self)
        for index, fault in enumerate(faults):
            if fault.how in hows and fnmatchcase(f"{kind}::{name}", fault.resource):
                left = [replace(fault, times=fault.times - 1)] if fault.times > 1 else []
                self._write([*faults[:index], *left, *faults[index + 1 :]])
                return fault.how
        return None

    def _write(self, faults: Sequence[Fault]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(self._file, json.dumps([asdict(fault) for fault in faults], indent=2))
