"""A pool of the stack as AKS agent pools: one for each rung of its ladder."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import pulumi
from pulumi_azure_native.compute import ProximityPlacementGroup
from pulumi_azure_native.containerservice import AgentPool, GPUProfileArgsDict

from components.clusters.aks.control_plane import ControlPlane
from components.clusters.aks.roles import assign
from components.clusters.base import Pool
from components.naming import CAPACITY, type_token
from config import node_images, regions
from config.clusters.agent_pools import agent_pool, digits
from config.clusters.aks import Aks
from config.node_pool import NodePool

_IMAGES: Final[Mapping[str, str]] = {"ubuntu": "Ubuntu", "azurelinux": "AzureLinux"}
"""Node image in the stack file → what AKS calls it."""

_SPOT: Final[Mapping[str, Any]] = {
    "scale_set_priority": "Spot",
    "scale_set_eviction_policy": "Delete",
    "spot_max_price": -1.0,  # whatever it costs, which is never more than on demand
}

_FIXED: Final = (
    *("availabilityZones", "capacityReservationGroupID", "enableEncryptionAtHost", "gpuProfile", "osDiskSizeGB", "osDiskType"),
    *("proximityPlacementGroupID", "scaleSetPriority", "vnetSubnetID"),
)
"""What AKS takes when a pool is made and never again. Of these, the provider knows the machine type alone."""


class AksNodePool(pulumi.ComponentResource):
    """The agent pools of one pool. Adding, resizing or renaming another one leaves them alone."""

    def __init__(
        self,
        name: str,
        asked: NodePool,
        pool: Pool,
        cluster: Aks,
        plane: ControlPlane,
        may_use: Mapping[str, pulumi.Resource],
        group: pulumi.Output[str],
        subnet: pulumi.Input[str],
        opts: pulumi.ResourceOptions,
    ):
        super().__init__(type_token("clusters", "AksNodePool"), name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        software = node_images.software(pool.machine, asked.image, asked.driver)
        zones = _zones(asked, cluster.region)
        close = None
        needed = [may_use[rung.reservation] for rung in asked.capacity if rung.reservation]
        if asked.placement:
            close = ProximityPlacementGroup(f"{name}-close", resource_group_name=group, zones=zones, opts=child).id
            needed.append(assign(f"{name}-uses-close", "Contributor", close, plane.principal, "ServicePrincipal", child))
        for position, rung in enumerate(asked.capacity):
            called = agent_pool(asked, rung)
            smallest = 0 if position else asked.size.min
            AgentPool(
                f"{name}-{called}",
                agent_pool_name=called,
                resource_group_name=group,
                resource_name_=plane.cluster.name,
                mode="User",
                type="VirtualMachineScaleSets",
                orchestrator_version=cluster.version,
                vm_size=pool.machine.name,
                enable_auto_scaling=True,
                count=smallest,
                min_count=smallest,
                max_count=asked.size.max,
                vnet_subnet_id=subnet,
                availability_zones=zones,
                proximity_placement_group_id=close,
                capacity_reservation_group_id=rung.reservation or None,
                os_type="Linux",
                os_sku=_IMAGES[software.image.name],
                os_disk_size_gb=asked.disk_gib,
                os_disk_type="Managed",
                enable_encryption_at_host=cluster.host_encryption,
                enable_node_public_ip=False,
                security_profile={"ssh_access": "Disabled"},
                gpu_profile=_driver(software) if pool.devices else None,
                node_labels={**pool.labels, CAPACITY: rung.kind},
                node_taints=[f"{taint['key']}={taint.get('value', '')}:{taint['effect']}" for taint in pool.taints],
                # There is no spare machine with devices to upgrade by: the old node goes before the new one comes.
                upgrade_settings={"max_surge": "0", "max_unavailable": "1"} if pool.devices else {"max_surge": "1"},
                **(_SPOT if rung.kind == "spot" else {}),
                opts=pulumi.ResourceOptions(
                    parent=self,
                    # Without its roles, AKS could put nodes neither into the placement group nor on the reservations.
                    depends_on=needed,
                    # The autoscaler moves it: without this, every `up` would move it back.
                    ignore_changes=["count"],
                    # Without this, AKS would refuse the change when the rest of the update is done already.
                    replace_on_changes=list(_FIXED),
                    # A pool's name is given once in a cluster: a new one can't be made while the old one has it.
                    delete_before_replace=True,
                ),
            )
        self.register_outputs({})


def reservations(
    name: str, pools: Iterable[NodePool], plane: ControlPlane, opts: pulumi.ResourceOptions
) -> Mapping[str, pulumi.Resource]:
    """Reservation → what lets the cluster use it; it is made once, however many pools do."""
    every = {rung.reservation for pool in pools for rung in pool.capacity if rung.reservation}
    return {
        each: assign(
            f"{name}-uses-{each.rpartition('/')[2]}-{digits(each)}",
            "Contributor",
            each,
            plane.principal,
            "ServicePrincipal",
            opts,
        )
        for each in sorted(every)
    }


def _zones(asked: NodePool, region: str) -> list[str] | None:
    """Those that are asked for; by default all of the region, but for machines with devices: few zones have them, and AKS
    refuses a pool that names one without. Where no zone is named, Azure looks for room in any."""
    if asked.zones or asked.accelerator or asked.placement:
        return list(asked.zones) or None
    return list(regions.zones("azure", region)) or None


def _driver(software: node_images.Software) -> GPUProfileArgsDict:
    return {"driver": "Install" if "driver" in software.preinstalled else "None"}
