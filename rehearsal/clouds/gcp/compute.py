"""Compute Engine: networks."""

from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any, Final

from rehearsal.clouds.gcp.api import model
from rehearsal.clouds.gcp.names import WORDS, link, number, project, refused, region
from rehearsal.clouds.kind import Kind, Reference, RefusedError, Request
from rehearsal.clouds.ledger import Entry
from rehearsal.plugins.values import Json

NETWORK: Final = "gcp:compute/network:Network"
SUBNETWORK: Final = "gcp:compute/subnetwork:Subnetwork"
ROUTER: Final = "gcp:compute/router:Router"
NAT: Final = "gcp:compute/routerNat:RouterNat"

FIREWALL: Final = "gcp:compute/firewall:Firewall"

_LIBRARY: Final = "google.cloud.compute_v1"


@dataclass(frozen=True)
class Made(Reference):
    """A reference by path. A plain name is that of somebody else's resource, which a rehearsal takes to be there."""

    def values(self, inputs: Json) -> list[Any]:
        return [value for value in super().values(inputs) if "/" in value]


def ranges(subnetwork: Entry) -> dict[str, IPv4Network]:
    """Name → range of a subnetwork; its own has no name."""
    secondary: list[dict[str, str]] = subnetwork.get("secondaryIpRanges") or []
    named = {each["rangeName"]: IPv4Network(each["ipCidrRange"]) for each in secondary}
    return {"": IPv4Network(subnetwork.get("ipCidrRange")), **named}


def _place(request: Request, _id: str) -> Json:
    return {"project": project(request), "region": region(request)}


def _network(request: Request, id_: str) -> Json:
    return {"selfLink": link(id_), "networkId": number(id_), "numericId": number(id_), "project": project(request)}


def _subnetwork(request: Request, id_: str) -> Json:
    return {
        "selfLink": link(id_),
        "gatewayAddress": str(IPv4Network(request.inputs["ipCidrRange"])[1]),
        **_place(request, id_),
        "stackType": "IPV4_ONLY",
        "purpose": "PRIVATE",
    }


def _fits(request: Request) -> None:
    mine = ranges(Entry(SUBNETWORK, "", "", request.inputs, request.inputs))
    if request.before and not ranges(request.before)[""].subnet_of(mine[""]):
        raise RefusedError(refused(f"Invalid value for field 'ipCidrRange': '{mine['']}'. A range can be expanded, not shrunk"))
    others = [
        (other.id, cidr)
        for other in request.ledger.of(SUBNETWORK)
        if other.get("network") == request.inputs["network"] and not (request.before and request.before.id == other.id)
        for cidr in ranges(other).values()
    ]
    for name, cidr in mine.items():
        for where, taken in [*others, *((f"range {other!r}", each) for other, each in mine.items() if other > name)]:
            if cidr.overlaps(taken):
                raise RefusedError(refused(f"Invalid IPCidrRange: {cidr} conflicts with existing subnetwork {where}"))


def _body_of_network(inputs: Json) -> Json:
    body = {key: value for key, value in inputs.items() if key not in ("project", "routingMode")}
    return {**body, "routingConfig": {"routingMode": inputs.get("routingMode")}}


def _body_of_regional(inputs: Json) -> Json:
    """`region` is a part of the request's address."""
    return {key: value for key, value in inputs.items() if key not in ("project", "region")}


def _body_of_nat(inputs: Json) -> Json:
    """A NAT is a part of its router."""
    body = {key: value for key, value in inputs.items() if key not in ("project", "region", "router")}
    subnetworks = [
        {"sourceIpRangesToNat" if key == "sourceIpRangesToNats" else key: value for key, value in each.items()}
        for each in body.pop("subnetworks", [])
    ]
    return {"nats": [{**body, "subnetworks": subnetworks}]}


def _body_of_firewall(inputs: Json) -> Json:
    allowed = [
        {"IPProtocol" if key == "protocol" else key: value for key, value in rule.items()} for rule in inputs.get("allows", [])
    ]
    return {**{key: value for key, value in inputs.items() if key not in ("project", "allows")}, "allowed": allowed}


KINDS: Final = (
    Kind(
        NETWORK,
        identify=lambda request: f"projects/{project(request)}/global/networks/{request.inputs['name']}",
        computed=_network,
        autoname="name",
        unique=("name",),
        frozen=frozenset({"name", "autoCreateSubnetworks", "description", "enableUlaInternalIpv6", "networkProfile", "project"}),
        check=model(_LIBRARY, "Network", _body_of_network),
        words=WORDS,
    ),
    Kind(
        SUBNETWORK,
        identify=lambda request: f"projects/{project(request)}/regions/{region(request)}/subnetworks/{request.inputs['name']}",
        computed=_subnetwork,
        autoname="name",
        unique=("name",),
        references=(Reference("network", NETWORK),),
        frozen=frozenset({"name", "network", "region", "project", "description", "purpose"}),
        check=model(_LIBRARY, "Subnetwork", _body_of_regional),
        admit=_fits,
        words=WORDS,
    ),
    Kind(
        ROUTER,
        identify=lambda request: f"projects/{project(request)}/regions/{region(request)}/routers/{request.inputs['name']}",
        computed=lambda request, id_: {"selfLink": link(id_), **_place(request, id_)},
        autoname="name",
        unique=("name",),
        references=(Reference("network", NETWORK),),
        frozen=frozenset({"name", "network", "region", "project", "encryptedInterconnectRouter"}),
        check=model(_LIBRARY, "Router", _body_of_regional),
        words=WORDS,
    ),
    Kind(
        FIREWALL,
        identify=lambda request: f"projects/{project(request)}/global/firewalls/{request.inputs['name']}",
        computed=lambda request, id_: {"selfLink": link(id_), "project": project(request)},
        autoname="name",
        unique=("name",),
        references=(Made("network", NETWORK),),
        frozen=frozenset({"name", "network", "direction", "project"}),
        check=model(_LIBRARY, "Firewall", _body_of_firewall),
        words=WORDS,
    ),
    Kind(
        NAT,
        identify=lambda request: "/".join((project(request), region(request), request.inputs["router"], request.inputs["name"])),
        computed=_place,
        autoname="name",
        references=(Reference("router", ROUTER, by="name"), Reference("subnetworks.*.name", SUBNETWORK)),
        frozen=frozenset({"name", "router", "region", "project", "type", "endpointTypes"}),
        check=model(_LIBRARY, "Router", _body_of_nat),
        words=WORDS,
    ),
)
