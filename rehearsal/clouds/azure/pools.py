"""What AKS says to an agent pool, whether it stands alone or in a cluster's profile."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from config import regions
from config.catalog import Machine, by_name
from config.versions import KUBERNETES
from rehearsal.clouds.azure import arm
from rehearsal.clouds.kind import Mistake, Request
from rehearsal.plugins.values import Json

_NAME: Final = re.compile(r"[a-z][a-z0-9]{0,11}")
_TAINT: Final = re.compile(r"[^=:]+=[^=:]*:(NoSchedule|PreferNoSchedule|NoExecute)")
_RESERVED: Final = ("kubernetes.azure.com/", "kubernetes.io/")
_LARGEST: Final = 1000

_FIXED: Final[Mapping[str, str]] = {
    name: f"properties.{name}"
    for name in (
        *("vmSize", "osDiskSizeGB", "osDiskType", "osType", "availabilityZones", "proximityPlacementGroupID", "maxPods"),
        *("vnetSubnetID", "scaleSetPriority", "scaleSetEvictionPolicy", "spotMaxPrice", "enableEncryptionAtHost"),
        *("capacityReservationGroupID", "gpuProfile", "enableFIPS"),
    )
}
"""Input → what Azure calls it, of those that stay as they were when a pool was made."""


def minor(version: str) -> str:
    """`1.35` of `1.35.2`."""
    return ".".join(version.split(".")[:2])


def machine(pool: Json) -> Machine:
    """The machines of a pool that has been admitted."""
    return by_name()[pool["vmSize"]]


def nodes(pool: Json) -> int:
    """How many a pool has before its autoscaler adds any: it has its smallest size at once, whatever `count` says."""
    return max(int(pool.get("count") or 0), int(pool.get("minCount") or 0))


def mistakes(pool: Json, path: str, name: str) -> Iterator[Mistake]:
    """Found in a preview already; `path` is where the pool is, and `name` the input with its name."""
    if isinstance(pool.get(name), str) and not _NAME.fullmatch(pool[name]):
        yield Mistake(f"{path}{name}", f"{pool[name]!r}: at most 12 lower-case letters and digits, a letter first")
    counts = {key: pool.get(key) for key in ("minCount", "count", "maxCount")}
    least, most = counts["minCount"], counts["maxCount"]
    if isinstance(least, int) and isinstance(most, int) and least > most:
        yield Mistake(f"{path}minCount", f"{least} is more than maxCount, {most}")
    smallest = 1 if pool.get("mode") == "System" else 0
    for key, count in counts.items():
        if isinstance(count, int) and not smallest <= count <= _LARGEST:
            yield Mistake(f"{path}{key}", f"{count} is not from {smallest} to {_LARGEST} in a {pool.get('mode')} pool")
    if pool.get("mode") == "System" and pool.get("scaleSetPriority") == "Spot":
        yield Mistake(f"{path}scaleSetPriority", "a system pool can't be a spot pool")
    for taint in arm.listed(pool, "nodeTaints"):
        if isinstance(taint, str) and not _TAINT.fullmatch(taint):
            yield Mistake(f"{path}nodeTaints", f"{taint!r} is not of the form key=value:effect")
    for label in arm.inner(pool, "nodeLabels"):
        if label.startswith(_RESERVED):
            yield Mistake(f"{path}nodeLabels", f"{label!r} has a prefix that is reserved for AKS")
    settings = arm.inner(pool, "upgradeSettings")
    if settings.get("maxSurge") == "0" and settings.get("maxUnavailable", "0") == "0":
        yield Mistake(f"{path}upgradeSettings", "maxSurge and maxUnavailable can't both be 0")


def admit(request: Request, pool: Json, cluster_version: str) -> None:
    """Raises RefusedError for what this region and cluster do not have."""
    region, size = request.config["location"], pool["vmSize"]
    found = by_name().get(size)
    if not found or found.cloud != "azure":
        raise arm.refusal("BadRequest", f"The VM size of {size} is not allowed in your subscription in location '{region}'.")
    zones, there = arm.listed(pool, "availabilityZones"), regions.zones("azure", region)
    if missing := [zone for zone in zones if zone not in there]:
        raise arm.refusal(
            "AvailabilityZoneNotSupported",
            f"Preflight validation check for resource(s) failed: {region} has no zone {missing[0]}.",
        )
    if pool.get("proximityPlacementGroupID") and len(zones) > 1:
        raise arm.refusal("BadRequest", "A proximity placement group can map to only one availability zone.")
    if found.vendor == "amd":
        if arm.inner(pool, "gpuProfile").get("driver") != "None":
            raise arm.refusal(
                "BadRequest", f"{size}: the GPU driver must be skipped on AMD GPU node pools (gpuProfile.driver: None)."
            )
        if pool.get("osSKU") not in (None, "Ubuntu"):
            raise arm.refusal("BadRequest", f"{size}: OS SKU {pool['osSKU']} is not supported with AMD GPUs.")
    behind = _place(cluster_version) - _place(pool.get("orchestratorVersion") or cluster_version)
    if not 0 <= behind <= 2:
        message = f"Node pool version {pool['orchestratorVersion']} and control plane version {cluster_version} are incompatible."
        raise arm.refusal("NodePoolMcVersionIncompatible", message)


def changes(now: Json, before: Json) -> None:
    """Raises RefusedError for a change to what is fixed."""
    arm.changed(_FIXED, now, before)


def _place(version: str) -> int:
    return KUBERNETES.index(minor(version))
