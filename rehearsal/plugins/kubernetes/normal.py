"""One form for what means the same, so that `1000m` and `1` CPU, or `stringData` and `data`, are no difference.

The official plugin passes objects through Kubernetes' Go types; these are the effects that reach a plan.
"""

import base64
import binascii
from decimal import Decimal
from typing import Any

from kubernetes.utils import parse_quantity  # pyright: ignore[reportUnknownVariableType]: it has no types

from rehearsal.plugins.kubernetes import objects
from rehearsal.plugins.kubernetes.objects import Kind
from rehearsal.plugins.values import Json, Unknown, contains, is_list, is_object

_QUANTITY_MAPS = frozenset(
    {"limits", "requests", "hard", "capacity", "default", "defaultRequest", "max", "min", "maxLimitRequestRatio", "podFixed"}
)
_QUANTITY_FIELDS = frozenset({"sizeLimit", "averageValue", "divisor"})
_USER_MAPS = frozenset({"annotations", "binaryData", "data", "labels", "matchLabels", "nodeSelector", "parameters", "stringData"})
"""Maps whose keys and values are the user's own; an empty value in them is kept."""
_KEPT_EMPTY = frozenset({"storageClassName"})
"""Where an empty string says something else than none."""
_KEPT_ONLY_IF_SET = frozenset(
    {
        "hostIPC",
        "hostNetwork",
        "hostPID",
        "hostPort",
        "minReadySeconds",
        "paused",
        "publishNotReadyAddresses",
        "readOnly",
        "stdin",
        "stdinOnce",
        "tty",
    }
)
_BINARY = ("Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
_DECIMAL = ("n", "u", "m", "", "k", "M", "G", "T", "P", "E")


def normal(item: Json) -> Json:
    """The object in its normal form: a copy where it differs. Objects with unknowns only lose read-only metadata."""
    given = item.get("metadata")
    if is_object(given):
        item = {**item, "metadata": {key: value for key, value in given.items() if key not in objects.READ_ONLY}}
    kind = Kind.of(item)
    if not kind.built_in or contains(item, Unknown):
        return item
    if kind.name == "CustomResourceDefinition":
        return _definition(item)
    if kind == Kind("v1", "Secret"):
        return _secret(item)
    return _typed(item)


def quantity(value: Any) -> Any:
    """A quantity as the API server writes it: no fraction, the largest suffix. What is none is returned unchanged."""
    text = str(value).strip()
    if isinstance(value, bool) or not text:
        return value
    try:
        amount = parse_quantity(text)
    except ValueError:
        return value
    if "e" in text.lower() and not text.endswith(("E", "Ei")):
        return text  # the API server keeps scientific notation
    if text.endswith(_BINARY):
        return _suffixed(amount, _BINARY, 1024) if abs(amount) >= 1024 and amount == int(amount) else _plain(amount)
    return _suffixed(amount * 10**9, _DECIMAL, 1000) if amount else "0"


def _suffixed(amount: Decimal, suffixes: tuple[str, ...], step: int) -> str:
    """`amount`, counted in units of the first suffix (binary suffixes: in units below it), with the largest that fits."""
    names = suffixes if step == 1000 else ("", *suffixes)
    position = 0
    while position + 1 < len(names) and amount % step == 0:
        amount /= step
        position += 1
    return f"{int(amount)}{names[position]}"


def _plain(amount: Decimal) -> str:
    return _suffixed(amount * 10**9, _DECIMAL, 1000) if amount else "0"


def _typed(value: Any) -> Any:
    """Built-in kinds: quantities in one form, and without the zero values that the API server leaves out."""
    if is_list(value):
        return [_typed(item) for item in value]
    if not is_object(value):
        return value
    made: Json = {}
    for key, item in value.items():
        if _left_out(key, item):
            continue
        if key in _USER_MAPS:
            made[key] = item
        elif key in _QUANTITY_MAPS and is_object(item):
            made[key] = {name: amount if isinstance(amount, dict | list) else quantity(amount) for name, amount in item.items()}
        elif key in _QUANTITY_FIELDS:
            made[key] = quantity(item)
        else:
            made[key] = _typed(item)
    return made


def _left_out(key: str, value: Any) -> bool:
    """Whether the API server does not keep the field at this value, because its type there has no "unset"."""
    if value == {}:
        return key in _USER_MAPS or key in _QUANTITY_MAPS
    if value == "":
        return key not in _KEPT_EMPTY
    return value == [] or (not value and key in _KEPT_ONLY_IF_SET)


def _definition(item: Json) -> Json:
    item.pop("status", None)
    if objects.dig(item, "spec", "preserveUnknownFields") is False:  # the default, which the API server does not keep
        item["spec"] = {key: value for key, value in item["spec"].items() if key != "preserveUnknownFields"}
    return item


def _secret(item: Json) -> Json:
    """`stringData` becomes `data`, as in the API server; base64 loses line breaks."""
    data = dict(item.get("data") or {})
    if text := item.get("stringData"):
        data |= {key: base64.b64encode(str(value).encode()).decode() for key, value in text.items()}
        item = {key: value for key, value in item.items() if key != "stringData"} | {"data": data}
    elif data:
        item = {**item, "data": {key: _base64(value) for key, value in data.items()}}
    return item


def _base64(value: Any) -> Any:
    try:
        return base64.b64encode(base64.b64decode(value, validate=False)).decode()
    except (binascii.Error, TypeError, ValueError):
        return value  # the API server refuses it with a better message


def without_dropped(new: Any, sent: Any, live: Any) -> Any:
    """`new` without what was sent before just so and is not in `live`: the API server drops it (`stdin: false`, `[]`)."""
    if is_object(new) and is_object(live):
        sent = sent if is_object(sent) else {}
        return {
            key: without_dropped(value, sent.get(key), live.get(key))
            for key, value in new.items()
            if key in live or key not in sent or sent[key] != value
        }
    if is_list(new) and is_list(live) and is_list(sent):
        return [
            without_dropped(value, sent[index] if index < len(sent) else None, live[index] if index < len(live) else None)
            for index, value in enumerate(new)
        ]
    return new
