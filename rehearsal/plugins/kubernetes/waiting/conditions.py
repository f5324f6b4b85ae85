"""The conditions that a user names in the annotation `pulumi.com/waitFor`."""

import json
import re
from collections.abc import Callable
from typing import Any

import jsonpath

from rehearsal.plugins.kubernetes.errors import ProviderError
from rehearsal.plugins.kubernetes.waiting.rule import Rule, Sight, Verdict
from rehearsal.plugins.values import is_list

ANNOTATION = "pulumi.com/waitFor"

_JSONPATH = re.compile(r"(?P<path>\{\s*(?P<query>.*?)\s*\})(=(?P<value>.+))?", re.DOTALL)

_Judge = Callable[[Sight], Verdict]


def rule(annotation: str) -> Rule:
    """`jsonpath={.status.phase}=Running`, `condition=Ready`, `condition=Ready=False`, or a JSON list of those: all.

    Raises `ProviderError` for an expression that is neither.
    """
    try:
        listed = json.loads(annotation)
    except ValueError:
        listed = annotation
    expressions: list[Any] = listed if is_list(listed) else [annotation]
    judges = [_judge(str(expression)) for expression in expressions]
    if not judges:
        raise ProviderError(f"{ANNOTATION} is an empty list: name at least one condition")

    def all_of(sight: Sight) -> Verdict:
        return next((verdict for judge in judges if not (verdict := judge(sight)).ready), Verdict(True))

    return Rule(all_of)


def _judge(expression: str) -> _Judge:
    kind, _, rest = expression.partition("=")
    if kind == "jsonpath":
        return _query(rest)
    if kind == "condition":
        return _condition(rest)
    raise ProviderError(f"{ANNOTATION}: {expression!r} must begin with `jsonpath=` or `condition=`")


def _condition(text: str) -> _Judge:
    name, _, status = text.partition("=")

    def judge(sight: Sight) -> Verdict:
        found = sight.condition(name).get("status", "not there")
        return Verdict(
            found == (status or "True"), f"waiting for condition {text} (now {found})", [f"condition {name} is {found}"]
        )

    return judge


def _query(text: str) -> _Judge:
    match = _JSONPATH.fullmatch(text)
    if match is None:
        raise ProviderError(f"{ANNOTATION}: write `jsonpath={{.path}}` or `jsonpath={{.path}}=value`, not {text!r}")
    query, wanted = match["query"], match["value"]
    try:
        path = jsonpath.compile(query if query.startswith("$") else f"${query}")
    except jsonpath.JSONPathError as error:
        raise ProviderError(f"{ANNOTATION}: {match['path']} is not a JSONPath: {error}") from error

    def judge(sight: Sight) -> Verdict:
        found = path.findall(sight.live)
        text_found = _text(found[0]) if found else "nothing"
        behind = bool(sight.count("status", "observedGeneration")) and not sight.observed
        matched = bool(found) and not behind and (wanted is None or text_found == wanted)
        return Verdict(matched, f"waiting for {text} (now {text_found})", [f"{match['path']} is {text_found}"])

    return judge


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
