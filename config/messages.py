"""pydantic's errors in the words of a stack file: where, what is wrong, what to write instead."""

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic_core import ErrorDetails

from config.platform import Platform
from config.rules import Problem

Path_ = tuple[str | int, ...]


def problem(error: ErrorDetails) -> Problem:
    """One of pydantic's errors, said to the person who wrote the file."""
    explain = _EXPLAINED.get(error["type"], lambda error: _sentence(error["msg"].replace("tuple", "list")))
    return Problem(_without_tags(error["loc"]), explain(error))


def place(file: Path, namespace: str, path: Path_) -> str:
    """`Pulumi.dev.yaml:12: ml-platform:teams[0].quota`; the line is that of the longest part of the path that is there."""
    if not path:
        return file.name
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
    line = _line(file, ("config", f"{namespace}:{path[0]}", *path[1:]))
    return f"{file.name}{f':{line}' if line else ''}: {namespace}:{steps}"


def _unknown(error: ErrorDetails) -> str:
    *parent, key = error["loc"]
    known = sorted(_schema_at(parent).get("properties", {}))
    near = get_close_matches(str(key), known, n=1)
    return f"unknown key; did you mean {near[0]!r}?" if near else f"unknown key; there are {', '.join(known)}"


def _not_a_name(error: ErrorDetails) -> str:
    if "a-z0-9" not in error["ctx"]["pattern"]:  # pyright: ignore[reportTypedDictNotRequiredAccess]: string_pattern_mismatch has it
        return f"{error['input']!r} is not of the right form; {_sentence(error['msg'])}"
    return f"{error['input']!r} is not a valid name; write at most 40 lower-case letters, digits and '-', with a letter first"


def _not_a_kind(error: ErrorDetails) -> str:
    expected = error["ctx"]["expected_tags"]  # pyright: ignore[reportTypedDictNotRequiredAccess]: union_tag_invalid has it
    return f"{error['ctx']['tag']!r} is not a kind; write one of {expected}"  # pyright: ignore[reportTypedDictNotRequiredAccess]


_EXPLAINED: Final[Mapping[str, Callable[[ErrorDetails], str]]] = {
    "extra_forbidden": _unknown,
    "missing": lambda _error: "is missing and has no default",
    "string_pattern_mismatch": _not_a_name,
    "union_tag_invalid": _not_a_kind,
    "union_tag_not_found": lambda _error: "has no 'kind'; write for example kind: simulated",
    "value_error": lambda error: _sentence(error["msg"].removeprefix("Value error, ")),
}


def _sentence(message: str) -> str:
    return message[:1].lower() + message[1:]


def _without_tags(path: Path_) -> Path_:
    """pydantic puts the chosen member of a tagged union into the path; the file has no such step."""
    return tuple(step for index, step in enumerate(path) if step not in _tags(_schema_at(path[:index])))


def _tags(node: Mapping[str, Any]) -> Mapping[str, str]:
    """Tag → reference to its schema, where the node is a tagged union."""
    return node.get("discriminator", {}).get("mapping", {})


@cache
def _schema() -> dict[str, Any]:
    return Platform.model_json_schema()


def _schema_at(location: Iterable[str | int]) -> Any:
    """The JSON Schema of what pydantic's location leads to; empty where anything may be."""
    node: Any = _schema()
    for step in location:
        if isinstance(step, int):
            node = node.get("items", {})
        elif tags := _tags(node):
            node = {"$ref": tags[step]}
        else:
            node = node.get("properties", {}).get(step, {})
        node = next((option for option in node.get("anyOf", []) if option.get("type") != "null"), node)
        if reference := node.get("$ref"):
            node = _schema()["$defs"][reference.rpartition("/")[2]]
    return node


def _line(file: Path, path: Path_) -> int | None:
    """Line of the file, counted from 1, or None where it can't be read."""
    try:
        node = yaml.compose(file.read_text(), Loader=yaml.SafeLoader)
    except (OSError, yaml.YAMLError):
        return None
    line = None
    for step in path:
        if isinstance(node, yaml.MappingNode):
            key, node = next(((key, value) for key, value in node.value if key.value == step), (None, None))
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            key = node = node.value[step]
        else:
            break
        if key is None:
            break
        line = key.start_mark.line + 1
    return line
