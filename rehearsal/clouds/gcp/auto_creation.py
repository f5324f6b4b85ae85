"""GKE: node pools that it makes by itself, of what a ComputeClass says, within the limits of its cluster."""

import logging
from collections.abc import Iterator
from typing import Any, Final

from rehearsal.autoscaling.compute_class import made_of
from rehearsal.autoscaling.group import AutoCreation, Group
from rehearsal.clouds.gcp.names import region
from rehearsal.clouds.gcp.nodes import bought, machine_of, template
from rehearsal.clouds.gcp.rules import RULES
from rehearsal.clouds.kind import RefusedError, Request
from rehearsal.plugins.values import Json

_CLASS: Final = "cloud.google.com/compute-class"

_log = logging.getLogger(__name__)


def allowed(request: Request) -> AutoCreation | None:
    """What a cluster says of it."""
    scaling: Json = request.inputs.get("clusterAutoscaling", {})
    if not scaling.get("enabled"):
        return None
    zones = scaling.get("autoProvisioningLocations") or request.inputs["nodeLocations"]
    limits = {limit["resourceType"]: int(limit["maximum"]) for limit in scaling.get("resourceLimits", [])}
    return AutoCreation(region(request), tuple(zones), limits)


def groups(compute_class: Json, within: AutoCreation) -> Iterator[Group]:
    """One for each rule of the class that GKE would make a node pool of: all that there may ever be, to grow from nothing."""
    spec: Json = compute_class["spec"]
    if not spec.get("nodePoolAutoCreation", {}).get("enabled"):
        return
    for place, rule in enumerate(spec.get("priorities", [])):
        if "nodepools" not in rule:
            try:
                yield _group(made_of(compute_class, place), compute_class, rule, within)
            except RefusedError as refused:
                _log.warning("ComputeClass %s, priority %s: %s", compute_class["metadata"]["name"], place, refused)


def _group(name: str, compute_class: Json, rule: Json, within: AutoCreation) -> Group:
    """Raises RefusedError for one that GKE could not make."""
    zones = tuple(_zones(rule) or within.zones)
    inputs = _inputs(compute_class, rule)
    machine = machine_of(inputs)
    has = {"cpu": machine.cpu, "memory": machine.memory_gib, **({machine.cloud_name: machine.count} if machine.count else {})}
    most = min(within.limits.get(resource, 0) // amount for resource, amount in has.items())
    inputs["autoscaling"] = {"totalMinNodeCount": 0, "totalMaxNodeCount": most}
    for check in RULES:
        check(inputs, machine, zones)
    if not most:
        raise RefusedError(f"the limits of the cluster leave no room for a {machine.name}")
    return Group(template(name, within.region, inputs, _taints(compute_class, inputs)), zones, 0, most, "cloud", bought(inputs))


def _zones(rule: Json) -> list[str]:
    """Those that the rule names; of a reservation they are said with it."""
    return rule.get("location", {}).get("zones") or [zone for each in _reservations(rule) for zone in each.get("zones", [])]


def _reservations(rule: Json) -> list[Json]:
    """Those that it names; none where it takes from none."""
    return rule.get("reservations", {}).get("specific", [])


def _inputs(compute_class: Json, rule: Json) -> Json:
    """As if a user had asked for the node pool."""
    config: Json = compute_class["spec"].get("nodePoolConfig", {})
    gpu: Json = rule.get("gpu", {})
    driver = {"gpuDriverVersion": gpu.get("driverVersion", "default").upper()}
    labels = {**config.get("nodeLabels", {}), **rule.get("nodeLabels", {}), _CLASS: compute_class["metadata"]["name"]}
    node: Json = {
        "machineType": rule.get("machineType", ""),
        "imageType": config.get("imageType", "cos_containerd").upper(),
        "diskType": rule.get("storage", {}).get("bootDiskType", "pd-balanced"),
        "labels": labels,
        "spot": rule.get("spot", False),
        "flexStart": rule.get("flexStart", {}).get("enabled", False),
        "maxRunDuration": f"{rule.get('maxRunDurationSeconds', 0)}s",
        "reservationAffinity": _affinity(_reservations(rule)),
    }
    if gpu:
        node["guestAccelerators"] = [{"type": gpu["type"], "count": gpu["count"], "gpuDriverInstallationConfig": driver}]
    return {"nodeConfig": node, "management": {"autoRepair": not node["flexStart"]}}


def _affinity(reservations: list[Json]) -> Json:
    if not reservations:
        return {"consumeReservationType": "NO_RESERVATION"}
    key = "compute.googleapis.com/reservation-name"
    return {"consumeReservationType": "SPECIFIC_RESERVATION", "key": key, "values": [each["name"] for each in reservations]}


def _taints(compute_class: Json, inputs: Json) -> tuple[dict[str, Any], ...]:
    """The class's own, and those that GKE sets: for the class, and for GPUs."""
    keys = [(_CLASS, compute_class["metadata"]["name"])]
    if inputs["nodeConfig"].get("guestAccelerators"):
        keys.append(("nvidia.com/gpu", "present"))
    by_gke = [{"key": key, "value": value, "effect": "NoSchedule"} for key, value in keys]
    return (*compute_class["spec"].get("nodePoolConfig", {}).get("taints", []), *by_gke)
