"""What a program would register with the engine, found without one."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi.runtime import rpc

from rehearsal.recording import requests


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
    retain_on_delete: bool
    ignore_changes: tuple[str, ...]
    """Properties of which a change is none."""
    replace_on_changes: tuple[str, ...]
    """Properties whose change takes a new one, whatever the provider thinks."""
    protect: bool
    """Whether the engine refuses to delete it."""

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

    @property
    def wanted(self) -> list[dict[str, str]]:
        """Sets of labels by its pods' affinity: a node needs all of one of them."""
        affinity = self.pod["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        return [
            {each["key"]: value for each in term["matchExpressions"] for value in each["values"]}
            for term in affinity["nodeSelectorTerms"]
        ]


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
        (found,) = (each for each in self.objects if each.kind == kind and each.metadata["name"] == name)
        return found

    def outliving(self, resource: Planned) -> set[str]:
        """URNs of all that it stands on, directly or not: made before it, and deleted after it."""
        by_urn = {each.urn: each for each in self}
        found, ahead = set[str](), [resource]
        while ahead:
            each = ahead.pop()
            # A component's dependencies are those of everything in it; and nothing is deleted without its provider.
            for urn in {*each.depends_on, each.parent, each.provider.rpartition("::")[0]} & by_urn.keys() - found:
                found.add(urn)
                ahead.append(by_urn[urn])
        return found


def plan(program: Callable[[], object]) -> Plan:
    """Run `program` as Pulumi would."""
    return Plan(
        [
            Planned(
                urn=urn,
                type=request.type,
                name=request.name,
                inputs=rpc.deserialize_properties(request.object),
                parent=request.parent,
                depends_on=frozenset(request.dependencies),
                provider=request.provider,
                custom=request.custom,
                create_timeout=request.customTimeouts.create,
                retain_on_delete=request.retainOnDelete,
                ignore_changes=tuple(request.ignoreChanges),
                replace_on_changes=tuple(request.replaceOnChanges),
                protect=request.protect,
            )
            for urn, request in requests(program).items()
        ]
    )
