"""A Pulumi program for recorded resources as one would write it without components: one call of the SDK's classes after another.

It is written as a module, compiled once as imported modules are: no run pays for its length.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from benchmarks.recording import Computed, Recorded


def source(resources: Sequence[Recorded]) -> str:
    """The program's text.

    Values that came from other resources are plain, so what must be waited for is said; but what only a cloud can tell is an
    output here too, or a preview would take for known what is not.
    """
    names = {resource.urn: f"r{number}" for number, resource in enumerate(resources)}
    by_urn = {resource.urn: resource for resource in resources}
    needed = direct(resources)
    lines = ["import pulumi", *(f"import {package}" for package in sorted({resource.package for resource in resources})), ""]
    for resource in resources:
        arguments = [repr(resource.name), *_keywords(resource, by_urn, names), *_options(resource, names, needed[resource.urn])]
        lines.append(f"{names[resource.urn]} = {resource.constructor}({', '.join(arguments)})")
    return "\n".join([*lines, ""])


def direct(resources: Iterable[Recorded]) -> Mapping[str, Sequence[str]]:
    """URN → those it waits for, without those that one of these waits for already: what a person would write."""
    before: dict[str, frozenset[str]] = {}
    needed: dict[str, Sequence[str]] = {}
    for resource in resources:
        implied = frozenset[str]().union(*(before[urn] for urn in resource.after))
        before[resource.urn] = resource.after | implied
        needed[resource.urn] = sorted(resource.after - implied)
    return needed


def _keywords(resource: Recorded, by_urn: Mapping[str, Recorded], names: Mapping[str, str]) -> Iterator[str]:
    for argument, value in resource.arguments.items():
        sources = {names[urn]: by_urn[urn] for urn in sorted(resource.sources.get(argument, ()))}
        taken = set(_computed_texts(value))
        # What comes from a source in any other way than as one of its outputs waits for all of them.
        outputs = {text: f"{name}.{attribute}" for name, source in sources.items() for text, attribute in source.outputs.items()}
        told = all(taken & source.outputs.keys() for source in sources.values())
        yield f"{argument}={_expression(value, outputs if told else {}, _together(list(sources)))}"


def _together(names: Sequence[str]) -> str:
    ids = ", ".join(f"{name}.id" for name in names)
    return ids if len(names) == 1 else f"pulumi.Output.all({ids})"


def _computed_texts(value: Any) -> Iterator[str]:
    if isinstance(value, Computed):
        if isinstance(value.value, str):
            yield value.value
    elif isinstance(value, dict):
        for part in cast("dict[str, Any]", value).values():
            yield from _computed_texts(part)
    elif isinstance(value, list):
        for element in cast("list[Any]", value):
            yield from _computed_texts(element)


def _expression(value: Any, outputs: Mapping[str, str], together: str) -> str:
    """Python for a value of which some parts are outputs, by their texts, or stay unknown until `together` is known."""
    if isinstance(value, Computed):
        computed = value.value
        output = outputs.get(computed) if isinstance(computed, str) else None
        return output or f"{together}.apply(lambda _: {computed!r})"
    if isinstance(value, dict):
        parts = cast("dict[str, Any]", value)
        return "{" + ", ".join(f"{key!r}: {_expression(part, outputs, together)}" for key, part in parts.items()) + "}"
    if isinstance(value, list):
        elements = cast("list[Any]", value)
        return "[" + ", ".join(_expression(element, outputs, together) for element in elements) + "]"
    return repr(value)


def _options(resource: Recorded, names: Mapping[str, str], needed: Sequence[str]) -> Iterator[str]:
    options: list[str] = []
    if resource.provider:
        options.append(f"provider={names[resource.provider]}")
    waited_for = frozenset[str]().union(*resource.sources.values())
    if more := [names[urn] for urn in needed if urn not in waited_for]:
        options.append(f"depends_on=[{', '.join(more)}]")
    if resource.timeouts:
        limits = ", ".join(f"{action}={limit!r}" for action, limit in resource.timeouts.items())
        options.append(f"custom_timeouts=pulumi.CustomTimeouts({limits})")
    if options:
        yield f"opts=pulumi.ResourceOptions({', '.join(options)})"
