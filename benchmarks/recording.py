"""What a Pulumi program makes, found without an engine: as its source says it, and as the provider would receive it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto.resource_pb2 import RegisterResourceRequest

from rehearsal.recording import requests


@dataclass(frozen=True)
class Recorded:
    """One resource that a provider makes. Components are made by nobody, and are not recorded."""

    urn: str
    name: str
    constructor: str
    """Its class in the SDK, e.g. `pulumi_kubernetes.core.v1.Namespace`."""
    arguments: Mapping[str, Any]
    """What the constructor was given, plain: other resources' outputs are replaced by their values."""
    inputs: Mapping[str, Any]
    """What the provider is given: a Kubernetes object."""
    timeouts: Mapping[str, str]
    within: frozenset[str]
    """Names of the components that it is in."""
    after: frozenset[str]
    """URNs of the recorded resources that must be there before it, its components' dependencies included."""

    @property
    def is_provider(self) -> bool:
        """Whether it is what makes the others."""
        return self.constructor == "pulumi_kubernetes.Provider"

    @property
    def is_release(self) -> bool:
        """Whether it is a Helm release, which stands for objects that no program names."""
        return self.constructor == "pulumi_kubernetes.helm.v3.Release"

    @property
    def is_object(self) -> bool:
        """Whether it is one Kubernetes object."""
        return not self.is_provider and not self.is_release


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
    nothing = frozenset[str]()
    awaited: dict[str, frozenset[str]] = {}
    within: dict[str, frozenset[str]] = {}
    for urn, request in registered.items():
        # A child waits for its component, and the component for its own dependencies.
        awaited[urn] = awaited.get(request.parent, nothing) | made.intersection(request.dependencies)
        within[urn] = within.get(request.parent, nothing) | ({request.name} if not request.custom else nothing)
        if request.custom:
            key = f"{request.type}::{request.name}"
            yield Recorded(
                urn=urn,
                name=request.name,
                constructor=source.constructors[key],
                arguments={name: value for name, value in source.resolved[key].items() if value is not None},
                inputs=MessageToDict(request.object),
                timeouts=source.timeouts[key],
                after=awaited[urn],
                within=within[urn],
            )


def _is_provider(request: RegisterResourceRequest) -> bool:
    return request.type.startswith("pulumi:providers:")


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
        self.arguments[key] = dict(args.props)
        given = vars(args.opts.custom_timeouts) if args.opts.custom_timeouts else {}
        self.timeouts[key] = {action: limit for action, limit in given.items() if limit}
