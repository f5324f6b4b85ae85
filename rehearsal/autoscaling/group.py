"""What a simulated cloud and the autoscaler say to each other: node groups that may grow, such as the autoscaler may make by
itself, and offerings that are sold out.

The cloud writes a file for each group when it creates one, and removes it when it deletes one.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from pydantic import TypeAdapter, ValidationError

from config import catalog
from rehearsal.clouds.nodes import Template
from rehearsal.files import write_atomically

CapacityType = Literal["reserved", "on-demand", "spot"]
Scaler = Literal["cloud", "cluster-autoscaler", "karpenter"]

NODE_POOL = "karpenter.sh/nodepool"
"""Label of each node that the autoscaler has added → the group's name."""


@dataclass(frozen=True)
class Group:
    """A node group, as far as its autoscaler needs to know it."""

    template: Template
    """What its nodes are like. Its `group`, a DNS label, names the group."""
    zones: tuple[str, ...]
    min: int
    """Nodes that the cloud makes itself, when it makes the group."""
    max: int
    """Nodes with those: the autoscaler adds at most max - min."""
    scaler: Scaler
    """Who moves it: the cloud always does; the others while a pod of their Deployment is ready."""
    capacity: CapacityType = "on-demand"

    @property
    def name(self) -> str:
        """Of its own in the cluster."""
        return self.template.group


@dataclass(frozen=True)
class SoldOut:
    """Machines of which the cloud has none to give. `*` stands for any."""

    machine: str = "*"
    zone: str = "*"
    capacity: CapacityType | Literal["*"] = "*"

    @classmethod
    def parse(cls, text: str) -> "SoldOut":
        """From `MACHINE/ZONE/CAPACITY`. Raises ValueError, which says what to write instead."""
        machine, zone, capacity = (*text.split("/"), *3 * ("",))[:3]
        if text.count("/") != 2 or not (machine and zone):
            raise ValueError(f"{text!r} is not MACHINE/ZONE/CAPACITY; write e.g. 'p5.48xlarge/*/spot'")
        if machine != "*" and machine not in catalog.by_name():
            raise ValueError(f"{text!r}: the catalogue has no machine {machine!r}; write one that config/machines.tsv has, or *")
        if capacity not in ("*", *get_args(CapacityType)):
            raise ValueError(f"{text!r}: machines are not bought as {capacity!r}; write {', '.join(get_args(CapacityType))} or *")
        return TypeAdapter(cls).validate_python({"machine": machine, "zone": zone, "capacity": capacity})

    def covers(self, machine: str, zone: str, capacity: CapacityType) -> bool:
        """Whether an offering is among them."""
        mine = (self.machine, self.zone, self.capacity)
        return all(said in ("*", asked) for said, asked in zip(mine, (machine, zone, capacity), strict=True))


@dataclass(frozen=True)
class AutoCreation:
    """That the cloud's autoscaler makes groups by itself."""

    region: str
    zones: tuple[str, ...]
    limits: Mapping[str, int]
    """Resource, in the cloud's own words → how much of it the nodes may have."""


_LOOK = 0.5
"""Seconds between two looks."""

_log = logging.getLogger(__name__)
_GROUP = TypeAdapter(Group)
_SOLD_OUT = TypeAdapter(tuple[SoldOut, ...])
_AUTO_CREATION = TypeAdapter(AutoCreation)


@dataclass(frozen=True)
class Groups:
    """The files of one rehearsal, in the folder `cloud` of its state."""

    folder: Path

    def all(self) -> dict[str, Group]:
        """Name → group. Raises `pydantic.ValidationError`, and `OSError`, for a file that cannot be read."""
        groups = [_GROUP.validate_json(path.read_bytes()) for path in sorted(self.folder.glob("groups/*.json"))]
        return {group.name: group for group in groups}

    def put(self, group: Group) -> None:
        """Have the autoscaler move this group, from now on as it is here."""
        write_atomically(self._path(group.name), _GROUP.dump_json(group, indent=2).decode())

    def remove(self, name: str) -> None:
        """The group is deleted: the autoscaler drains the nodes that it has added, and removes them."""
        self._path(name).unlink(missing_ok=True)

    def auto_creation(self) -> AutoCreation | None:
        """What groups the autoscaler may make; None: it makes none. Raises as `all` does."""
        return _AUTO_CREATION.validate_json(self._made.read_bytes()) if self._made.exists() else None

    def make(self, within: AutoCreation | None) -> None:
        """Have the autoscaler make groups by itself, or none any more."""
        if within:
            write_atomically(self._made, _AUTO_CREATION.dump_json(within, indent=2).decode())
        else:
            self._made.unlink(missing_ok=True)

    def sold_out(self) -> tuple[SoldOut, ...]:
        """What cannot be had; nothing unless somebody said so. Raises as `all` does."""
        return _SOLD_OUT.validate_json(self._no_capacity.read_bytes()) if self._no_capacity.exists() else ()

    def sell_out(self, *offerings: SoldOut) -> None:
        """From now on exactly these cannot be had; none: everything can."""
        write_atomically(self._no_capacity, _SOLD_OUT.dump_json(offerings, indent=2).decode())

    @property
    def _no_capacity(self) -> Path:
        return self.folder / "no-capacity.json"

    @property
    def _made(self) -> Path:
        return self.folder / "auto-creation.json"

    def _path(self, name: str) -> Path:
        return self.folder / "groups" / f"{name}.json"


class Watched:
    """What the files say, looked at twice a second. While one of them cannot be read, what they said before."""

    def __init__(self, files: Groups):
        self._files = files
        self.groups: dict[str, Group] = {}
        self.auto_creation: AutoCreation | None = None
        self.sold_out: tuple[SoldOut, ...] = ()
        self.synced = False
        self.changed: Callable[[], None] = lambda: None

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                seen = self._files.all(), self._files.auto_creation(), self._files.sold_out()
            except (OSError, ValidationError) as error:
                _log.warning("%s: %s", self._files.folder, error)
            else:
                if not self.synced or seen != (self.groups, self.auto_creation, self.sold_out):
                    self.groups, self.auto_creation, self.sold_out = seen
                    self.synced = True
                    self.changed()
            await asyncio.sleep(_LOOK)
