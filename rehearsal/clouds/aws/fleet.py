"""EC2: machines that the stack's own Karpenter made. Nobody else takes them away: without it they run on, and hold subnets."""

from rehearsal.autoscaling.group import NODE_POOL
from rehearsal.clouds import SIMULATIONS
from rehearsal.clouds.aws.account import CLUSTER
from rehearsal.clouds.aws.instances import INSTANCE
from rehearsal.clouds.aws.network import SUBNET
from rehearsal.clouds.cloud import digest
from rehearsal.clouds.ledger import Entry, Ledger
from rehearsal.clouds.nodes import GROUP
from rehearsal.control_plane.api import Api, Json
from rehearsal.control_plane.cache import Cache, follow
from rehearsal.layout import Layout

_DISCOVERY = "karpenter.sh/discovery"


async def run(api: Api, layout: Layout) -> None:
    """Keep the ledger in step with the nodes, until cancelled."""
    nodes = Cache(api, "/api/v1/nodes", labelSelector=f"{NODE_POOL},!{GROUP}")
    ledger = SIMULATIONS["eks"].ledger(layout)

    async def reconcile() -> None:
        if ledger.of(CLUSTER):  # else there is nobody left who would know of them
            record(ledger, list(nodes))

    await follow((nodes,), reconcile)


def record(ledger: Ledger, nodes: list[Json]) -> None:
    """For each of these nodes a machine, and none of Karpenter's for others."""
    wanted = {_instance(node): node for node in nodes}
    there = {entry.id for entry in ledger.of(INSTANCE) if entry.get("madeBy") == "karpenter"}
    for gone in there - wanted.keys():
        if entry := ledger.get(INSTANCE, gone):
            ledger.remove(entry)
    for new in wanted.keys() - there:
        inputs = {"subnetId": _subnet(ledger, wanted[new]["metadata"]["labels"].get("topology.kubernetes.io/zone", ""))}
        ledger.put(Entry(INSTANCE, new, "", inputs, {**inputs, "madeBy": "karpenter", "uses": {"subnetId": SUBNET}}))


def _instance(node: Json) -> str:
    return f"i-{digest(node['metadata']['uid'])[:17]}"


def _subnet(ledger: Ledger, zone: str) -> str:
    """In this zone, one that is marked for Karpenter if there is any."""
    inside = [subnet for subnet in ledger.of(SUBNET) if subnet.get("availabilityZone") == zone]
    inside.sort(key=lambda subnet: _DISCOVERY not in (subnet.get("tags") or {}))
    return inside[0].id if inside else ""
