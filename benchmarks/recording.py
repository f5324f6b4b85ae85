"""What a Pulumi program makes, found without an engine: as its source says it, and as the provider would receive it."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import pulumi
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto.resource_pb2 import RegisterResourceRequest
from pydantic.alias_generators import to_camel

from rehearsal import answers
from rehearsal.recording import requests


@dataclass(frozen=True)
class Computed:
    """A part of an argument that is known only when a cloud has made what it comes from."""

    value: Any


@dataclass(frozen=True)
class Recorded:
    """One resource that a provider makes. Components are made by nobody, and are not recorded."""

    urn: str
    name: str
    constructor: str
    """Its class in the SDK, e.g. `pulumi_kubernetes.core.v1.Namespace`."""
    arguments: Mapping[str, Any]
    """What the constructor was given: other resources' outputs are replaced by their values, plain or `Computed`."""
    sources: Mapping[str, frozenset[str]]
    """Argument → URNs of what a cloud must have made before all of it is known; of Kubernetes objects all is known at once."""
    inputs: Mapping[str, Any]
    """What the provider is given: a Kubernetes object."""
    provider: str
    """URN of the provider that makes it; empty for a provider."""
    timeouts: Mapping[str, str]
    outputs: Mapping[str, str]
    """What others may take from it, of what is known only when it is there: value → attribute."""
    within: frozenset[str]
    """Names of the components that it is in."""
    after: frozenset[str]
    """URNs of the recorded resources that must be there before it, its components' dependencies included."""

    @property
    def package(self) -> str:
        """Its SDK, e.g. `pulumi_kubernetes`."""
        return self.constructor.partition(".")[0]

    @property
    def is_provider(self) -> bool:
        """Whether it is what makes others."""
        return self.constructor == f"{self.package}.Provider"

    @property
    def is_release(self) -> bool:
        """Whether it is a Helm release, which stands for objects that no program names."""
        return self.constructor == "pulumi_kubernetes.helm.v3.Release"

    @property
    def is_object(self) -> bool:
        """Whether it is one Kubernetes object."""
        return self.package == "pulumi_kubernetes" and not self.is_provider and not self.is_release


def record(program: Callable[[], object]) -> list[Recorded]:
    """The resources that `program` makes, each after those that it depends on."""
    source = _Source()

    def recorded() -> pulumi.Output[None]:
        pulumi.runtime.register_stack_transformation(source.note)
        program()
        return pulumi.Output.from_input(source.arguments).apply(source.resolved.update)

    return list(_joined(source, requests(recorded)))


def _joined(source: "_Source", registered: Mapping[str, RegisterResourceRequest]) -> Iterator[Recorded]:
    made = {urn for urn, request in registered.items() if request.custom and not _is_provider(request)}
    by_clouds = {urn for urn in made if not registered[urn].type.startswith("kubernetes:")}
    nothing = frozenset[str]()
    awaited: dict[str, frozenset[str]] = {}
    within: dict[str, frozenset[str]] = {}
    for urn, request in registered.items():
        # A child waits for its component, and the component for its own dependencies.
        awaited[urn] = awaited.get(request.parent, nothing) | made.intersection(request.dependencies)
        within[urn] = within.get(request.parent, nothing) | ({request.name} if not request.custom else nothing)
        if request.custom:
            key = f"{request.type}::{request.name}"
            resolved = source.resolved[key]
            sources = {name: by_clouds.intersection(request.propertyDependencies[to_camel(name)].urns) for name in resolved}
            arguments = {name: value if sources[name] else _plain(value) for name, value in resolved.items()}
            if _is_provider(request):
                arguments = {name: _decoded(name, value) for name, value in arguments.items()}
            yield Recorded(
                urn=urn,
                name=request.name,
                constructor=source.constructors[key],
                arguments={name: value for name, value in arguments.items() if value is not None},
                sources={name: frozenset(urns) for name, urns in sources.items() if urns},
                inputs=MessageToDict(request.object),
                provider=request.provider.rpartition("::")[0],
                timeouts=source.timeouts[key],
                outputs=_outputs(request),
                after=awaited[urn],
                within=within[urn],
            )


def _is_provider(request: RegisterResourceRequest) -> bool:
    return request.type.startswith("pulumi:providers:")


def _outputs(request: RegisterResourceRequest) -> Mapping[str, str]:
    found = answers.outputs(request.type, request.name, MessageToDict(request.object))
    # Under mocks the name of a resource is its id, too; ids are what is mostly taken.
    return {**{found[name]: name for name in ("name", "arn") if name in found}, request.name: "id"}


def _decoded(name: str, value: Any) -> Any:
    """A provider's argument, which the SDK has made JSON of already if it is not text, as it was given."""
    if name == "kubeconfig" or not isinstance(value, str):  # text that happens to be JSON
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _marked(value: Any) -> Any:
    """With every output marked, so that its value can be told from a plain one later."""
    if isinstance(value, pulumi.Output):
        return cast("pulumi.Output[Any]", value).apply(Computed)
    return _each(_marked, value)


def _plain(value: Any) -> Any:
    return _plain(value.value) if isinstance(value, Computed) else _each(_plain, value)


def _each(change: Callable[[Any], Any], value: Any) -> Any:
    """The same structure with each part changed."""
    if isinstance(value, dict):
        parts = cast("dict[str, Any]", value)
        return {key: change(part) for key, part in parts.items()}
    if isinstance(value, list):
        elements = cast("list[Any]", value)
        return [change(element) for element in elements]
    return value


class _Source:
    """What the program's source says, noted before Pulumi translates it."""

    def __init__(self) -> None:
        self.constructors: dict[str, str] = {}
        self.arguments: dict[str, Mapping[str, Any]] = {}
        self.resolved: dict[str, Mapping[str, Any]] = {}
        self.timeouts: dict[str, dict[str, str]] = {}

    def note(self, args: pulumi.ResourceTransformationArgs) -> None:
        key = f"{args.type_}::{args.name}"
        made_by = type(args.resource)
        self.constructors[key] = f"{made_by.__module__.rpartition('.')[0]}.{made_by.__name__}"
        self.arguments[key] = {name: _marked(value) for name, value in args.props.items()}
        given = vars(args.opts.custom_timeouts) if args.opts.custom_timeouts else {}
        self.timeouts[key] = {action: limit for action, limit in given.items() if limit}
