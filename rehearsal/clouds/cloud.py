"""The operations of a simulated cloud, the same for all: what differs between clouds is their table of kinds."""

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Final

from config.catalog import Machine, machines
from rehearsal.clouds.faults import Faults, How
from rehearsal.clouds.kind import Kind, Mistake, Reference, RefusedError, Request
from rehearsal.clouds.ledger import Entry, Ledger
from rehearsal.control_plane.api import FAILURES
from rehearsal.plugins.values import Json

THROTTLED: Final = 2
"""Seconds until a request that was one too many is made again."""


class TimedOutError(Exception):
    """The cloud began to make a resource and has not finished; the entry is what there is of it."""

    def __init__(self, message: str, entry: Entry):
        super().__init__(message)
        self.entry = entry


class ThrottledError(Exception):
    """Asked too often: providers ask again by themselves."""


Invoke = Callable[["Cloud", Json, Json], Json]
"""(cloud, the provider's configuration, arguments) → the answer. Raises RefusedError."""


@dataclass
class Cloud:
    """One cloud, as far as this platform uses it."""

    ledger: Ledger
    faults: Faults
    kinds: Mapping[str, Kind]
    """Pulumi type → kind."""
    invokes: Mapping[str, Invoke] = field(default_factory=dict[str, Invoke])
    """Pulumi function → what answers it."""
    replacing: frozenset[str] = frozenset()
    """Inputs of the provider itself whose change means another cloud: everything is replaced."""
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def kind(self, resource: str) -> Kind:
        """Raises RefusedError for a type that is not simulated."""
        if resource not in self.kinds:
            raise RefusedError(f"{resource} is not simulated; add its kind to rehearsal/clouds")
        return self.kinds[resource]

    def check(self, resource: str, urn: str, inputs: Json, before: Json) -> tuple[Json, list[Mistake]]:
        """The inputs with what is filled in, and every mistake that needs no look into the ledger."""
        kind = self.kind(resource)
        filled = {**kind.defaults, **inputs}
        if kind.autoname and not filled.get(kind.autoname) and not filled.get(kind.prefix):
            filled[kind.autoname] = before.get(kind.autoname) or self._free_name(kind, urn)
        return filled, list(kind.check(filled))

    def create(self, resource: str, urn: str, inputs: Json, config: Json) -> Entry:
        """Raises RefusedError, ThrottledError and TimedOutError."""
        kind = self.kind(resource)
        request = Request(self.ledger, config, urn, inputs)
        with self._lock:
            self._fail(kind, self.faults.take(resource, request.name, ("throttled", "quota", "capacity")))
            self._admit(kind, request)
            identifier = kind.identify(request)
            unfinished = kind.words.timeout.format(id=identifier)
            properties = {**inputs, **kind.computed(request, identifier)}
            entry = Entry(resource, identifier, urn, inputs, properties, unfinished)
            self.ledger.put(entry)
            if self.faults.take(resource, request.name, ("timeout",)):
                raise TimedOutError(unfinished, entry)
        return self._finish(kind, request, entry)

    def update(self, resource: str, identifier: str, urn: str, inputs: Json, config: Json) -> Entry:
        """Raises RefusedError, also when it is no longer there."""
        kind = self.kind(resource)
        with self._lock:
            before = self.ledger.get(resource, identifier)
            if before is None:
                raise RefusedError(kind.words.missing.format(id=identifier))
            request = Request(self.ledger, config, urn, inputs, before)
            self._admit(kind, request)
            properties = {**before.properties, **inputs, **kind.computed(request, identifier)}
            for gone in before.inputs.keys() - inputs.keys():
                properties.pop(gone, None)
            entry = Entry(resource, identifier, urn, inputs, properties, kind.words.timeout.format(id=identifier))
            self.ledger.put(entry)
        return self._finish(kind, request, entry)

    def read(self, resource: str, identifier: str) -> Entry | None:
        """As it is now."""
        return self.ledger.get(resource, identifier)

    def delete(self, resource: str, identifier: str, config: Json) -> None:
        """That it is not there is no error. Raises RefusedError while something needs it."""
        kind = self.kind(resource)
        with self._lock:
            entry = self.ledger.get(resource, identifier)
            if entry is None:
                return
            if holders := list(self.holders(entry)):
                raise RefusedError(f"{kind.words.in_use.format(id=identifier)} (in use by {_list(holders)})")
            request = Request(self.ledger, config, entry.urn, entry.inputs, entry)
            kind.release(request)
            kind.gone(request, entry)
            self.ledger.remove(entry)

    def invoke(self, function: str, arguments: Json, config: Json) -> Json:
        """Raises RefusedError for a function that is not simulated, and whatever the cloud would refuse."""
        if function not in self.invokes:
            raise RefusedError(f"{function} is not simulated; add it to rehearsal/clouds")
        return self.invokes[function](self, config, arguments)

    def holders(self, entry: Entry) -> Iterator[Entry]:
        """What can't be without this resource."""
        for other in self.ledger:
            for reference in self._references(other):
                if reference.type == entry.type and reference.holds and entry.get(reference.by) in reference.values(other.inputs):
                    yield other
                    break

    def _fail(self, kind: Kind, fault: How | None) -> None:
        if fault:
            raise (ThrottledError if fault == "throttled" else RefusedError)(getattr(kind.words, fault))

    def _finish(self, kind: Kind, request: Request, entry: Entry) -> Entry:
        try:
            if kind.made:
                kind.made(request, entry)
        except RefusedError:
            # What comes to nothing is not in the stack's state, and must not be here either.
            self.ledger.put(request.before) if request.before else self.ledger.remove(entry)
            raise
        except TimedOutError as late:
            self.ledger.put(replace(entry, unfinished=str(late)))
            raise
        except FAILURES as error:
            raise TimedOutError(f"{entry.unfinished}: the rehearsal's API server does not answer: {error}", entry) from error
        finished = replace(entry, unfinished="")
        self.ledger.put(finished)
        return finished

    def _free_name(self, kind: Kind, urn: str) -> str:
        """The resource's name in the program and seven hexadecimal digits, as Pulumi makes it; here the same ones each time.

        But for those that are taken: by what is about to be replaced, or by what outlived its stack.
        """
        taken = {entry.get(kind.autoname) for entry in self.ledger.of(kind.type)}
        drawn = (digest(urn, *["again"] * attempt)[:7] for attempt in count())
        names = (f"{urn.rpartition('::')[2]}-{digits}" for digits in drawn)
        return next(name for name in names if name not in taken)

    def _references(self, entry: Entry) -> tuple[Reference, ...]:
        kind = self.kinds.get(entry.type)
        return kind.references if kind else _of_the_clouds_own(entry)

    def _admit(self, kind: Kind, request: Request) -> None:
        for reference in kind.references:
            known = {entry.get(reference.by) for entry in self.ledger.of(reference.type)}
            for value in reference.values(request.inputs):
                if value not in known:
                    missing = self.kind(reference.type).words.missing.format(id=value)
                    raise RefusedError(f"{missing} ({reference.path})")
        for name in kind.unique:
            value = request.inputs.get(name)
            others = (entry for entry in self.ledger.of(kind.type) if not request.before or entry.id != request.before.id)
            if value is not None and any(entry.inputs.get(name) == value for entry in others):
                raise RefusedError(kind.words.taken.format(id=value))
        kind.admit(request)


def _of_the_clouds_own(entry: Entry) -> tuple[Reference, ...]:
    """What the cloud itself makes (a load balancer, a network interface) says in its inputs what it hangs on: path → type."""
    uses: Mapping[str, str] = entry.properties.get("uses", {})
    return tuple(Reference(path, kind) for path, kind in uses.items())


def digest(*parts: str) -> str:
    """Hexadecimal digits that stay the same: what a cloud would draw at random, a rehearsal can repeat."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def machine(cloud: str, name: str) -> Machine:
    """A machine of the catalogue. Raises RefusedError for a name that the cloud does not know."""
    for each in machines():
        if (each.cloud, each.name) == (cloud, name):
            return each
    raise RefusedError(f"InvalidParameterException: there is no machine type {name!r}")


def _list(entries: Iterable[Entry]) -> str:
    return ", ".join(f"{entry.type.rpartition(':')[2]} {entry.id}" for entry in entries)
