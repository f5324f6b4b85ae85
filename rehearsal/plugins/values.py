"""Property values on the wire, and as plain Python: dicts, lists and scalars, with secrets and unknowns marked.

The signatures are those of Pulumi's protocol (`sdk/go/common/resource/properties.go` and `plugin/rpc.go` in
https://github.com/pulumi/pulumi).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, TypeGuard

from google.protobuf.struct_pb2 import NULL_VALUE, Struct, Value

Json: TypeAlias = dict[str, Any]
"""A JSON object; in properties also with `Secret` and `UNKNOWN` inside."""

_SIGNATURE = "4dabf18193072939515e22adb298388d"
_UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - it marks a secret, and is none


class Unknown:
    """A value that is known only after the update; there is one, `UNKNOWN`."""

    def __repr__(self) -> str:
        return "<unknown>"


UNKNOWN: Final = Unknown()


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that Pulumi encrypts in its state and hides in its output."""

    value: Any

    def __repr__(self) -> str:
        return "<secret>"


def decode(struct: Struct) -> Json:
    """The properties in a request. Whole numbers become `int`, as Kubernetes wants them."""
    return {key: _read(value) for key, value in struct.fields.items()}


def _read(value: Value) -> Any:
    match value.WhichOneof("kind"):
        case "string_value":
            text = value.string_value
            return UNKNOWN if text == _UNKNOWN_TEXT else text
        case "struct_value":
            fields = value.struct_value.fields
            if _SIGNATURE in fields and fields[_SIGNATURE].string_value == _SECRET_SIGNATURE:
                return Secret(_read(fields["value"]))
            return decode(value.struct_value)
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "bool_value":
            return value.bool_value
        case "list_value":
            return [_read(item) for item in value.list_value.values]
        case _:
            return None


def encode(properties: Mapping[str, Any]) -> Struct:
    """The properties for a response."""
    struct = Struct()
    for key, value in properties.items():
        _write(value, struct.fields[key])
    return struct


def _write(value: Any, into: Value) -> None:
    if isinstance(value, str):
        into.string_value = value
    elif isinstance(value, bool):
        into.bool_value = value
    elif isinstance(value, int | float):
        into.number_value = value
    elif is_object(value):
        into.struct_value.SetInParent()
        for key, item in value.items():
            _write(item, into.struct_value.fields[key])
    elif is_list(value):
        into.list_value.SetInParent()
        for item in value:
            _write(item, into.list_value.values.add())
    elif isinstance(value, Secret):
        fields = into.struct_value.fields
        fields[_SIGNATURE].string_value = _SECRET_SIGNATURE
        _write(value.value, fields["value"])
    elif value is UNKNOWN:
        into.string_value = _UNKNOWN_TEXT
    else:
        into.null_value = NULL_VALUE


def is_object(value: Any) -> TypeGuard[Json]:
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def plain(value: Any) -> Any:
    """The value without its marks of secrecy; a copy. Unknowns stay."""
    if isinstance(value, Secret):
        return plain(value.value)
    if is_object(value):
        return {key: plain(item) for key, item in value.items()}
    if is_list(value):
        return [plain(item) for item in value]
    return value


def dig(item: Any, *path: str) -> Any:
    """The value at the end of the path, or None."""
    for key in path:
        if not is_object(item):
            return None
        item = item.get(key)
    return item


def overlay(base: Any, top: Any) -> Any:
    """`top`, and what only `base` has in its objects, however deep; what `base` has made an object of stays one."""
    if not (is_object(base) and is_object(top)):
        return base if is_object(base) and is_list(top) else top
    return {**base, **{key: overlay(base.get(key), item) for key, item in top.items()}}


def part(whole: Any, shape: Any) -> Any:
    """As much of `whole` as `shape` has keys for; of a list that was made an object of, the list."""
    if not (is_object(whole) and is_object(shape)):
        return shape if is_object(whole) and is_list(shape) else whole
    return {key: part(whole.get(key), item) for key, item in shape.items()}


def contains(value: Any, mark: type[Secret] | type[Unknown]) -> bool:
    """Whether the value is, or has inside, a secret or an unknown."""
    if isinstance(value, mark):
        return True
    if isinstance(value, Secret):
        return contains(value.value, mark)
    if is_object(value):
        return any(contains(item, mark) for item in value.values())
    return is_list(value) and any(contains(item, mark) for item in value)
