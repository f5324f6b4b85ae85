"""The GKE cluster itself, without nodes."""

from typing import Final

import pulumi
from pulumi_gcp.container import (
    Cluster,
    ClusterClusterAutoscalingArgsDict,
    ClusterControlPlaneEndpointsConfigArgsDict,
    ClusterMaintenancePolicyArgsDict,
    ClusterMasterAuthorizedNetworksConfigArgsDict,
)

from components.clusters.gke.network import Place
from config.clusters.gke import Gke, GkeEndpoint, GkeMaintenance

_LOGS: Final = ("SYSTEM_COMPONENTS", "WORKLOADS", "APISERVER", "CONTROLLER_MANAGER", "SCHEDULER")
_METRICS: Final = ("SYSTEM_COMPONENTS", "APISERVER", "CONTROLLER_MANAGER", "SCHEDULER", "STORAGE", "POD", "DEPLOYMENT")


def control_plane(
    name: str,
    asked: Gke,
    place: Place,
    project: pulumi.Output[str],
    key: pulumi.Input[str],
    autoscaling: ClusterClusterAutoscalingArgsDict,
    opts: pulumi.ResourceOptions,
) -> Cluster:
    """A regional, private cluster: its control plane is in three zones, its nodes in those that the stack file names."""
    return Cluster(
        name,
        name=asked.name or f"{pulumi.get_project()}-{pulumi.get_stack()}",
        location=asked.region,
        node_locations=list(asked.spanned),
        # Pools are resources of their own: one that is part of the cluster could not change without it.
        remove_default_node_pool=True,
        initial_node_count=1,
        min_master_version=asked.version,
        release_channel={"channel": asked.channel.upper()},
        maintenance_policy=_maintenance(asked.maintenance),
        deletion_protection=asked.deletion_protection,
        network=place.network,
        subnetwork=place.subnetwork,
        networking_mode="VPC_NATIVE",
        ip_allocation_policy={
            "cluster_secondary_range_name": place.pods,
            "services_secondary_range_name": place.services,
        },
        datapath_provider="ADVANCED_DATAPATH",  # Dataplane V2, which enforces network policies
        private_cluster_config={"enable_private_nodes": True, "enable_private_endpoint": not asked.endpoint.public},
        master_authorized_networks_config=_authorised(asked.endpoint),
        control_plane_endpoints_config=_endpoints(asked.endpoint),
        workload_identity_config={"workload_pool": pulumi.Output.format("{0}.svc.id.goog", project)},
        authenticator_groups_config={"security_group": asked.security_group} if asked.security_group else None,
        database_encryption={"state": "ENCRYPTED", "key_name": key},
        enable_shielded_nodes=True,
        enable_legacy_abac=False,
        master_auth={"client_certificate_config": {"issue_client_certificate": False}},
        security_posture_config={"mode": "BASIC", "vulnerability_mode": "VULNERABILITY_DISABLED"},
        logging_config={"enable_components": list(_LOGS)},
        monitoring_config={"enable_components": list(_METRICS), "managed_prometheus": {"enabled": True}},
        cost_management_config={"enabled": True},
        cluster_autoscaling=autoscaling,
        # The kubelet's port that asks nobody who he is stays closed on nodes that GKE makes by itself, too.
        node_pool_auto_config={"node_kubelet_config": {"insecure_kubelet_readonly_port_enabled": "FALSE"}},
        vertical_pod_autoscaling={"enabled": True},
        addons_config={
            "dns_cache_config": {"enabled": True},
            "gce_persistent_disk_csi_driver_config": {"enabled": True},
            "gcp_filestore_csi_driver_config": {"enabled": True},
            "gcs_fuse_csi_driver_config": {"enabled": True},
        },
        opts=opts,
    )


def _authorised(endpoint: GkeEndpoint) -> ClusterMasterAuthorizedNetworksConfigArgsDict:
    """An empty list still means: nobody but the cluster's network. Leaving the block out would mean everybody."""
    return {
        "cidr_blocks": [{"cidr_block": cidr} for cidr in endpoint.cidrs],
        # Addresses of Google Cloud belong to all of its customers.
        "gcp_public_cidrs_access_enabled": False,
    }


def _endpoints(endpoint: GkeEndpoint) -> ClusterControlPlaneEndpointsConfigArgsDict:
    return {"dns_endpoint_config": {"allow_external_traffic": endpoint.dns}, "ip_endpoints_config": {"enabled": True}}


def _maintenance(asked: GkeMaintenance) -> ClusterMaintenancePolicyArgsDict:
    """The window's first day is only where the repetition starts from."""
    hour, minute = map(int, asked.start.split(":"))
    end = hour + asked.hours
    return {
        "recurring_window": {
            "start_time": f"2026-01-01T{hour:02}:{minute:02}:00Z",
            "end_time": f"2026-01-{1 + end // 24:02}T{end % 24:02}:{minute:02}:00Z",
            "recurrence": f"FREQ=WEEKLY;BYDAY={','.join(asked.days)}",
        }
    }
