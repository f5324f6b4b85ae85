"""AKS agent pools, and the nodes that they are."""

from collections.abc import Mapping
from typing import Any, Final

from config.catalog import RESOURCES
from rehearsal.autoscaling.group import CapacityType, Group, Groups
from rehearsal.clouds.azure import arm, authorization, clusters, network, pools
from rehearsal.clouds.cloud import digest
from rehearsal.clouds.kind import Kind, Reference, Request
from rehearsal.clouds.ledger import Entry
from rehearsal.clouds.nodes import Template, members
from rehearsal.clouds.server import Server
from rehearsal.plugins.values import Json

POOL: Final = "azure-native:containerservice:AgentPool"
PLACEMENT: Final = "azure-native:compute:ProximityPlacementGroup"

_PODS: Final = 250
"""Pods that a node of an overlay network has room for if nothing is said."""

_SPOT: Final = {"key": "kubernetes.azure.com/scalesetpriority", "value": "spot", "effect": "NoSchedule"}
"""The taint that AKS puts on spot nodes."""


class Pools:
    """Agent pools of the clusters that this API server answers for."""

    def __init__(self, server: Server, groups: Groups):
        self._server = server
        self._groups = groups

    def kinds(self) -> tuple[Kind, ...]:
        """Agent pools, and what they can be placed in."""
        return (
            arm.kind(PLACEMENT, "Microsoft.Compute/proximityPlacementGroups", "proximityPlacementGroupName", frozen={"zones"}),
            arm.kind(
                POOL,
                "Microsoft.ContainerService/managedClusters/{resourceName}/agentPools",
                "agentPoolName",
                computed=lambda request, _id: {
                    "currentOrchestratorVersion": f"{request.inputs.get('orchestratorVersion')}.5",
                    "nodeImageVersion": _image(request.inputs),
                },
                check=lambda inputs: pools.mistakes(inputs, "", "agentPoolName"),
                references=(
                    Reference("resourceName", clusters.CLUSTER, by="name"),
                    Reference("vnetSubnetID", network.SUBNET),
                    Reference("proximityPlacementGroupID", PLACEMENT),
                ),
                # Of what AKS fixes, the provider knows these; a change of anything else is refused by AKS.
                frozen={"resourceName", "vmSize", "gpuInstanceProfile"},
                admit=_admit,
                made=lambda request, _entry: self.join(request, request.inputs),
                gone=lambda request, entry: self.leave(request, entry.inputs),
            ),
        )

    def join(self, request: Request, pool: Json) -> None:
        """A pool has its machines, and its autoscaler knows how far it may go."""
        template, zones = _template(request, pool), _zones(request, pool)
        self._server.join(template.group, members(template, pools.nodes(pool), zones, f"{template.group}{{number:06}}"))
        if pool.get("enableAutoScaling"):
            self._groups.put(
                Group(
                    template,
                    zones=zones,
                    min=pools.nodes(pool),
                    max=int(pool["maxCount"]),
                    scaler="cloud",
                    capacity=_capacity(pool),
                )
            )
        else:
            self._groups.remove(template.group)

    def leave(self, request: Request, pool: Json) -> None:
        """Its machines are gone."""
        group = _scale_set(request, pool)
        self._groups.remove(group)
        self._server.leave(group)


def _admit(request: Request) -> None:
    pool = request.inputs
    cluster = clusters.named(request.ledger, pool["resourceName"])
    if not cluster:
        return  # the reference says so
    pools.admit(request, pool, str(cluster.inputs["kubernetesVersion"]))
    principal = clusters.identity(request.ledger, cluster.inputs)
    for name in ("proximityPlacementGroupID", "capacityReservationGroupID"):
        if pool.get(name) and not authorization.may(request.ledger, principal, "Contributor", pool[name]):
            message = f"The client {principal} does not have authorization to perform an action over scope '{pool[name]}'."
            raise arm.refusal("LinkedAuthorizationFailed", message)
    if request.before:
        pools.changes(pool, request.before.inputs)
    _has_room(request, cluster)


def _has_room(request: Request, cluster: Entry) -> None:
    """Each node takes an address of the subnet, and the API's private endpoint one more."""
    subnet = request.ledger.get(network.SUBNET, request.inputs.get("vnetSubnetID", ""))
    if not subnet:
        return
    others = [entry.inputs for entry in request.ledger.of(POOL) if not request.before or entry.id != request.before.id]
    every = [request.inputs, *others, *arm.listed(cluster.inputs, "agentPoolProfiles")]
    nodes = sum(pools.nodes(pool) for pool in every if pool.get("vnetSubnetID") == subnet.id)
    room = sum(each.num_addresses for each in network.ranges(subnet)) - network.RESERVED - 1
    if nodes > room:
        raise arm.refusal(
            "InsufficientSubnetSize", f"Pre-allocated IPs {nodes} exceeds IPs available {room} in Subnet {subnet.id}."
        )


def _name(pool: Json) -> str:
    """Alone it has `agentPoolName`, in a cluster's profile `name`."""
    return str(pool.get("agentPoolName") or pool["name"])


def _scale_set(request: Request, pool: Json) -> str:
    """The scale set that AKS makes of a pool; its nodes are called after it."""
    number = int(digest(request.inputs["resourceGroupName"], request.inputs["resourceName"])[:8], 16) % 10**8
    return f"aks-{_name(pool)}-{number:08}-vmss"


def _capacity(pool: Json) -> CapacityType:
    if pool.get("capacityReservationGroupID"):
        return "reserved"
    return "spot" if pool.get("scaleSetPriority") == "Spot" else "on-demand"


def _zones(request: Request, pool: Json) -> tuple[str, ...]:
    """As Kubernetes has them; a pool that names none is in none, which is called 0."""
    zones = arm.listed(pool, "availabilityZones")
    return tuple(f"{request.config['location']}-{zone}" for zone in zones) or ("0",)


def _image(pool: Json) -> str:
    system = {"AzureLinux": "AKSAzureLinux-V3gen2", "Ubuntu": "AKSUbuntu-2404gen2containerd"}
    return f"{system[pool.get('osSKU') or 'Ubuntu']}-202610.14.0"


def _template(request: Request, pool: Json) -> Template:
    machine = pools.machine(pool)
    return Template(
        group=_scale_set(request, pool),
        machine=machine.name,
        arch=machine.arch,
        labels={**_labels(request, pool), **arm.inner(pool, "nodeLabels")},
        taints=_taints(pool),
        capacity={"cpu": str(machine.cpu), "memory": f"{machine.memory_gib}Gi", "pods": str(pool.get("maxPods") or _PODS)},
        devices={RESOURCES[machine.vendor]: str(machine.count)} if machine.vendor and _driver(pool) else {},
    )


def _driver(pool: Json) -> bool:
    """Whether a device plugin finds anything.

    AKS has no driver for AMD's GPUs: that whoever asks for them installs it, a rehearsal takes as done.
    """
    return pools.machine(pool).vendor == "amd" or arm.inner(pool, "gpuProfile").get("driver") != "None"


def _taints(pool: Json) -> tuple[Mapping[str, str], ...]:
    asked = [_taint(text) for text in arm.listed(pool, "nodeTaints")]
    spot = [_SPOT] if _capacity(pool) == "spot" and _SPOT not in asked else []
    return (*asked, *spot)


def _taint(text: str) -> Mapping[str, str]:
    key, _, rest = text.partition("=")
    value, _, effect = rest.partition(":")
    return {"key": key, "value": value, "effect": effect}


def _labels(request: Request, pool: Json) -> dict[str, str]:
    """Those that AKS gives to nodes by itself."""
    machine, name = pools.machine(pool), _name(pool)
    cluster = clusters.named(request.ledger, request.inputs["resourceName"])
    own: dict[str, Any] = cluster.inputs if cluster else request.inputs
    subnet = request.ledger.get(network.SUBNET, pool.get("vnetSubnetID", ""))
    system = pool.get("osSKU") or "Ubuntu"
    azures = {
        "agentpool": name,
        "cluster": own.get("nodeResourceGroup")
        or f"MC_{own['resourceGroupName']}_{own['resourceName']}_{request.config['location']}",
        "managedby": "aks",
        "mode": str(pool.get("mode", "User")).lower(),
        "role": "agent",
        "priority": "spot" if _capacity(pool) == "spot" else "regular",
        "storageprofile": str(pool.get("osDiskType") or "Managed").lower(),
        "storagetier": "Premium_LRS",
        "node-image-version": _image(pool),
        "nodepool-type": "VirtualMachineScaleSets",
        "os-sku": system,
        "os-sku-requested": system,
        "sku-cpu": str(machine.cpu),
        "sku-memory": str(machine.memory_gib),
        **({"scalesetpriority": "spot"} if _capacity(pool) == "spot" else {}),
        **({"accelerator": machine.vendor} if machine.vendor else {}),
        **({"network-name": subnet.get("virtualNetworkName"), "network-subnet": subnet.get("name")} if subnet else {}),
        **({"ppg": arm.last(pool["proximityPlacementGroupID"])} if pool.get("proximityPlacementGroupID") else {}),
    }
    old = {"agentpool": name, "storageprofile": "managed", **({"accelerator": machine.vendor} if machine.vendor else {})}
    return {
        **{f"kubernetes.azure.com/{key}": value for key, value in azures.items()},
        **old,  # the names that some of them had before
        "topology.kubernetes.io/region": request.config["location"],
        "topology.disk.csi.azure.com/zone": _zones(request, pool)[0] if pool.get("availabilityZones") else "",
    }
