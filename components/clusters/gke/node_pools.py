"""The machines of a node pool, as GKE node pools: one for each way to buy them."""

import hashlib
from collections.abc import Mapping
from typing import Final

import pulumi
from pulumi_gcp.container import (
    Cluster,
    NodePoolNodeConfigArgsDict,
    NodePoolNodeConfigTaintArgsDict,
    NodePoolPlacementPolicyArgsDict,
    NodePoolUpgradeSettingsArgsDict,
)
from pulumi_gcp.container import NodePool as GkeNodePool
from pulumi_kubernetes.core.v1 import TaintArgsDict

from components.clusters.base import Pool
from components.clusters.gke.capacity import Bought, bought, key
from components.clusters.gke.machines import IMAGES, accelerators, disk_type, secure_boot
from components.naming import CAPACITY, type_token
from config.node_images import Software
from config.node_pool import NodePool
from config.rules.interconnect import out_of_reach

OAUTH_SCOPE: Final = "https://www.googleapis.com/auth/cloud-platform"
"""What nodes may do is decided by the roles of their service account alone."""

_LONGEST_NAME: Final = 40
_EFFECTS: Final[Mapping[str, str]] = {
    "NoSchedule": "NO_SCHEDULE",
    "PreferNoSchedule": "PREFER_NO_SCHEDULE",
    "NoExecute": "NO_EXECUTE",
}


class NodePools(pulumi.ComponentResource):
    """One pool of the stack file: a GKE node pool for each rung of its ladder."""

    names: list[pulumi.Output[str]]
    """Of the GKE node pools, in the order of the ladder."""

    def __init__(
        self,
        name: str,
        asked: NodePool,
        pool: Pool,
        software: Software,
        cluster: Cluster,
        zones: tuple[str, ...],
        service_account: pulumi.Input[str],
        opts: pulumi.ResourceOptions,
    ):
        super().__init__(type_token("clusters", "GkeNodePools"), name, None, opts)
        if asked.interconnect and (reason := out_of_reach(pool.machine)):
            pulumi.warn(f"node pool {asked.name}: made without its interconnect. {reason}", self)
        child = pulumi.ResourceOptions(
            parent=self,
            # How many nodes the pool was made with: GKE reports another number once it has been resized, and that would replace
            # the pool, with all of its nodes.
            ignore_changes=["initialNodeCount"],
        )
        self.names = []
        for rung in asked.capacity:
            how = bought(rung)
            # The smallest size is bought on the first rung; the others are there for what it has no room for.
            smallest = asked.size.min if rung == asked.capacity[0] else 0
            group = GkeNodePool(
                f"{name}-{key(rung)}",
                name=short(f"{asked.name}-{key(rung)}"),
                cluster=cluster.id,
                node_locations=list(zones),
                # A pool is made with this many nodes in each zone. The autoscaler takes away those that are too many, but would
                # wait for pending pods before it adds those that are missing.
                initial_node_count=-(-smallest // len(zones)),
                autoscaling={
                    # Of all zones together, so that a pool has the size that the stack file says.
                    "total_min_node_count": smallest,
                    "total_max_node_count": asked.size.max,
                    "location_policy": how.location_policy,
                },
                management={"auto_repair": how.auto_repair, "auto_upgrade": True},
                upgrade_settings=_upgrade(pool),
                node_config=_node(asked, pool, software, how, key_label=rung.kind, service_account=service_account),
                network_config={"enable_private_nodes": True},
                placement_policy=_placement(asked),
                opts=child,
            )
            self.names.append(group.name)
        self.register_outputs({"names": self.names})


def _node(
    asked: NodePool, pool: Pool, software: Software, how: Bought, key_label: str, service_account: pulumi.Input[str]
) -> NodePoolNodeConfigArgsDict:
    image = software.image.name
    return {
        "machine_type": pool.machine.name,
        "image_type": IMAGES[image],
        "disk_type": disk_type(pool.machine),
        "disk_size_gb": asked.disk_gib,
        "labels": {**pool.labels, CAPACITY: key_label},
        # GKE taints nodes for their devices by itself, and refuses the same taint a second time.
        "taints": [_taint(taint) for taint in pool.taints if taint["key"] not in pool.devices],
        "guest_accelerators": accelerators(pool.machine, software.driver),
        "service_account": service_account,
        "oauth_scopes": [OAUTH_SCOPE],
        "shielded_instance_config": {
            "enable_secure_boot": secure_boot(pool.machine, image),
            "enable_integrity_monitoring": True,
        },
        "workload_metadata_config": {"mode": "GKE_METADATA"},
        "metadata": {"disable-legacy-endpoints": "true"},
        "gvnic": {"enabled": True},
        # The kubelet's port that asks nobody who he is stays closed.
        "kubelet_config": {"insecure_kubelet_readonly_port_enabled": "FALSE", **how.kubelet},
        **how.node,
    }


def _taint(taint: TaintArgsDict) -> NodePoolNodeConfigTaintArgsDict:
    return {"key": taint["key"], "value": str(taint.get("value") or ""), "effect": _EFFECTS[str(taint["effect"])]}


def _placement(asked: NodePool) -> NodePoolPlacementPolicyArgsDict | None:
    if asked.accelerator and asked.accelerator.nodes > 1:
        return {"type": "COMPACT", "tpu_topology": asked.accelerator.shape}
    return {"type": "COMPACT"} if asked.placement else None


def _upgrade(pool: Pool) -> NodePoolUpgradeSettingsArgsDict:
    """There is no spare machine with devices to move pods to: one node at a time goes, and comes back upgraded."""
    if pool.devices:
        return {"strategy": "SURGE", "max_surge": 0, "max_unavailable": 1}
    return {"strategy": "SURGE", "max_surge": 1, "max_unavailable": 0}


def short(name: str) -> str:
    """A name of at most 40 characters, which is what GKE takes; of a longer one, a digest stands for the rest."""
    if len(name) <= _LONGEST_NAME:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:6]
    return f"{name[: _LONGEST_NAME - 7]}-{digest}"
