"""What GKE refuses of a node pool."""

from collections.abc import Callable, Iterator, Sequence
from math import prod
from typing import Final

from config.catalog import Machine
from config.offers import offered
from rehearsal.clouds.gcp.names import refused
from rehearsal.clouds.gcp.nodes import driver_of
from rehearsal.clouds.kind import RefusedError
from rehearsal.plugins.values import Json

Rule = Callable[[Json, Machine, Sequence[str]], None]
"""(inputs, machine, zones); raises RefusedError."""

_SEVEN_DAYS: Final = 7 * 24 * 60 * 60


def _no(reason: str) -> None:
    raise RefusedError(refused(reason))


def machine_is_there(_inputs: Json, machine: Machine, zones: Sequence[str]) -> None:
    """Zones differ in what they have."""
    for zone in zones:
        if not offered(machine.name, [zone]):
            _no(f"Machine type with name '{machine.name}' does not exist in zone '{zone}'")


def devices_are_the_machines(inputs: Json, machine: Machine, _zones: Sequence[str]) -> None:
    """A machine has the GPUs that it has."""
    asked = [(each["type"], each["count"]) for each in inputs["nodeConfig"].get("guestAccelerators", [])]
    has = [(machine.cloud_name, machine.count)] if machine.vendor == "nvidia" else []
    if asked != has:
        there = f"{machine.count} {machine.cloud_name}" if has else "no GPUs"
        _no(f"Accelerators {asked} can't be attached to machine type {machine.name}, which has {there}")


def driver_is_for_the_image(inputs: Json, _machine: Machine, _zones: Sequence[str]) -> None:
    """Google builds its newest drivers for its own image alone."""
    config = inputs["nodeConfig"]
    if driver_of(config) == "LATEST" and not config["imageType"].startswith("COS"):
        _no(f"GPU driver version LATEST is not supported for image type {config['imageType']}")


def sizes_are_of_one_sort(inputs: Json, _machine: Machine, _zones: Sequence[str]) -> None:
    """Limits are of each zone or of all zones."""
    scaling = inputs.get("autoscaling", {})
    total, zonal = (any(f"{prefix}NodeCount" in scaling for prefix in each) for each in (_TOTAL, _ZONAL))
    if total and zonal:
        _no("Autoscaling limits can be set for each zone or in total, not both")
    low, high = (scaling.get("totalMinNodeCount", 0), scaling.get("totalMaxNodeCount", 0))
    if low > high:
        _no(f"Autoscaling total_min_node_count {low} must not be more than total_max_node_count {high}")


_TOTAL: Final = ("totalMin", "totalMax")
_ZONAL: Final = ("min", "max")


def flex_start_is_possible(inputs: Json, _machine: Machine, _zones: Sequence[str]) -> None:
    """Flex-start nodes come one by one, for a limited time."""
    if inputs["nodeConfig"].get("flexStart"):
        for broken in _broken_by_flex(inputs):
            _no(f"Flex-start node pools {broken}")


def _broken_by_flex(inputs: Json) -> Iterator[str]:
    config, scaling = inputs["nodeConfig"], inputs.get("autoscaling", {})
    if config.get("spot"):
        yield "can't be of spot machines"
    if config.get("reservationAffinity", {}).get("consumeReservationType") != "NO_RESERVATION":
        yield "must have reservation affinity NO_RESERVATION"
    if not 0 < int(str(config.get("maxRunDuration", "0s")).removesuffix("s")) <= _SEVEN_DAYS:
        yield "must have a max run duration of at most seven days"
    if not scaling or scaling.get("totalMinNodeCount") or inputs.get("initialNodeCount"):
        yield "must be autoscaled, from no nodes"
    if inputs.get("management", {}).get("autoRepair", True):
        yield "can't be repaired automatically"
    if inputs.get("placementPolicy"):
        yield "can't have a placement policy"


def reservation_is_said_whole(inputs: Json, _machine: Machine, _zones: Sequence[str]) -> None:
    """A specific reservation has a name."""
    affinity = inputs["nodeConfig"].get("reservationAffinity", {})
    if affinity.get("consumeReservationType") == "SPECIFIC_RESERVATION" and not (affinity.get("key") and affinity.get("values")):
        _no("Reservation affinity SPECIFIC_RESERVATION needs the key and the values of a reservation")


def compact_is_in_one_zone(inputs: Json, _machine: Machine, zones: Sequence[str]) -> None:
    """Nodes in two zones are not close."""
    if inputs.get("placementPolicy") and len(zones) > 1:
        _no(f"Compact placement is not supported for node pools in several zones: {', '.join(zones)}")


def topology_fits_the_machine(inputs: Json, machine: Machine, _zones: Sequence[str]) -> None:
    """A slice is so many whole machines, which come and go together."""
    topology = inputs.get("placementPolicy", {}).get("tpuTopology")
    if not topology:
        return
    if machine.vendor != "tpu":
        _no(f"TPU topology can't be set for machine type {machine.name}")
    nodes, rest = divmod(prod(map(int, topology.split("x"))), machine.count)
    scaling = inputs.get("autoscaling", {})
    if rest or nodes != scaling.get("totalMaxNodeCount"):
        _no(f"TPU topology {topology} of machine type {machine.name} needs node count {nodes}")


def profile_fits_the_machine(inputs: Json, machine: Machine, _zones: Sequence[str]) -> None:
    """GKE joins machines that have something to be joined by."""
    if inputs.get("networkConfig", {}).get("acceleratorNetworkProfile") and not machine.interconnect:
        _no(f"Accelerator network profile is not supported for machine type {machine.name}")


def grace_is_for_spot(inputs: Json, _machine: Machine, _zones: Sequence[str]) -> None:
    """Other nodes are drained before they go."""
    config = inputs["nodeConfig"]
    if "shutdownGracePeriodSeconds" in config.get("kubeletConfig", {}) and not config.get("spot"):
        _no("shutdown_grace_period_seconds can only be configured for Spot VMs")


def labels_are_free(inputs: Json, _machine: Machine, _zones: Sequence[str]) -> None:
    """Kubernetes' own labels are the kubelet's to set."""
    for key in inputs["nodeConfig"].get("labels", {}):
        if key.partition("/")[0].endswith(("kubernetes.io", "k8s.io")):
            _no(f"Node label {key!r} is in a domain that is reserved for Kubernetes")


RULES: Final[tuple[Rule, ...]] = (
    machine_is_there,
    devices_are_the_machines,
    driver_is_for_the_image,
    sizes_are_of_one_sort,
    flex_start_is_possible,
    reservation_is_said_whole,
    compact_is_in_one_zone,
    topology_fits_the_machine,
    profile_fits_the_machine,
    grace_is_for_spot,
    labels_are_free,
)
