"""Google's own API models, which its client libraries ship: fields that it does not know, and values that it does not take."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.message import Message

from rehearsal.clouds.kind import Mistake
from rehearsal.plugins.values import UNKNOWN, Json

Body = Callable[[Json], Json]
"""The inputs of a resource → the body of the request that the real provider would make of them."""


def model(library: str, name: str, body: Body) -> Callable[[Json], Iterator[Mistake]]:
    """A check of inputs by the message that they become, e.g. `Subnetwork` of `google.cloud.compute_v1`."""

    def check(inputs: Json) -> Iterator[Mistake]:
        message = _message(library, name)()
        try:
            ParseDict(_known(body(inputs)), message)
        except ParseError as error:
            yield Mistake("", f"Invalid JSON payload received. {str(error).splitlines()[0]}")
            return
        yield from _values(message)

    return check


@cache
def _message(library: str, name: str) -> type[Message]:
    """Loaded with the first resource of its kind: the libraries take a second each."""
    return getattr(import_module(library), name).pb()


def _known(value: Any) -> Any:
    """Without what is known only after the update."""
    if isinstance(value, dict):
        return {key: _known(item) for key, item in value.items() if item is not UNKNOWN and item is not None}  # pyright: ignore[reportUnknownVariableType]: any JSON
    if isinstance(value, list):
        return [_known(item) for item in value if item is not UNKNOWN]  # pyright: ignore[reportUnknownVariableType]: any JSON
    return value


def _values(message: Message) -> Iterator[Mistake]:
    """Compute Engine's messages have enumerations beside the fields that they are for, which are plain text."""
    for field, value in message.ListFields():
        for item in value if field.is_repeated else [value]:
            if field.type == FieldDescriptor.TYPE_MESSAGE:
                if isinstance(item, Message):
                    yield from _values(item)
            elif (allowed := _enumerated(field)) and item not in allowed:
                yield Mistake(field.json_name, f"Invalid value for field '{field.json_name}': '{item}'")


def _enumerated(field: FieldDescriptor) -> list[str]:
    if field.type != FieldDescriptor.TYPE_STRING:
        return []
    name = re.sub(r"(?:^|_)([a-z0-9])", lambda start: start[1].upper(), field.name)
    message = field.containing_type
    enumeration = message.enum_types_by_name.get(name) if message else None
    return [value.name for value in enumeration.values] if enumeration else []
