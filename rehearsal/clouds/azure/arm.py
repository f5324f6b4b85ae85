"""Azure Resource Manager: ids of resources, and how it words a refusal."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from rehearsal.clouds.azure import models
from rehearsal.clouds.kind import Kind, Mistake, Reference, RefusedError, Request, nothing
from rehearsal.clouds.ledger import Entry
from rehearsal.clouds.words import Words
from rehearsal.plugins.values import Json, is_list, is_object

_SUBSCRIPTION: Final = "12345678-1234-9876-4563-123456789012"
"""The subscription that rehearsals are in where the stack names none: the one of Azure's own documentation."""

TENANT: Final = "72f988bf-0000-0000-0000-000000000000"

GROUP: Final = "azure-native:resources:ResourceGroup"


def refusal(code: str, message: str) -> RefusedError:
    """What Azure's provider makes of an error's code and message."""
    return RefusedError(f'Code="{code}" Message="{message}"')


def subscription(config: Json) -> str:
    """The id of the subscription."""
    return str(config.get("subscriptionId") or _SUBSCRIPTION)


def inner(inputs: Json, name: str) -> Json:
    """The object of this name; empty where there is none, or none that is known yet."""
    value = inputs.get(name)
    return value if is_object(value) else {}


def listed(inputs: Json, name: str) -> list[Any]:
    """The list of this name; empty where there is none, or none that is known yet."""
    value = inputs.get(name)
    return value if is_list(value) else []


def last(identifier: str) -> str:
    """The last word of an id, which is the resource's name."""
    return identifier.rpartition("/")[2]


WORDS: Final = Words(
    missing='Code="ResourceNotFound" Message="The Resource \'{id}\' was not found."',
    taken="cannot create already existing resource '{id}'",
    in_use='Code="OperationNotAllowed" Message="{id} is in use and cannot be deleted."',
    throttled='Code="TooManyRequests" Message="The request is being throttled."',
    quota='Code="QuotaExceeded" Message="Operation could not be completed as it results in exceeding approved quota."',
    capacity='Code="AllocationFailed" Message="We do not have sufficient capacity for the requested VM size in this region."',
    timeout="waiting for {id}: context deadline exceeded",
)


def in_use(code: str, message: str) -> Words:
    """Azure's words, with those of a resource that can't be deleted yet."""
    return replace(WORDS, in_use=f'Code="{code}" Message="{message}"')


def kind(
    token: str,
    collection: str,
    name: str,
    *,
    computed: Callable[[Request, str], Json] | None = None,
    check: Callable[[Json], Iterable[Mistake]] = lambda _inputs: (),
    references: tuple[Reference, ...] = (),
    frozen: Iterable[str] = (),
    admit: Callable[[Request], None] = nothing,
    made: Callable[[Request, Entry], None] | None = None,
    gone: Callable[[Request, Entry], None] = lambda _request, _entry: None,
    words: Words = WORDS,
) -> Kind:
    """A type of resource in a resource group.

    `collection` is what stands before the name in its id: `Microsoft.Network/virtualNetworks`; `{input}` in it stands for an
    input. `name` is the input with its name.
    """

    def identify(request: Request) -> str:
        return f"{_group(request)}/providers/{collection.format_map(request.inputs)}/{request.inputs[name]}"

    def properties(request: Request, identifier: str) -> Json:
        # Left out, it is that of the provider.
        common = {"name": last(identifier), "location": request.config["location"], "provisioningState": "Succeeded"}
        return {**common, **(computed(request, identifier) if computed else {})}

    def mistakes(inputs: Json) -> Iterable[Mistake]:
        yield from models.mistakes(token, inputs)
        yield from check(inputs)

    return Kind(
        token,
        identify=identify,
        computed=properties,
        autoname=name,
        references=(Reference("resourceGroupName", GROUP, by="name", holds=False), *references),
        frozen=frozenset({"resourceGroupName", "location", name, *frozen}),
        unique=(name,),
        check=mistakes,
        admit=admit,
        made=made,
        gone=gone,
        words=words,
    )


def _group(request: Request) -> str:
    return f"/subscriptions/{subscription(request.config)}/resourceGroups/{request.inputs['resourceGroupName']}"


def changed(names: Mapping[str, str], now: Json, before: Json) -> None:
    """Refuse to change properties that Azure fixes when a resource is made: input → what Azure calls it."""
    for name, theirs in names.items():
        if before.get(name) != now.get(name):
            raise refusal("PropertyChangeNotAllowed", f"Changing property '{theirs}' is not allowed.")


def group(inside: Mapping[str, Kind]) -> Kind:
    """Resource groups. With one goes whatever is in it, of these kinds: Azure asks nobody."""

    def emptied(request: Request, entry: Entry) -> None:
        for each in list(request.ledger):
            if each.id.startswith(f"{entry.id}/"):
                inside[each.type].gone(replace(request, urn=each.urn, inputs=each.inputs, before=each), each)
                request.ledger.remove(each)

    return Kind(
        GROUP,
        identify=_group,
        computed=lambda request, id_: {"name": last(id_), "location": request.config["location"]},
        autoname="resourceGroupName",
        unique=("resourceGroupName",),
        frozen=frozenset({"resourceGroupName", "location"}),
        check=lambda inputs: models.mistakes(GROUP, inputs),
        gone=emptied,
        words=WORDS,
    )
