"""Fields of a resource, named by patterns of their paths; `*` stands for any element of a list."""

from collections.abc import Iterable
from typing import Any

from rehearsal.plugins.values import is_list, is_object

Pattern = tuple[str, ...]


def touches(path: tuple[str | int, ...], value: Any, patterns: Iterable[Pattern]) -> bool:
    """Whether a change at `path`, to or from `value`, changes a field of `patterns`: at it, below it, or around it."""
    return any(_touches(path, value, pattern) for pattern in patterns)


def _touches(path: tuple[str | int, ...], value: Any, pattern: Pattern) -> bool:
    for step, wanted in zip(path, pattern, strict=False):
        if wanted != (step if isinstance(step, str) else "*"):
            return False
    return _has(value, pattern[len(path) :])


def _has(value: Any, rest: Pattern) -> bool:
    """Whether what is left of a pattern is found inside a value that came or went as a whole."""
    if not rest:
        return True
    if rest[0] == "*":
        return is_list(value) and any(_has(item, rest[1:]) for item in value)
    return is_object(value) and rest[0] in value and _has(value[rest[0]], rest[1:])
