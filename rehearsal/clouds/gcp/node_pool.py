"""GKE: node pools."""

from typing import Final

from rehearsal.autoscaling.group import Group, Groups
from rehearsal.clouds.gcp import bodies, cluster, iam
from rehearsal.clouds.gcp.api import model
from rehearsal.clouds.gcp.names import WORDS, last
from rehearsal.clouds.gcp.nodes import bought, machine_of, node_name, tainted, template
from rehearsal.clouds.gcp.rules import RULES
from rehearsal.clouds.kind import Kind, Reference, Request
from rehearsal.clouds.ledger import Entry
from rehearsal.clouds.nodes import members
from rehearsal.clouds.server import Server
from rehearsal.plugins.values import Json

NODE_POOL: Final = "gcp:container/nodePool:NodePool"

_FROZEN: Final = frozenset(
    {
        *("name", "cluster", "location", "project", "initialNodeCount", "maxPodsPerNode", "placementPolicy"),
        *("queuedProvisioning", "networkConfig.acceleratorNetworkProfile", "networkConfig.additionalNodeNetworkConfigs"),
        *("networkConfig.podRange", "networkConfig.subnetwork"),
        *(
            f"nodeConfig.{field}"
            for field in (
                *("spot", "preemptible", "flexStart", "maxRunDuration", "reservationAffinity", "guestAccelerators"),
                *("serviceAccount", "oauthScopes", "metadata", "shieldedInstanceConfig", "localSsdCount", "minCpuPlatform"),
                *("bootDiskKmsKey", "advancedMachineFeatures", "secondaryBootDisks", "nodeGroup"),
            )
        ),
    }
)
"""As in the real provider; machine type, disk, image, labels and taints are changed node by node."""


def kind(server: Server, groups: Groups) -> Kind:
    """Node pools whose nodes join the cluster of this API server, and are moved by the rehearsal's autoscaler."""

    def computed(request: Request, id_: str) -> Json:
        name, zones = last(id_), zones_of(request)
        return {
            "version": _cluster(request).get("masterVersion"),
            "instanceGroupUrls": [f"https://www.googleapis.com/compute/v1/zones/{zone}/instanceGroups/{name}" for zone in zones],
            "effectiveTaints": request.before.get("effectiveTaints") if request.before else tainted(request, NODE_POOL),
        }

    def join(request: Request, entry: Entry) -> None:
        scaling = request.inputs.get("autoscaling", {})
        smallest = int(scaling.get("totalMinNodeCount") or scaling.get("minNodeCount") or 0)
        region = entry.get("cluster").split("/")[3]
        made = template(last(entry.id), region, request.inputs, entry.get("effectiveTaints"))
        zones = zones_of(request)
        # A pool starts with `initialNodeCount` in each zone; what is more than its smallest size has nothing to do, and the
        # autoscaler takes it away after ten minutes. Nobody rehearses to wait for that.
        nodes = members(made, smallest, zones, node_name(entry))
        server.join(made.group, nodes)
        most = int(scaling.get("totalMaxNodeCount") or scaling.get("maxNodeCount") or smallest)
        groups.put(Group(made, tuple(zones), smallest, most, "cloud", bought(request.inputs)))

    def leave(_request: Request, entry: Entry) -> None:
        groups.remove(last(entry.id))
        server.leave(last(entry.id))

    return Kind(
        NODE_POOL,
        identify=lambda request: f"{request.inputs['cluster']}/nodePools/{request.inputs['name']}",
        computed=computed,
        autoname="name",
        unique=("name",),
        references=(
            # A cluster goes with all of its node pools, wanted or not.
            Reference("cluster", cluster.CLUSTER, holds=False),
            Reference("nodeConfig.serviceAccount", iam.ACCOUNT, by="email", holds=False),
        ),
        frozen=_FROZEN,
        check=model("google.cloud.container_v1.types", "NodePool", bodies.node_pool),
        admit=_admit,
        made=join,
        gone=leave,
        words=WORDS,
    )


def zones_of(request: Request) -> list[str]:
    """Where its nodes may be."""
    return request.inputs.get("nodeLocations") or _cluster(request).get("nodeLocations")


def _cluster(request: Request) -> Entry:
    """That it is there has been checked as a reference."""
    (found,) = (entry for entry in request.ledger.of(cluster.CLUSTER) if entry.id == request.inputs["cluster"])
    return found


def _admit(request: Request) -> None:
    machine = machine_of(request.inputs)
    for rule in RULES:
        rule(request.inputs, machine, zones_of(request))
    tainted(request, NODE_POOL)
