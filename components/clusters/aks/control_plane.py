"""The cluster itself: its API, who may call it, and the small pool of nodes that its own add-ons run on."""

from ipaddress import IPv4Network
from typing import Final

import pulumi
from pulumi_azure_native.authorization import RoleAssignment, get_client_config_output
from pulumi_azure_native.containerservice import (
    MaintenanceConfiguration,
    MaintenanceWindowArgsDict,
    ManagedCluster,
    ManagedClusterAgentPoolProfileArgsDict,
    ManagedClusterAPIServerAccessProfileArgsDict,
    ResourceIdentityType,
)
from pulumi_azure_native.managedidentity import UserAssignedIdentity

from components.clusters.aks.autoscaler import PROFILE
from components.clusters.aks.roles import assign
from components.naming import type_token
from config.clusters.aks import SYSTEM_POOL, Maintenance
from config.clusters.aks import Aks as Asked

_SYSTEM_POOL: Final[ManagedClusterAgentPoolProfileArgsDict] = {
    # Apart from the stack's pools, so that none of them is tied to the cluster's life: each can be renamed or replaced.
    "name": "system",
    "mode": "System",
    "type": "VirtualMachineScaleSets",
    "vm_size": "Standard_D4s_v5",
    "count": SYSTEM_POOL.min,
    "min_count": SYSTEM_POOL.min,
    "max_count": SYSTEM_POOL.max,
    "enable_auto_scaling": True,
    "os_sku": "Ubuntu",
    "os_disk_size_gb": 128,
    "security_profile": {"ssh_access": "Disabled"},
    # Whatever is not AKS's own goes to the stack's pools.
    "node_taints": ["CriticalAddonsOnly=true:NoSchedule"],
    "upgrade_settings": {"max_surge": "1"},
}
"""What AKS runs its add-ons on."""

_WINDOWS: Final = ("aksManagedAutoUpgradeSchedule", "aksManagedNodeOSUpgradeSchedule")
"""Names of maintenance configurations that AKS knows: when it upgrades Kubernetes, and when the nodes' image."""


class ControlPlane(pulumi.ComponentResource):
    """A managed cluster with what it may do to the network, and those who may do anything to it."""

    cluster: ManagedCluster
    principal: pulumi.Output[str]
    """Who the cluster is when it asks Azure for something."""
    admins: list[RoleAssignment]
    """What lets people in."""

    def __init__(
        self,
        name: str,
        asked: Asked,
        physical: str,
        group: pulumi.Output[str],
        subnet: pulumi.Input[str],
        egress: pulumi.Input[str] | None,
        opts: pulumi.ResourceOptions,
    ):
        super().__init__(type_token("clusters", "AksControlPlane"), name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        identity = UserAssignedIdentity(f"{name}-identity", resource_group_name=group, opts=child)
        self.principal = identity.principal_id
        may_join = assign(f"{name}-joins-subnet", "Network Contributor", subnet, self.principal, "ServicePrincipal", child)
        self.cluster = ManagedCluster(
            f"{name}-cluster",
            resource_name_=physical,
            resource_group_name=group,
            # A group of its own for what AKS makes: machines, disks, load balancers. It goes with the cluster.
            node_resource_group=f"{physical}-nodes",
            dns_prefix=physical,
            sku={"name": "Base", "tier": "Standard"},
            kubernetes_version=asked.version,
            # `stable` and `rapid` would move the minor away from what the stack file says.
            auto_upgrade_profile={"upgrade_channel": "patch", "node_os_upgrade_channel": "NodeImage"},
            identity={"type": ResourceIdentityType.USER_ASSIGNED, "user_assigned_identities": [identity.id]},
            disable_local_accounts=True,
            enable_rbac=True,
            aad_profile={"managed": True, "enable_azure_rbac": True},
            oidc_issuer_profile={"enabled": True},
            security_profile={
                "workload_identity": {"enabled": True},
                "image_cleaner": {"enabled": True, "interval_hours": 168},
            },
            api_server_access_profile=_access(asked, egress),
            auto_scaler_profile=PROFILE,
            network_profile={
                "network_plugin": "azure",
                "network_plugin_mode": "overlay",
                "network_dataplane": "cilium",
                "network_policy": "cilium",
                "outbound_type": "userAssignedNATGateway",
                "load_balancer_sku": "standard",
                "pod_cidr": asked.network.pods,
                "service_cidr": asked.network.services,
                "dns_service_ip": _tenth(asked.network.services),
            },
            storage_profile={
                "disk_csi_driver": {"enabled": True},
                "file_csi_driver": {"enabled": True},
                "snapshot_controller": {"enabled": True},
            },
            agent_pool_profiles=[
                {
                    **_SYSTEM_POOL,
                    "orchestrator_version": asked.version,
                    "vnet_subnet_id": subnet,
                    "enable_encryption_at_host": asked.host_encryption,
                }
            ],
            opts=pulumi.ResourceOptions(
                parent=self,
                # AKS has nothing of the kind itself. A change that would replace the cluster is refused, too.
                protect=asked.deletion_protection,
                # A cluster that may not join the subnet yet fails after minutes.
                depends_on=[may_join],
                # The autoscaler moves it: without this, every `up` would move it back.
                ignore_changes=["agentPoolProfiles[*].count"],
            ),
        )
        for window in _WINDOWS:
            MaintenanceConfiguration(
                f"{name}-{window}",
                config_name=window,
                resource_group_name=group,
                resource_name_=self.cluster.name,
                maintenance_window=_window(asked.maintenance),
                opts=child,
            )
        self.admins = [
            assign(f"{name}-admin-{key}", "Azure Kubernetes Service RBAC Cluster Admin", self.cluster.id, principal, kind, child)
            for key, principal, kind in _admins(asked, self)
        ]
        self.register_outputs({"cluster": self.cluster.id})


def _admins(asked: Asked, parent: pulumi.Resource) -> list[tuple[str, pulumi.Input[str], pulumi.Input[str | None]]]:
    """Who may do everything: a key, a principal and what kind of it, for each."""
    if asked.admins:
        return [(admin, admin, "Group") for admin in asked.admins]
    caller = get_client_config_output(opts=pulumi.InvokeOptions(parent=parent))
    # Azure finds out whether it is a person or a program; of a plain None the SDK would make a person.
    return [("caller", caller.object_id, pulumi.Output.from_input(None))]


def _access(asked: Asked, egress: pulumi.Input[str] | None) -> ManagedClusterAPIServerAccessProfileArgsDict:
    """A private endpoint, or a public one for named ranges only; commands through Azure's own API are off in both."""
    if not asked.endpoint.public:
        return {
            "enable_private_cluster": True,
            "enable_private_cluster_public_fqdn": False,
            "private_dns_zone": "system",
            "disable_run_command": True,
        }
    # Nodes call the public endpoint like everybody else: without their own address they would be locked out.
    nodes = [egress] if egress is not None else []
    return {"enable_private_cluster": False, "authorized_ip_ranges": [*asked.endpoint.cidrs, *nodes], "disable_run_command": True}


def _window(asked: Maintenance) -> MaintenanceWindowArgsDict:
    return {
        "schedule": {"weekly": {"day_of_week": asked.day, "interval_weeks": 1}},
        "start_time": asked.start,
        "duration_hours": asked.hours,
        "utc_offset": "+00:00",
    }


def _tenth(services: str) -> str:
    """Where AKS puts DNS by convention; the first address is the API's."""
    return str(IPv4Network(services)[10])
