"""A Pulumi program for recorded resources as one would write it without components: one call of the SDK's classes after another.

It is written as a module, compiled once as imported modules are: no run pays for its length.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from benchmarks.recording import Recorded


def source(resources: Sequence[Recorded]) -> str:
    """The program's text. Values that came from other resources are plain, so what must be waited for is said."""
    names = {resource.urn: f"r{number}" for number, resource in enumerate(resources)}
    provider = next(names[resource.urn] for resource in resources if resource.is_provider)
    needed = direct(resources)
    lines = ["import pulumi", "import pulumi_kubernetes", ""]
    for resource in resources:
        arguments = [repr(resource.name), *_keywords(resource)]
        if not resource.is_provider:
            arguments.append(_options(resource, provider, [names[urn] for urn in needed[resource.urn]]))
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


def _keywords(resource: Recorded) -> Iterator[str]:
    return (f"{name}={value!r}" for name, value in resource.arguments.items())


def _options(resource: Recorded, provider: str, needed: Sequence[str]) -> str:
    options = [f"provider={provider}"]
    if needed:
        options.append(f"depends_on=[{', '.join(needed)}]")
    if resource.timeouts:
        limits = ", ".join(f"{action}={limit!r}" for action, limit in resource.timeouts.items())
        options.append(f"custom_timeouts=pulumi.CustomTimeouts({limits})")
    return f"opts=pulumi.ResourceOptions({', '.join(options)})"
