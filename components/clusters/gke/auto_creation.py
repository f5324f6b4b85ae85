"""Node pools that GKE makes by itself when pods wait for them, and removes when they are empty."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final

import pulumi
from pulumi_gcp.container import ClusterClusterAutoscalingArgsDict

from components.clusters.base import Pool
from components.clusters.gke.compute_class import COMPUTE_CLASS
from components.clusters.gke.machines import IMAGES, disk_type
from components.clusters.gke.node_pools import OAUTH_SCOPE
from components.naming import CAPACITY
from config.capacity import Kind, Rung
from config.clusters.gke import Gke, auto_created, most, placed
from config.node_images import software
from config.node_pool import NodePool

Json = dict[str, Any]


def autoscaling(
    cluster: Gke, node_pools: tuple[NodePool, ...], service_account: pulumi.Input[str]
) -> ClusterClusterAutoscalingArgsDict:
    """How eager the autoscaler is and, with auto-creation, what it may make.

    A ComputeClass could have node pools made without auto-provisioning in the whole cluster. But only that has limits, without
    which pools would grow past their size, and secure boot in all versions of GKE.
    """
    scaling: ClusterClusterAutoscalingArgsDict = {
        "autoscaling_profile": cluster.autoscaling.upper().replace("-", "_"),
        # Said even then: what is not said stays as it was.
        "enabled": cluster.auto_creation,
    }
    if not cluster.auto_creation:
        return scaling
    made = [pool for pool in node_pools if auto_created(cluster, pool)]
    return {
        **scaling,
        "resource_limits": [
            {"resource_type": resource, "maximum": amount} for resource, amount in limits(cluster, node_pools).items()
        ],
        "auto_provisioning_locations": sorted({zone for pool in made for zone in placed(cluster, pool)}),
        "auto_provisioning_defaults": {
            "service_account": service_account,
            "oauth_scopes": [OAUTH_SCOPE],
            "management": {"auto_repair": True, "auto_upgrade": True},
            "shielded_instance_config": {"enable_secure_boot": True, "enable_integrity_monitoring": True},
            # There is no spare machine with devices to move pods to.
            "upgrade_settings": {"strategy": "SURGE", "max_surge": 0, "max_unavailable": 1},
        },
    }


def limits(cluster: Gke, node_pools: tuple[NodePool, ...]) -> dict[str, int]:
    """Resource → how much of it the cluster's nodes may have, those of pools that are made beforehand included.

    GKE counts `cpu`, `memory` in GB, and GPUs by their type.
    """
    sums = Counter[str]()
    for pool in node_pools:
        machine, nodes = pool.machine("gcp"), most(cluster, pool)
        sums += {"cpu": nodes * machine.cpu, "memory": nodes * machine.memory_gib}
        if machine.vendor == "nvidia":
            sums += {machine.cloud_name: nodes * machine.count}
    return dict(sums)


def provisioned(cluster: Gke, asked: NodePool, pool: Pool, service_account: pulumi.Input[str]) -> Json:
    """The spec of a class of which GKE makes node pools: one for each rung that it comes to."""
    zones, runs = placed(cluster, asked), software(pool.machine, asked.image, asked.driver)
    # GKE labels and taints nodes for their class and their devices by itself.
    own = {COMPUTE_CLASS, *pool.devices}
    return {
        "nodePoolAutoCreation": {"enabled": True},
        "nodePoolConfig": {
            "imageType": IMAGES[runs.image.name].lower(),
            "serviceAccount": service_account,
            "ipType": "private",
            "gvnic": {"enabled": True},
            "nodeLabels": {key: value for key, value in pool.labels.items() if key not in own},
            "taints": [dict(taint) for taint in pool.taints if taint["key"] not in own],
        },
        "priorities": [
            {
                "machineType": pool.machine.name,
                "gpu": {"type": pool.machine.cloud_name, "count": pool.machine.count, "driverVersion": runs.driver},
                "storage": {"bootDiskType": disk_type(pool.machine), "bootDiskSize": asked.disk_gib},
                "nodeLabels": {CAPACITY: rung.kind},
                **_WAYS[rung.kind](rung, zones),
            }
            for rung in asked.capacity
        ],
    }


def _on_demand(_: Rung, zones: tuple[str, ...]) -> Json:
    return {"location": {"zones": list(zones), "locationPolicy": "BALANCED"}}


def _spot(_: Rung, zones: tuple[str, ...]) -> Json:
    return {"spot": True, "location": {"zones": list(zones), "locationPolicy": "ANY"}}


def _flex(rung: Rung, zones: tuple[str, ...]) -> Json:
    return {
        "flexStart": {"enabled": True},
        "maxRunDurationSeconds": rung.hours * 60 * 60,
        "location": {"zones": list(zones), "locationPolicy": "ANY"},
    }


def _reserved(rung: Rung, zones: tuple[str, ...]) -> Json:
    """Of a reservation that is named the zones are said with it, and nowhere else."""
    *project, name = rung.reservation.removeprefix("projects/").split("/reservations/")
    shared = {"project": project[0]} if project else {}
    return {
        "reservations": {"affinity": "Specific", "specific": [{"name": name, **shared, "zones": list(zones)}]},
        "location": {"locationPolicy": "ANY"},
    }


_WAYS: Final[Mapping[Kind, Callable[[Rung, tuple[str, ...]], Json]]] = {
    "reserved": _reserved,
    "on-demand": _on_demand,
    "flex": _flex,
    "spot": _spot,
}
