"""Autoscaling: which groups the autoscaler may move, and what it knows of one that has no node yet.

The Cluster Autoscaler goes by a node of the group or, as long as there is none, by what it can find out: CPU, memory and NVIDIA
GPUs from the machine type; labels and taints from EKS, if it may ask; everything else from tags of the autoscaling group.
"""

from collections.abc import Mapping
from typing import Final

from rehearsal.autoscaling.group import CapacityType, Group, Groups
from rehearsal.clouds.aws import admission, iam, machines
from rehearsal.clouds.aws.models import Operation
from rehearsal.clouds.aws.network import zones_of
from rehearsal.clouds.kind import Kind, RefusedError, Request
from rehearsal.clouds.ledger import Entry, Ledger
from rehearsal.clouds.nodes import Template
from rehearsal.plugins.values import dig

TAG: Final = "aws:autoscaling/tag:Tag"
_NODE_GROUP: Final = "aws:eks/nodeGroup:NodeGroup"

_BOUGHT: Final[Mapping[str, CapacityType]] = {"ON_DEMAND": "on-demand", "SPOT": "spot", "CAPACITY_BLOCK": "reserved"}

_FROM_THE_MACHINE: Final = ("nvidia.com/gpu", machines.EFA)
"""Devices that it knows of anyway, or that no pod waits for."""

_NODE_TEMPLATE: Final = "k8s.io/cluster-autoscaler/node-template/"


def autoscaling_group(node_group: Entry) -> str:
    """Its name; EKS makes one for each node group."""
    return str(node_group.get("resources")[0]["autoscalingGroups"][0]["name"])


def template(request: Request, node_group: Entry) -> Template:
    """What the nodes of a node group are like."""
    return machines.template(
        request, autoscaling_group(node_group), node_group.get("nodeGroupName"), admission.launch_template(request)
    )


def bought(request: Request) -> CapacityType:
    """How the group's machines are bought."""
    launch = admission.launch_template(request)
    reserved = launch and dig(launch.inputs, "capacityReservationSpecification", "capacityReservationTarget")
    return "reserved" if reserved else _BOUGHT[request.inputs.get("capacityType", "ON_DEMAND")]


def sold_out(groups: Groups, request: Request, nodes: Template) -> str | None:
    """What AWS says if none of the group's zones has such a machine left to be bought like this."""
    way, zones = bought(request), zones_of(request.ledger, request.inputs["subnetIds"])
    if all(any(gone.covers(nodes.machine, zone, way) for gone in groups.sold_out()) for zone in zones):
        return (
            f"AsgInstanceLaunchFailures: Could not launch {way} instances. InsufficientInstanceCapacity - We currently do not "
            f"have sufficient {nodes.machine} capacity in the Availability Zone you requested ({', '.join(zones)}). Our system "
            f"will be working on provisioning additional capacity."
        )
    return None


def offer(groups: Groups, request: Request, node_group: Entry) -> None:
    """Have the autoscaler move the group, if it may grow and the autoscaler knows what it would get.

    A group once known stays so: that a tag goes is no reason to take away nodes.
    """
    nodes, sizes = template(request, node_group), request.inputs["scalingConfig"]
    if sizes["maxSize"] <= sizes["desiredSize"]:
        groups.remove(nodes.group)
    elif sizes["desiredSize"] or not unknown(request, node_group):
        zones = tuple(dict.fromkeys(zones_of(request.ledger, request.inputs["subnetIds"])))
        least, most = sizes["desiredSize"], sizes["maxSize"]
        groups.put(Group(nodes, zones, least, most, "cluster-autoscaler", bought(request)))


def unknown(request: Request, node_group: Entry) -> list[str]:
    """What the autoscaler does not know of the nodes to come: the tags that would tell it."""
    nodes = template(request, node_group)
    tags: dict[str, str] = {tag.get("tag")["key"]: tag.get("tag")["value"] for tag in _tags(request.ledger, nodes.group)}
    wanted = {f"resources/{name}": count for name, count in nodes.devices.items() if name not in _FROM_THE_MACHINE}
    if not iam.allowed(request.ledger, "eks:DescribeNodegroup"):
        labels: dict[str, str] = request.inputs.get("labels") or {}
        wanted |= {f"label/{key}": value for key, value in labels.items()}
        wanted |= {f"taint/{taint['key']}": f"{taint.get('value', '')}:{taint['effect']}" for taint in nodes.taints}
    return [f"{_NODE_TEMPLATE}{key}" for key, value in wanted.items() if tags.get(f"{_NODE_TEMPLATE}{key}") != value]


def _tags(ledger: Ledger, group: str) -> list[Entry]:
    return [tag for tag in ledger.of(TAG) if tag.get("autoscalingGroupName") == group]


def kind(groups: Groups) -> Kind:
    """Tags of autoscaling groups."""

    def group_exists(request: Request) -> None:
        if not _tagged(request):
            name = request.inputs["autoscalingGroupName"]
            raise RefusedError(f"ValidationError: AutoScalingGroup name not found - AutoScalingGroup '{name}' not found")

    def tell(request: Request, _tag: Entry) -> None:
        if node_group := _tagged(request):
            offer(groups, Request(request.ledger, request.config, node_group.urn, node_group.inputs, node_group), node_group)

    return Kind(
        TAG,
        identify=lambda request: f"{request.inputs['autoscalingGroupName']},{request.inputs['tag']['key']}",
        frozen=frozenset({"autoscalingGroupName", "tag.key"}),
        check=Operation("autoscaling", "CreateOrUpdateTags", {"autoscalingGroupName": "Tags.ResourceId", "tag": "Tags"}),
        admit=group_exists,
        made=tell,
    )


def _tagged(request: Request) -> Entry | None:
    wanted = request.inputs["autoscalingGroupName"]
    return next((each for each in request.ledger.of(_NODE_GROUP) if autoscaling_group(each) == wanted), None)
