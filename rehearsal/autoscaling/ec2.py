"""What Karpenter's controllers for AWS would find out about the stack's EC2NodeClasses, and what the stack asks of AWS."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from rehearsal.autoscaling.group import CapacityType
from rehearsal.control_plane.api import Json

NODE_CLASSES: Final = "/apis/karpenter.k8s.aws/v1/ec2nodeclasses"

_CONDITIONS: Final = (
    "AMIsReady",
    "CapacityReservationsReady",
    "InstanceProfileReady",
    "SecurityGroupsReady",
    "SubnetsReady",
    "ValidationSucceeded",
    "Ready",
)


def status(node_class: Json) -> Json | None:
    """The merge patch that says that a node class is ready as it is now, or None if it says so."""
    generation = node_class["metadata"]["generation"]
    said = {each["type"]: each for each in node_class.get("status", {}).get("conditions", [])}
    if said.get("Ready", {}).get("observedGeneration") == generation:
        return None
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    common = {"status": "True", "message": "", "lastTransitionTime": now, "observedGeneration": generation}
    return {"status": {"conditions": [{"type": each, "reason": each, **common} for each in _CONDITIONS]}}


def zones(pools: Iterable[Json], nodes: Iterable[Json]) -> set[str]:
    """Where machines may be: what NodePools require, and where nodes are. Subnets would say it, which are the cloud's."""
    key = "topology.kubernetes.io/zone"
    required = {
        zone
        for pool in pools
        for requirement in pool["spec"]["template"]["spec"]["requirements"]
        if requirement["key"] == key and requirement["operator"] == "In"
        for zone in requirement["values"]
    }
    return required | {zone for node in nodes if (zone := node["metadata"]["labels"].get(key))}


def capacities(node_classes: Iterable[Json]) -> set[CapacityType]:
    """How machines can be bought; reserved ones only where a node class selects reservations."""
    reserved = any(each["spec"].get("capacityReservationSelectorTerms") for each in node_classes)
    return {"on-demand", "spot", *(("reserved",) if reserved else ())}
