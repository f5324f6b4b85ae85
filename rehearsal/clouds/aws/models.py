"""What AWS's APIs take, by AWS's own models of them, which botocore brings along."""

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from rehearsal.clouds.kind import Mistake
from rehearsal.plugins.paths import Path, render
from rehearsal.plugins.values import UNKNOWN, Json, is_list, is_object

if TYPE_CHECKING:
    from botocore.model import ServiceModel

_OF_EVERY_RESOURCE: Final = frozenset({"region", "tags", "tagsAll"})
"""Inputs that Pulumi itself makes something of."""

_READABLE: Final = 10
"""Choices that a message lists."""

_lock = threading.Lock()


@dataclass(frozen=True)
class Operation:
    """The call that creates a resource, as a check of the resource's inputs. What is unknown yet passes."""

    service: str
    """As botocore calls it: ec2, eks, …"""
    name: str
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    """Input → what the API calls it, where that is more than another case. Both may be paths, as
    `networkInterfaces.*.securityGroups`; the API's begins where the input's parent is."""
    besides: frozenset[str] = frozenset()
    """Inputs that other calls take, or that only tell Pulumi what to do."""
    filled: frozenset[str] = frozenset()
    """Members that are required, and that Pulumi fills in by itself."""

    def __call__(self, inputs: Json) -> Iterator[Mistake]:
        given = {key: value for key, value in inputs.items() if key not in self.besides | _OF_EVERY_RESOURCE}
        yield from self._structure(_input(self.service, self.name), given, (), self.filled)

    def _value(self, shape: Any, value: Any, path: Path) -> Iterator[Mistake]:
        if value is UNKNOWN or value is None or value == "":  # Pulumi leaves out what is empty
            return
        if shape.type_name == "structure":
            if is_object(value):
                yield from self._structure(shape, value, path, frozenset())
            else:
                yield _mistake(path, f"is {value!r}; it must have {', '.join(shape.members)}")
        elif shape.type_name == "list":
            items = value if is_list(value) else [value]  # Pulumi has no list where there is but one
            yield from _bounds(shape, len(items), path, "elements")
            for index, item in enumerate(items):
                yield from self._value(shape.member, item, (*path, index) if is_list(value) else path)
        elif shape.type_name == "map":
            yield from _bounds(shape, len(value), path, "entries")
            for key, item in value.items():
                yield from _scalar(shape.key, key, (*path, key))
                yield from self._value(shape.value, item, (*path, key))
        else:
            yield from _scalar(shape, value, path)

    def _structure(self, shape: Any, value: Json, path: Path, filled: frozenset[str]) -> Iterator[Mistake]:
        given = set(filled)
        for key, item in value.items():
            where = (*path, key)
            named = self.names.get(_pattern(where))
            member = named.partition(".")[0] if named else _member(shape, key)
            if member is None:
                yield _mistake(where, f"is nothing that {self.service}'s {self.name} knows")
                continue
            if item is not None and item != "":
                given.add(member)
            yield from self._value(_descend(shape, named or member), item, where)
        for missing in shape.required_members:
            # What botocore draws by itself is not asked of anybody.
            if missing not in given and not shape.members[missing].metadata.get("idempotencyToken"):
                yield _mistake((*path, self._ours(missing, path)), "is missing, and required")

    def _ours(self, member: str, path: Path) -> str:
        """What Pulumi calls a member of the API."""
        for name, theirs in self.names.items():
            if theirs == member and name.count(".") == len(path):
                return name.rpartition(".")[2]
        return member[0].lower() + member[1:]


@cache
def _service(name: str) -> "ServiceModel":
    # Whoever checks no request, as a supervisor, starts without it.
    from botocore.loaders import Loader
    from botocore.model import ServiceModel

    return ServiceModel(Loader().load_service_model(name, "service-2"), name)


def _input(service: str, operation: str) -> Any:
    with _lock:  # a model is read once, however many resources are checked at a time
        return _service(service).operation_model(operation).input_shape


def _descend(shape: Any, path: str) -> Any:
    for member in path.split("."):
        shape = (shape.member if shape.type_name == "list" else shape).members[member]
    return shape


def _member(shape: Any, key: str) -> str | None:
    return next((member for member in shape.members if member.lower() == key.lower()), None)


def _pattern(path: Path) -> str:
    return ".".join("*" if isinstance(step, int) else step for step in path)


def _scalar(shape: Any, value: Any, path: Path) -> Iterator[Mistake]:
    metadata: Mapping[str, Any] = shape.metadata
    if value is UNKNOWN:
        return
    if shape.type_name == "string":
        text = str(value)
        if (choices := metadata.get("enum")) and text not in choices:
            yield _mistake(path, f"is {text!r}; AWS takes {_some(text, choices)}")
            return
        yield from _bounds(shape, len(text), path, "characters")
        if (pattern := _compiled(metadata.get("pattern", ""))) and not pattern.fullmatch(text):
            yield _mistake(path, f"is {text!r}, which does not match {pattern.pattern}")
    elif shape.type_name in ("integer", "long", "float", "double"):
        yield from _bounds(shape, float(value), path, "")


def _some(text: str, choices: Sequence[str]) -> str:
    """The choices, or those that may have been meant where there are too many to read."""
    if len(choices) <= _READABLE:
        return f"one of {', '.join(choices)}"
    return f"for example {', '.join(get_close_matches(text, choices, n=5, cutoff=0.3) or choices[:5])}"


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern) if pattern else None
    except re.error:  # Java's, with Unicode's categories, which `re` does not know
        return None


def _bounds(shape: Any, size: float, path: Path, unit: str) -> Iterator[Mistake]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if (least is not None and size < least) or (most is not None and size > most):
        between = " and ".join(str(bound) for bound in (least, most) if bound is not None)
        bounds = f"between {between}" if None not in (least, most) else f"at {'most' if least is None else 'least'} {between}"
        yield _mistake(path, f"has {size:g} {unit}; AWS takes {bounds}" if unit else f"is {size:g}; AWS takes {bounds}")


def _mistake(path: Path, reason: str) -> Mistake:
    return Mistake(render(path), reason)
