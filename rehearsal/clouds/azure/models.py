"""Inputs checked against Azure's own models, as its SDK for Pulumi has them: names, required members, types and enums."""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from enum import Enum
from functools import cache
from importlib import import_module
from typing import Any, Final, Union, get_args, get_origin

# The SDK's own reading of its models; there is no public one.
from pulumi import _types as sdk  # pyright: ignore[reportPrivateUsage]

from rehearsal.clouds.kind import Mistake
from rehearsal.plugins.values import UNKNOWN, Json, is_list, is_object

_PLAIN: Final[Mapping[Any, tuple[type, ...]]] = {str: (str,), bool: (bool,), int: (int,), float: (int, float)}
"""Type in a model → what it may be in JSON."""


def mistakes(token: str, inputs: Json) -> Iterator[Mistake]:
    """What the model of a resource's type would not take."""
    yield from _of_model("", inputs, _model(token))


@cache
def _model(token: str) -> type:
    """The arguments of `azure-native:MODULE:Type`."""
    _, module, resource = token.split(":")
    package = import_module(f"pulumi_azure_native.{module}")
    return getattr(package, f"{resource}InitArgs", None) or getattr(package, f"{resource}Args")


def _of_model(path: str, value: Json, model: type) -> Iterator[Mistake]:
    types: Mapping[str, Any] = sdk.input_type_types(model)
    names: Mapping[str, str] = sdk.input_type_py_to_pulumi_names(model)
    for python, parameter in inspect.signature(model).parameters.items():
        if parameter.default is parameter.empty and value.get(names[python]) is None:
            yield Mistake(_below(path, names[python]), "is required")
    for name, item in value.items():
        if name.startswith("__"):  # the engine's own
            continue
        if name not in types:
            near = get_close_matches(name, types, n=1)
            yield Mistake(_below(path, name), f"there is no such property{f'; did you mean {near[0]}?' if near else ''}")
        elif item is not None and item is not UNKNOWN:
            yield from _of_type(_below(path, name), item, _alternatives(types[name]))


def _of_type(path: str, value: Any, types: Sequence[Any]) -> Iterator[Mistake]:
    enums = [each for each in types if inspect.isclass(each) and issubclass(each, Enum)]
    if enums:
        allowed = [member.value for each in enums for member in each]
        if value not in allowed:
            yield Mistake(path, f"{value!r} is not one of {', '.join(map(str, allowed))}")
        return
    for each in types:
        origin: Any = get_origin(each) or each
        if sdk.is_input_type(each) and is_object(value):
            yield from _of_model(path, value, each)
        elif issubclass(origin, Mapping) and is_object(value):
            for key, item in value.items():
                yield from _of_item(_below(path, key), item, each)
        elif issubclass(origin, Sequence) and origin is not str and is_list(value):
            for index, item in enumerate(value):
                yield from _of_item(f"{path}[{index}]", item, each)
        elif not (isinstance(value, _PLAIN.get(origin, ())) and (origin is bool or not isinstance(value, bool))):
            continue
        return
    yield Mistake(path, f"{value!r} is not of type {' or '.join(getattr(each, '__name__', str(each)) for each in types)}")


def _of_item(path: str, value: Any, container: Any) -> Iterator[Mistake]:
    if value is not None and value is not UNKNOWN:
        yield from _of_type(path, value, _alternatives(get_args(container)[-1]))


def _alternatives(annotation: Any) -> list[Any]:
    """What a value may be, of an annotation that also lets it be an output or nothing."""
    if get_origin(annotation) is not Union:
        return [annotation]
    members = [member for each in get_args(annotation) for member in _alternatives(each)]
    return [
        each for each in members if each is not type(None) and (get_origin(each) or each).__name__ not in ("Awaitable", "Output")
    ]


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
