"""The reference of the stack files, made from the models: `python -m config.reference > docs/reference.md`."""

from collections.abc import Iterator
from typing import Any

from config.load import NAMESPACE
from config.platform import Platform

_INTRODUCTION = """# What a stack file may say

Made from the models in `config/` by `make reference`; `config/schema.json` says the same to editors. Every value below is written
under `config:` in `Pulumi.<stack>.yaml`. A key that is not here is an error.
"""

_NOTHING: tuple[Any, ...] = (None, "", [], {}, {"jobs": []}, {"models": []})


def reference() -> str:
    """Markdown: a table for the platform, then one for each model that it is made of."""
    schema = Platform.model_json_schema()
    sections = [_section(f"`{NAMESPACE}:…`", schema), *(_section(name, part) for name, part in schema["$defs"].items())]
    return "\n".join([_INTRODUCTION, *sections])


def _section(title: str, model: dict[str, Any]) -> str:
    rows = [
        f"| `{name}` | {_kind(field)} | {_default(name, field, model)} | {_meaning(field)} |"
        for name, field in model["properties"].items()
    ]
    about = model["description"].replace("\n", " ")
    return "\n".join([f"## {title}", "", about, "", "| key | value | default | meaning |", "|---|---|---|---|", *rows, ""])


def _kind(field: dict[str, Any]) -> str:
    return " or ".join(dict.fromkeys(_kinds(field)))


def _kinds(field: dict[str, Any]) -> Iterator[str]:
    if reference := field.get("$ref"):
        name = reference.rpartition("/")[2]
        yield f"[{name}](#{name.lower()})"
    elif options := field.get("anyOf") or field.get("oneOf"):
        for option in options:
            yield from _kinds(option)
    elif "const" in field:
        yield f"`{field['const']}`"
    elif "enum" in field:
        yield from (f"`{value}`" for value in field["enum"])
    elif field.get("type") == "array":
        yield f"list of {_kind(field['items'])}"
    elif field.get("type") == "object":
        yield f"name: {_kind(field['additionalProperties'])}"
    elif field.get("type") != "null":
        yield field["type"]


def _default(name: str, field: dict[str, Any], model: dict[str, Any]) -> str:
    if name in model.get("required", ()):
        return "required"
    value: Any = field.get("default")
    return "none" if value in _NOTHING else f"`{value}`"


def _meaning(field: dict[str, Any]) -> str:
    limits = [f"{words} {field[key]}" for key, words in (("minimum", "at least"), ("maximum", "at most")) if key in field]
    return "; ".join(filter(None, [field.get("description", "").replace("\n", " ").rstrip("."), *limits]))


if __name__ == "__main__":
    print(reference(), end="")
