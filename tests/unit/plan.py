"""What a program would register with the engine, found without one."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi.runtime import mocks, rpc
from pulumi.runtime.proto.resource_pb2 import RegisterResourceRequest, RegisterResourceResponse


@dataclass(frozen=True)
class Planned:
    """One registered resource, as the engine would see it."""

    urn: str
    type: str
    name: str
    inputs: Mapping[str, Any]
    parent: str
    """URN of the component that it is in."""
    depends_on: frozenset[str]
    """URNs: those named by `depends_on` and those whose outputs it uses."""
    provider: str
    """URN and id of its provider; empty for a component, and where the default provider would be taken."""
    custom: bool
    """Whether a provider makes it; components are made by nobody."""
    create_timeout: str

    @property
    def kind(self) -> str:
        """The last word of its type, e.g. `Namespace`."""
        return self.type.rpartition(":")[2]

    @property
    def metadata(self) -> Mapping[str, Any]:
        """A Kubernetes object's `metadata`."""
        return self.inputs["metadata"]

    @property
    def spec(self) -> Mapping[str, Any]:
        """A Kubernetes object's `spec`."""
        return self.inputs["spec"]

    @property
    def pod(self) -> Mapping[str, Any]:
        """The pod that a workload makes copies of."""
        return self.spec["template"]["spec"]


@dataclass
class Plan:
    """All resources of a program, in the order in which they were registered."""

    resources: list[Planned] = field(default_factory=list[Planned])

    def __iter__(self) -> Iterator[Planned]:
        return iter(self.resources)

    @property
    def objects(self) -> list[Planned]:
        """Those that are Kubernetes objects."""
        return [resource for resource in self if resource.custom and "metadata" in resource.inputs]

    def of(self, kind: str) -> list[Planned]:
        """Those whose kind this is."""
        return [resource for resource in self if resource.kind == kind]

    def one(self, kind: str, name: str) -> Planned:
        """The one Kubernetes object of this kind and `metadata.name`."""
        (found,) = (resource for resource in self.of(kind) if resource.metadata["name"] == name)
        return found


def plan(program: Callable[[], object]) -> Plan:
    """Run `program` as Pulumi would.

    Raises AssertionError for a URN that is registered twice: mocks would let it pass, the engine would not.
    """
    monitor = _Monitor()
    mocks.set_mocks(_Echo(), project="ml-platform", monitor=monitor)
    mocks.test(program)()  # pyright: ignore[reportUnknownMemberType]: Pulumi's mocks have no types
    urns = [resource.urn for resource in monitor.plan]
    assert len(set(urns)) == len(urns), f"registered twice: {sorted({urn for urn in urns if urns.count(urn) > 1})}"
    return monitor.plan


class _Echo(mocks.Mocks):
    """Outputs are the inputs."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        return args.name, args.inputs  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]: as above

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        raise AssertionError(f"the plan depends on what {args.token} would answer")


class _Monitor(mocks.MockMonitor):
    """Records what Pulumi's own mock arguments leave out: parents, dependencies, options."""

    def __init__(self) -> None:
        super().__init__(_Echo())
        self.plan = Plan()

    def RegisterResource(self, request: RegisterResourceRequest) -> RegisterResourceResponse:  # noqa: N802 - Pulumi's name
        response = super().RegisterResource(request)  # pyright: ignore[reportUnknownMemberType]: as above
        if request.type != "pulumi:pulumi:Stack":
            self.plan.resources.append(
                Planned(
                    urn=response.urn,
                    type=request.type,
                    name=request.name,
                    inputs=rpc.deserialize_properties(request.object),
                    parent=request.parent,
                    depends_on=frozenset(request.dependencies),
                    provider=request.provider,
                    custom=request.custom,
                    create_timeout=request.customTimeouts.create,
                )
            )
        return response
