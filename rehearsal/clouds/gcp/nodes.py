"""The nodes of a GKE node pool: labels, taints and devices as GKE gives them."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from config import catalog, tpu
from config.catalog import RESOURCES, Machine
from rehearsal.autoscaling.group import CapacityType
from rehearsal.clouds.cloud import digest
from rehearsal.clouds.gcp.names import last, refused
from rehearsal.clouds.kind import RefusedError, Request
from rehearsal.clouds.ledger import Entry
from rehearsal.clouds.nodes import Template
from rehearsal.plugins.values import Json

_PODS: Final = "110"
_GKE: Final = "cloud.google.com"

_EFFECTS: Final[Mapping[str, str]] = {
    "NO_SCHEDULE": "NoSchedule",
    "PREFER_NO_SCHEDULE": "PreferNoSchedule",
    "NO_EXECUTE": "NoExecute",
}
_DRIVERS: Final[Mapping[str, str]] = {"DEFAULT": "default", "LATEST": "latest", "INSTALLATION_DISABLED": "disabled"}


def machine_of(inputs: Json) -> Machine:
    """The pool's machine; raises RefusedError for one that Google does not have."""
    name = inputs["nodeConfig"]["machineType"]
    found = catalog.by_name().get(name)
    if found is None or found.cloud != "gcp":
        raise RefusedError(refused(f"Machine type with name '{name}' does not exist"))
    return found


def driver_of(config: Json) -> str:
    """The driver that GKE installs for the pool's GPUs; nothing for a pool without any."""
    accelerators: list[Json] = config.get("guestAccelerators", [])
    said: list[Json] = [each.get("gpuDriverInstallationConfig", {}) for each in accelerators]
    return next((str(each.get("gpuDriverVersion", "INSTALLATION_DISABLED")) for each in said), "")


def bought(inputs: Json) -> CapacityType:
    """How; flex-start machines are, to an autoscaler, machines on demand."""
    config = inputs["nodeConfig"]
    if config.get("spot"):
        return "spot"
    reserved = config.get("reservationAffinity", {}).get("consumeReservationType") == "SPECIFIC_RESERVATION"
    return "reserved" if reserved else "on-demand"


def tainted(request: Request, pool_type: str) -> list[dict[str, str]]:
    """All taints of a new pool. Raises RefusedError for one that is declared and set by GKE as well.

    For its GPUs GKE taints a pool only if there is another one already, or nothing at all could run.
    """
    its = machine_of(request.inputs)
    others = [
        entry
        for entry in request.ledger.of(pool_type)
        if entry.get("cluster") == request.inputs["cluster"] and entry.get("name") != request.inputs["name"]
    ]
    plain = any(not machine_of(entry.inputs).accelerator for entry in others)
    own = [RESOURCES[its.vendor]] if its.vendor == "tpu" or (its.vendor == "nvidia" and plain) else []
    by_gke = [{"key": key, "value": "present", "effect": "NoSchedule"} for key in own]
    if its.arch == "arm64":
        by_gke.append({"key": "kubernetes.io/arch", "value": "arm64", "effect": "NoSchedule"})
    declared = [
        {"key": taint["key"], "value": taint.get("value", ""), "effect": _EFFECTS[taint["effect"]]}
        for taint in request.inputs["nodeConfig"].get("taints", [])
    ]
    for taint in declared:
        if (taint["key"], taint["effect"]) in {(each["key"], each["effect"]) for each in by_gke}:
            raise RefusedError(refused(f"Duplicate taint {taint['key']}:{taint['effect']}, which GKE sets by itself"))
    return [*declared, *by_gke]


def node_name(entry: Entry) -> str:
    """A pattern with `{number}`, as the names of a managed instance group's machines."""
    cluster = last(entry.get("cluster"))
    return f"gke-{cluster[:20]}-{last(entry.id)[:20]}-{digest(entry.id)[:8]}-{{number:04x}}"


def template(name: str, region: str, inputs: Json, taints: Iterable[Mapping[str, str]]) -> Template:
    """What the nodes of the pool with this name have in common."""
    its, config = machine_of(inputs), inputs["nodeConfig"]
    return Template(
        group=name,
        machine=its.name,
        arch=its.arch,
        labels={
            **_of_the_pool(its, name, region, config),
            **_of_the_devices(its, inputs),
            **_of_the_capacity(config),
            **config.get("labels", {}),
        },
        taints=tuple(taints),
        capacity={"cpu": str(its.cpu), "memory": f"{its.memory_gib}Gi", "pods": _PODS},
        devices=_devices(its, config),
        plugin="image",
    )


def _of_the_pool(its: Machine, name: str, region: str, config: Json) -> dict[str, str]:
    return {
        f"{_GKE}/gke-nodepool": name,
        f"{_GKE}/gke-os-distribution": str(config["imageType"]).partition("_")[0].lower(),
        f"{_GKE}/gke-boot-disk": config["diskType"],
        f"{_GKE}/gke-container-runtime": "containerd",
        f"{_GKE}/gke-cpu-scaling-level": str(its.cpu),
        f"{_GKE}/gke-memory-gb-scaling-level": str(its.memory_gib),
        f"{_GKE}/gke-logging-variant": "DEFAULT",
        f"{_GKE}/gke-max-pods-per-node": _PODS,
        f"{_GKE}/gke-stack-type": "IPV4",
        f"{_GKE}/machine-family": its.name.partition("-")[0],
        f"{_GKE}/private-node": "true",
        "iam.gke.io/gke-metadata-server-enabled": "true",
        "topology.kubernetes.io/region": region,
    }


def _of_the_devices(its: Machine, inputs: Json) -> dict[str, str]:
    labels: dict[str, str] = {}
    if its.vendor == "nvidia":
        labels = {
            f"{_GKE}/gke-accelerator": its.cloud_name,
            f"{_GKE}/gke-accelerator-count": str(its.count),
            f"{_GKE}/gke-gpu": "true",
            f"{_GKE}/gke-gpu-driver-version": _DRIVERS[driver_of(inputs["nodeConfig"])],
        }
    if its.vendor == "tpu":
        topology = inputs.get("placementPolicy", {}).get("tpuTopology") or tpu.topology(its.accelerator, its.count)
        labels = {
            f"{_GKE}/gke-tpu-accelerator": its.cloud_name,
            f"{_GKE}/gke-tpu-topology": topology,
            f"{_GKE}/gke-accelerator-count": str(its.count),
        }
    if profile := inputs.get("networkConfig", {}).get("acceleratorNetworkProfile"):
        labels["gke.networks.io/accelerator-network-profile"] = profile
    return labels


def _of_the_capacity(config: Json) -> dict[str, str]:
    if config.get("spot"):
        return {f"{_GKE}/gke-spot": "true", f"{_GKE}/gke-provisioning": "spot"}
    labels = {f"{_GKE}/gke-provisioning": "standard"}
    if config.get("flexStart"):
        labels[f"{_GKE}/gke-flex-start"] = "true"
    affinity: dict[str, Any] = config.get("reservationAffinity", {})
    if affinity.get("values"):
        labels[f"{_GKE}/reservation-name"] = last(affinity["values"][0])
    return labels


def _devices(its: Machine, config: Json) -> dict[str, str]:
    """What GKE's device plugin finds: of GPUs nothing, where no driver is installed."""
    if its.vendor == "tpu":
        return {RESOURCES["tpu"]: str(its.count)}
    return {RESOURCES["nvidia"]: str(its.count)} if driver_of(config) in ("DEFAULT", "LATEST") else {}
