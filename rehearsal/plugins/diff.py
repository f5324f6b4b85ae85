"""What an update would change, property by property."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from pulumi.runtime.proto.provider_pb2 import PropertyDiff

from rehearsal.plugins.paths import Path, contains, parse, render
from rehearsal.plugins.patterns import Pattern, touches
from rehearsal.plugins.values import Json, is_list, is_object

_MISSING: Final = object()
_REPLACING = {
    PropertyDiff.ADD: PropertyDiff.ADD_REPLACE,
    PropertyDiff.DELETE: PropertyDiff.DELETE_REPLACE,
    PropertyDiff.UPDATE: PropertyDiff.UPDATE_REPLACE,
}


def detailed(old: Json, new: Json, immutable: Sequence[Pattern], ignored: Sequence[str]) -> dict[str, PropertyDiff]:
    """The differences between two objects, by property path, without those below an `ignored` path."""
    ignored_paths = [parse(text) for text in ignored]
    found: dict[str, PropertyDiff] = {}
    for path, kind, value in _differences((), old, new):
        if any(contains(ignored_path, path) for ignored_path in ignored_paths):
            continue
        final = _REPLACING[kind] if touches(path, value, immutable) else kind
        found[render(path)] = PropertyDiff(kind=final, inputDiff=kind == PropertyDiff.DELETE)
    return found


def replaces(differences: dict[str, PropertyDiff]) -> list[str]:
    """The paths among them that need another object; losing all metadata does."""
    return [
        path
        for path, difference in differences.items()
        if difference.kind in _REPLACING.values() or (path == "metadata" and difference.kind == PropertyDiff.DELETE)
    ]


_Difference = tuple[Path, PropertyDiff.Kind.ValueType, Any]


def _differences(path: Path, old: Any, new: Any) -> Iterator[_Difference]:
    """Path, kind, and the value that came or went."""
    if new is _MISSING or new is None:
        if old is not _MISSING and old is not None:
            yield path, PropertyDiff.DELETE, None
    elif old is _MISSING:
        yield path, PropertyDiff.ADD, new
    elif is_object(old) and is_object(new):
        for key in [*new, *(key for key in old if key not in new)]:
            yield from _differences((*path, key), old.get(key, _MISSING), new.get(key, _MISSING))
    elif is_list(old) and is_list(new):
        for index in range(max(len(old), len(new))):
            yield from _differences((*path, index), _at(old, index), _at(new, index))
    elif old != new or isinstance(old, bool) != isinstance(new, bool):
        yield path, PropertyDiff.UPDATE, new


def _at(items: list[Any], index: int) -> Any:
    return items[index] if index < len(items) else _MISSING
