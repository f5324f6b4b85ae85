"""A pool of the stack as AKS agent pools: one for each rung of its ladder."""

from collections.abc import Mapping
from typing import Any, Final

import pulumi
from pulumi_azure_native.compute import ProximityPlacementGroup
from pulumi_azure_native.containerservice import AgentPool, GPUProfileArgsDict, ManagedCluster

from components.clusters.base import Pool
from components.naming import CAPACITY, type_token
from config import node_images
from config.capacity import Rung
from config.clusters.agent_pools import agent_pool
from config.node_pool import NodePool

_IMAGES: Final[Mapping[str, str]] = {"ubuntu": "Ubuntu", "azurelinux": "AzureLinux"}
"""Node image in the stack file → what AKS calls it."""

_SPOT: Final[Mapping[str, Any]] = {
    "scale_set_priority": "Spot",
    "scale_set_eviction_policy": "Delete",
    "spot_max_price": -1.0,  # whatever it costs, which is never more than on demand
}


class AksNodePool(pulumi.ComponentResource):
    """The agent pools of one pool. Adding, resizing or renaming another one leaves them alone."""

    def __init__(
        self,
        name: str,
        asked: NodePool,
        pool: Pool,
        cluster: ManagedCluster,
        group: pulumi.Output[str],
        subnet: pulumi.Input[str],
        version: str,
        opts: pulumi.ResourceOptions,
    ):
        super().__init__(type_token("clusters", "AksNodePool"), name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        software = node_images.software(pool.machine, asked.image, asked.driver)
        close = (
            ProximityPlacementGroup(f"{name}-close", resource_group_name=group, zones=list(asked.zones) or None, opts=child).id
            if asked.placement
            else None
        )
        for position, rung in enumerate(asked.capacity):
            smallest = 0 if position else asked.size.min
            AgentPool(
                f"{name}-{agent_pool(asked, rung)}",
                agent_pool_name=agent_pool(asked, rung),
                resource_group_name=group,
                resource_name_=cluster.name,
                mode="User",
                type="VirtualMachineScaleSets",
                orchestrator_version=version,
                vm_size=pool.machine.name,
                enable_auto_scaling=True,
                count=smallest,
                min_count=smallest,
                max_count=asked.size.max,
                vnet_subnet_id=subnet,
                availability_zones=list(asked.zones) or None,
                proximity_placement_group_id=close,
                os_type="Linux",
                os_sku=_IMAGES[software.image.name],
                os_disk_size_gb=asked.disk_gib,
                os_disk_type="Managed",
                enable_encryption_at_host=True,
                enable_node_public_ip=False,
                security_profile={"ssh_access": "Disabled"},
                gpu_profile=_driver(software) if pool.devices else None,
                node_labels={**pool.labels, CAPACITY: rung.kind},
                node_taints=[f"{taint['key']}={taint.get('value', '')}:{taint['effect']}" for taint in pool.taints],
                # There is no spare machine with devices to upgrade by: the old node goes before the new one comes.
                upgrade_settings={"max_surge": "0", "max_unavailable": "1"} if pool.devices else {"max_surge": "1"},
                **_bought(rung),
                # The autoscaler moves it: without this, every `up` would move it back.
                opts=pulumi.ResourceOptions(parent=self, ignore_changes=["count"]),
            )
        self.register_outputs({})


def _driver(software: node_images.Software) -> GPUProfileArgsDict:
    return {"driver": "Install" if "driver" in software.preinstalled else "None"}


def _bought(rung: Rung) -> Mapping[str, Any]:
    if rung.kind == "spot":
        return _SPOT
    return {"capacity_reservation_group_id": rung.reservation or None}
