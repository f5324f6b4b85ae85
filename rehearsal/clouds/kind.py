"""What a cloud knows of one type of resource. A cloud is a table of these."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rehearsal.clouds.ledger import Entry, Ledger
from rehearsal.clouds.words import Words
from rehearsal.plugins.patterns import Pattern
from rehearsal.plugins.values import Json


class RefusedError(Exception):
    """The cloud's answer is no; the text is what its API would say."""


@dataclass(frozen=True)
class Mistake:
    """An input that the cloud's API would not take."""

    path: str
    reason: str


@dataclass(frozen=True)
class Request:
    """What the cloud is asked to do with one resource."""

    ledger: Ledger
    config: Json
    """The provider's own configuration: region, project, …"""
    urn: str
    inputs: Json
    """Plain: nothing in them is unknown or marked as secret. On deletion, those that it has."""
    before: Entry | None = None
    """The resource as it is, on an update or a deletion."""

    @property
    def name(self) -> str:
        """The resource's name in the program."""
        return self.urn.rpartition("::")[2]


@dataclass(frozen=True)
class Reference:
    """An input that names another resource, which must exist and, while `holds`, can't be deleted."""

    path: str
    """Where it is in the inputs: `vpcId`, `vpcConfig.subnetIds.*`, `rules.*.groupId`; `*` stands for each element."""
    type: str
    by: str = "id"
    """The other's property that is written there."""
    holds: bool = True
    """Whether the cloud refuses to delete what is named while this is there."""

    def values(self, inputs: Json) -> list[Any]:
        """What is written there; nothing where it is left out."""
        return list(_at(inputs, self.pattern))

    @property
    def pattern(self) -> Pattern:
        """The path in steps."""
        return tuple(self.path.split("."))


def nothing(_request: Request) -> Any:
    """For what a kind has none of."""
    return None


def no_mistakes(_inputs: Json) -> Iterable[Mistake]:
    """For kinds whose inputs nothing is known of."""
    return ()


@dataclass(frozen=True)
class Kind:
    """One type of resource."""

    type: str
    identify: Callable[[Request], str]
    """The id that the cloud gives it."""
    computed: Callable[[Request, str], Json] = field(default=lambda _request, _id: {})
    """The properties that the cloud adds, from the request and the id. Asked again on an update."""
    defaults: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What is taken for an input that is left out."""
    autoname: str = ""
    """The input that Pulumi fills in when it is left out; empty if the resource has no name of its own."""
    prefix: str = ""
    """The input that says how a name begins which the cloud completes; with it, Pulumi fills in none."""
    references: tuple[Reference, ...] = ()
    frozen: frozenset[str] = frozenset()
    """Paths (as in `Reference.path`) whose change needs another resource, as the real provider has it."""
    unique: tuple[str, ...] = ()
    """Inputs that no two of the kind may have equal, e.g. a name."""
    check: Callable[[Json], Iterable[Mistake]] = no_mistakes
    """Mistakes in the inputs by themselves, found in a preview already; what is unknown yet is `UNKNOWN` in them."""
    admit: Callable[[Request], None] = nothing
    """Raises RefusedError for what the cloud would not create or change to, for reasons in its ledger."""
    release: Callable[[Request], None] = nothing
    """Raises RefusedError while it can't be deleted for a reason other than a reference."""
    made: Callable[[Request, Entry], None] | None = None
    """What else happens once it is there, after creation and after each update. Until it has, the resource is unfinished: raises
    TimedOutError for one that stays so for now, RefusedError for one that comes to nothing."""
    gone: Callable[[Request, Entry], None] = field(default=lambda _request, _entry: None)
    """What else happens when it is deleted, before the entry goes."""
    words: Words = field(default_factory=Words)
    """What the cloud says when it refuses."""

    @property
    def patterns(self) -> list[Pattern]:
        """`frozen`, in steps."""
        return [tuple(path.split(".")) for path in sorted(self.frozen)]


def _at(value: Any, pattern: Pattern) -> Iterable[Any]:
    if not pattern:
        if value not in (None, ""):
            yield value
        return
    step, rest = pattern[0], pattern[1:]
    if step == "*":
        for item in value if isinstance(value, list) else ():  # pyright: ignore[reportUnknownVariableType]: any JSON
            yield from _at(item, rest)
    elif isinstance(value, dict) and step in value:
        yield from _at(value[step], rest)
