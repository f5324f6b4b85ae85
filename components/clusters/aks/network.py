"""Where nodes have their addresses, and how nodes without a public one reach the internet."""

import pulumi
from pulumi_azure_native.network import NatGateway, PublicIPAddress, Subnet, VirtualNetwork

from components.naming import type_token
from config.clusters.aks import AksNetwork as Asked


class Network(pulumi.ComponentResource):
    """A virtual network with one subnet, and a NAT gateway."""

    subnet: pulumi.Output[str]
    """The subnet's resource id."""
    egress: pulumi.Output[str]
    """The one address that the cluster's traffic to the internet comes from."""

    def __init__(self, name: str, asked: Asked, group: pulumi.Output[str], opts: pulumi.ResourceOptions):
        super().__init__(type_token("clusters", "AksNetwork"), name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        address = PublicIPAddress(
            f"{name}-egress",
            resource_group_name=group,
            public_ip_allocation_method="Static",
            sku={"name": "Standard", "tier": "Regional"},
            opts=child,
        )
        gateway = NatGateway(
            f"{name}-nat",
            resource_group_name=group,
            sku={"name": "Standard"},
            public_ip_addresses=[{"id": address.id}],
            opts=child,
        )
        network = VirtualNetwork(
            f"{name}-vnet",
            resource_group_name=group,
            address_space={"address_prefixes": [asked.nodes]},
            opts=child,
        )
        subnet = Subnet(
            f"{name}-nodes",
            resource_group_name=group,
            virtual_network_name=network.name,
            address_prefix=asked.nodes,
            nat_gateway={"id": gateway.id},
            # What has no NAT gateway would otherwise get a public address of Azure's own choosing.
            default_outbound_access=False,
            # Shared volumes are mounted over NFS from storage accounts that let only this subnet in.
            service_endpoints=[{"service": "Microsoft.Storage"}],
            opts=child,
        )
        self.subnet = subnet.id
        self.egress = pulumi.Output.format("{0}/32", address.ip_address)
        self.register_outputs({"subnet": self.subnet})
