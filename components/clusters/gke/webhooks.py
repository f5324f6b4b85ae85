"""The way from the control plane to the webhooks that the platform brings into the cluster."""

from typing import Final

import pulumi
from pulumi_gcp.compute import Firewall
from pulumi_gcp.container import Cluster

from components.clusters.gke.network import Place

_PORTS: Final = ("9443",)
"""Of pods, not of their services: Kueue's."""


def opened(name: str, cluster: Cluster, place: Place, nodes: pulumi.Input[str], opts: pulumi.ResourceOptions) -> Firewall:
    """By itself a private control plane reaches nodes at 443 and 10250 only: it would wait in vain for every other webhook, and
    refuse whatever that is to admit."""
    address = cluster.private_cluster_config.apply(lambda private: private.private_endpoint)
    return Firewall(
        name,
        network=place.network,
        direction="INGRESS",
        source_ranges=[pulumi.Output.format("{0}/32", address)],
        target_service_accounts=[nodes],
        allows=[{"protocol": "tcp", "ports": list(_PORTS)}],
        opts=opts,
    )
