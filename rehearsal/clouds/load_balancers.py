"""What a cloud makes for Services of type LoadBalancer: an address in the stack's network, which the network can't go before.

It is the cloud's controller that takes it away again when the Service is deleted: a finalizer has the Service wait for that. Once
the cluster is gone there is no such controller, and what it had made stays behind.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from rehearsal.clouds import SIMULATIONS
from rehearsal.clouds.aws.account import CLUSTER
from rehearsal.clouds.cloud import digest
from rehearsal.clouds.ledger import Entry, Ledger
from rehearsal.control_plane.api import Api, Json
from rehearsal.control_plane.cache import Cache, follow
from rehearsal.layout import Layout

LOAD_BALANCER: Final = "load-balancer"
"""Their type in the ledger."""
FINALIZER: Final = "service.kubernetes.io/load-balancer-cleanup"

_SERVICES: Final = "/api/v1/services"


@dataclass(frozen=True)
class Place:
    """Where a cloud puts a load balancer."""

    inputs: Json
    uses: Mapping[str, str]
    """Path in `inputs` → type of what it hangs on."""
    ingress: Mapping[str, str]
    """What the Service's status says of it."""
    properties: Json


def _on_aws(ledger: Ledger, service: Json) -> Place | None:
    """A classic load balancer, in the subnets that are tagged for it; without any there is none."""
    annotations: Mapping[str, str] = service["metadata"].get("annotations", {})
    internal = annotations.get("service.beta.kubernetes.io/aws-load-balancer-internal") == "true"
    tag = "kubernetes.io/role/internal-elb" if internal else "kubernetes.io/role/elb"
    subnets = [subnet for subnet in ledger.of("aws:ec2/subnet:Subnet") if tag in (subnet.get("tags") or {})]
    if not subnets:
        return None
    uid, (cluster, *_) = service["metadata"]["uid"], ledger.of(CLUSTER)
    region = cluster.get("arn").split(":")[3]
    prefix = "internal-" if internal else ""
    return Place(
        {"subnets": [subnet.id for subnet in subnets]},
        {"subnets.*": "aws:ec2/subnet:Subnet"},
        {"hostname": f"{prefix}a{digest(uid)[:31]}-{int(digest(uid)[:7], 16):09}.{region}.elb.amazonaws.com"},
        {"vpcId": subnets[0].get("vpcId"), "scheme": "internal" if internal else "internet-facing"},
    )


def _on_google(ledger: Ledger, service: Json) -> Place | None:
    """A forwarding rule, and the firewall rule that lets its packets in, which is the network's."""
    networks = [network.id for network in ledger.of("gcp:compute/network:Network")]
    return Place({"networks": networks}, {"networks.*": "gcp:compute/network:Network"}, {"ip": _address(service)}, {})


def _on_azure(_ledger: Ledger, service: Json) -> Place | None:
    """A rule of the load balancer that every cluster has, in a resource group that goes with the cluster."""
    return Place({}, {}, {"ip": _address(service)}, {})


CLOUDS: Final[Mapping[str, tuple[str, Callable[[Ledger, Json], Place | None]]]] = {
    "aws": (CLUSTER, _on_aws),
    "gcp": ("gcp:container/cluster:Cluster", _on_google),
    "azure-native": ("azure-native:containerservice:ManagedCluster", _on_azure),
}
"""Package → the type of its clusters, and where it puts load balancers."""


def _address(service: Json) -> str:
    return f"203.0.113.{int(digest(service['metadata']['uid'])[:8], 16) % 254 + 1}"


async def run(api: Api, layout: Layout) -> None:
    """Serve Services until cancelled."""
    services = Cache(api, _SERVICES)
    ledgers = {simulation.package: simulation.ledger(layout) for simulation in SIMULATIONS.values()}

    async def reconcile() -> None:
        for package, ledger in ledgers.items():
            kind, place = CLOUDS[package]
            if ledger.of(kind):
                for service in services:
                    await serve(api, ledger, service, place)

    await follow((services,), reconcile)


async def serve(api: Api, ledger: Ledger, service: Json, place: Callable[[Ledger, Json], Place | None]) -> None:
    """What the cloud's controller does about one Service."""
    metadata, spec = service["metadata"], service["spec"]
    path = f"/api/v1/namespaces/{metadata['namespace']}/services/{metadata['name']}"
    name = f"{metadata['namespace']}/{metadata['name']}"
    there = ledger.get(LOAD_BALANCER, name)
    others = [each for each in metadata.get("finalizers", []) if each != FINALIZER]
    if _wanted(service):
        placed = place(ledger, service)
        if placed and FINALIZER not in metadata.get("finalizers", []):
            if placed.uses:
                properties = {**placed.inputs, **placed.properties, "uses": dict(placed.uses)}
                ledger.put(Entry(LOAD_BALANCER, name, "", placed.inputs, properties))
            await api.merge(path, {"metadata": {"finalizers": [*others, FINALIZER]}})
        if placed and not service.get("status", {}).get("loadBalancer", {}).get("ingress"):
            ports = [{"port": port["port"], "protocol": port.get("protocol", "TCP")} for port in spec["ports"]]
            ingress = {**placed.ingress, **({"ipMode": "VIP"} if "ip" in placed.ingress else {}), "ports": ports}
            await api.merge(f"{path}/status", {"status": {"loadBalancer": {"ingress": [ingress]}}})
    elif FINALIZER in metadata.get("finalizers", []):
        if there:
            ledger.remove(there)
        await api.merge(path, {"metadata": {"finalizers": others or None}})


def _wanted(service: Json) -> bool:
    """A Service with a class of its own is another controller's."""
    spec = service["spec"]
    its = spec.get("type") == "LoadBalancer" and not spec.get("loadBalancerClass")
    return its and "deletionTimestamp" not in service["metadata"]
