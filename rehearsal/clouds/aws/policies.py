"""Policy documents: their grammar, as far as AWS refuses what is against it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from rehearsal.clouds.kind import Mistake
from rehearsal.plugins.values import Json, is_list, is_object

_ACTION: Final = re.compile(r"\*|[a-z0-9-]+:[\w*?]+")


@dataclass(frozen=True)
class Form:
    """What a statement must and must not have, depending on what the document is for."""

    required: tuple[str, ...]
    refused: tuple[str, ...] = ()


TRUST: Final = Form(("Principal", "Action"), ("Resource",))
"""Who may take on a role."""
IDENTITY: Final = Form(("Action", "Resource"), ("Principal",))
"""What a role may do."""
RESOURCE: Final = Form(("Principal", "Action", "Resource"))
"""Who may do what with a key or a queue."""


def mistakes(inputs: Json, path: str, form: Form) -> Iterator[Mistake]:
    """What AWS calls a MalformedPolicyDocument; nothing for a document that is not known yet."""
    text = inputs.get(path)
    if not isinstance(text, str):
        return
    try:
        statements = _statements(text)
    except ValueError as error:
        yield Mistake(path, f"MalformedPolicyDocument: this policy contains invalid Json: {error}")
        return
    if not statements:
        yield Mistake(path, "MalformedPolicyDocument: it has no statement")
    for statement in statements:
        yield from (Mistake(path, f"MalformedPolicyDocument: {reason}") for reason in _reasons(statement, form))


def _reasons(statement: Json, form: Form) -> Iterator[str]:
    if statement.get("Effect") not in ("Allow", "Deny"):
        yield f"Effect is {statement.get('Effect')!r}; it is Allow or Deny"
    for name in form.required:
        if not statement.get(name) and not statement.get(f"Not{name}"):
            yield f"a statement has no {name}"
    for name in form.refused:
        if name in statement:
            yield f"a statement has a {name}, which has no place in this kind of policy"
    for action in _list(statement.get("Action")):
        if not _ACTION.fullmatch(str(action)):
            yield f"{action!r} is no action: they are written as service:Name"


def trusted(document: Any) -> set[str]:
    """The services that a trust policy lets in."""
    principals = [each.get("Principal") for each in _statements(document) if each.get("Effect") == "Allow"]
    return {str(service) for each in principals if is_object(each) for service in _list(each.get("Service"))}


def actions(document: Any) -> set[str]:
    """The actions that a policy allows, as they are written."""
    return {
        str(action) for each in _statements(document) if each.get("Effect") == "Allow" for action in _list(each.get("Action"))
    }


def _statements(document: Any) -> list[Json]:
    return [each for each in _list(json.loads(document).get("Statement")) if is_object(each)]


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if is_list(value) else [value]
