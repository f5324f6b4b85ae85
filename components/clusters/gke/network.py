"""Where nodes, pods and services have their addresses, and how nodes without a public one reach the internet."""

from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_gcp.compute import Network as Vpc
from pulumi_gcp.compute import Router, RouterNat, Subnetwork

from components.naming import type_token
from config.clusters.gke import ExistingNetwork, GkeNetwork

PODS: Final = "pods"
SERVICES: Final = "services"


@dataclass(frozen=True)
class Place:
    """Where a cluster is put."""

    network: pulumi.Input[str]
    subnetwork: pulumi.Input[str]
    pods: pulumi.Input[str]
    """Name of the secondary range."""
    services: pulumi.Input[str]
    """Name of the secondary range."""


class Network(pulumi.ComponentResource):
    """A VPC with one subnetwork and Cloud NAT."""

    place: Place

    def __init__(self, name: str, asked: GkeNetwork, region: str, opts: pulumi.ResourceOptions):
        super().__init__(type_token("clusters", "GkeNetwork"), name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        vpc = Vpc(f"{name}-vpc", auto_create_subnetworks=False, routing_mode="REGIONAL", opts=child)
        subnetwork = Subnetwork(
            f"{name}-subnetwork",
            network=vpc.id,
            region=region,
            ip_cidr_range=asked.nodes,
            secondary_ip_ranges=[
                {"range_name": PODS, "ip_cidr_range": asked.pods},
                {"range_name": SERVICES, "ip_cidr_range": asked.services},
            ],
            # Images and logs go to Google's services without a public address.
            private_ip_google_access=True,
            log_config={"aggregation_interval": "INTERVAL_10_MIN", "flow_sampling": 0.5, "metadata": "INCLUDE_ALL_METADATA"},
            opts=child,
        )
        router = Router(f"{name}-router", network=vpc.id, region=region, opts=child)
        nat = RouterNat(
            f"{name}-nat",
            router=router.name,
            region=region,
            nat_ip_allocate_option="AUTO_ONLY",
            source_subnetwork_ip_ranges_to_nat="LIST_OF_SUBNETWORKS",
            subnetworks=[{"name": subnetwork.id, "source_ip_ranges_to_nats": ["ALL_IP_RANGES"]}],
            # Dozens of pods of a node that pull from one registry at once need more than the 64 ports of a fixed share.
            enable_dynamic_port_allocation=True,
            min_ports_per_vm=64,
            max_ports_per_vm=4096,
            log_config={"enable": True, "filter": "ERRORS_ONLY"},
            opts=child,
        )
        self.place = Place(vpc.id, subnetwork.id, PODS, SERVICES)
        self.register_outputs({"nat": nat.id})


def existing(named: ExistingNetwork) -> Place:
    """The network that the stack file names; it is in the cluster's own project and region, where names are enough."""
    return Place(named.network, named.subnetwork, named.pods, named.services)
