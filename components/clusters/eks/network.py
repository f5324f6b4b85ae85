"""The cluster's network: private subnets for nodes and pods, public ones for load balancers, and the ways in and out."""

from collections.abc import Mapping

import pulumi
from pulumi_aws import ec2

from components.clusters.eks import endpoints, flow_logs
from components.clusters.eks.account import Account
from components.naming import type_token
from config.clusters import Eks


class EksNetwork(pulumi.ComponentResource):
    """A VPC of the cluster's own, or one that is there already, of which nothing is made here."""

    vpc_id: pulumi.Input[str]
    private: Mapping[str, pulumi.Input[str]]
    """Zone → id of the subnet of nodes and pods."""

    def __init__(
        self,
        name: str,
        cluster: Eks,
        cluster_name: str,
        account: Account,
        key: pulumi.Output[str],
        opts: pulumi.ResourceOptions | None = None,
    ):
        """`key`: ARN of that of the flow logs."""
        super().__init__(type_token("clusters", "EksNetwork"), name, None, opts)
        if there := cluster.network.existing:
            self.vpc_id, self.private = there.vpc, there.subnets
        else:
            self._make(name, cluster, cluster_name, account, key)
        self.register_outputs({"vpcId": self.vpc_id})

    def _make(self, name: str, cluster: Eks, cluster_name: str, account: Account, key: pulumi.Output[str]) -> None:
        child = pulumi.ResourceOptions(parent=self)
        vpc = ec2.Vpc(
            f"{name}-vpc",
            cidr_block=cluster.network.cidr,
            # The private names of endpoints, of file systems and of the Kubernetes API are resolved by the VPC's own DNS.
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags={"Name": cluster_name},
            opts=child,
        )
        # Whatever is put into the VPC without a security group of its own gets the default one: it lets nothing through.
        ec2.DefaultSecurityGroup(f"{name}-default", vpc_id=vpc.id, ingress=[], egress=[], opts=child)
        gateway = ec2.InternetGateway(f"{name}-internet", vpc_id=vpc.id, tags={"Name": cluster_name}, opts=child)

        public_table = ec2.RouteTable(f"{name}-public", vpc_id=vpc.id, tags={"Name": f"{cluster_name}-public"}, opts=child)
        internet_route = ec2.Route(
            f"{name}-public-internet",
            route_table_id=public_table.id,
            destination_cidr_block="0.0.0.0/0",
            gateway_id=gateway.id,
            opts=child,
        )
        public: dict[str, ec2.Subnet] = {}
        private: dict[str, ec2.Subnet] = {}
        for zone, ranges in cluster.subnets.items():
            public[zone] = ec2.Subnet(
                f"{name}-public-{zone}",
                vpc_id=vpc.id,
                availability_zone=zone,
                cidr_block=ranges.public,
                tags={"Name": f"{cluster_name}-public-{zone}", "kubernetes.io/role/elb": "1"},
                opts=child,
            )
            private[zone] = ec2.Subnet(
                f"{name}-private-{zone}",
                vpc_id=vpc.id,
                availability_zone=zone,
                cidr_block=ranges.private,
                tags={
                    "Name": f"{cluster_name}-private-{zone}",
                    "kubernetes.io/role/internal-elb": "1",
                    "karpenter.sh/discovery": cluster_name,
                },
                opts=child,
            )
            ec2.RouteTableAssociation(
                f"{name}-public-{zone}-routes", subnet_id=public[zone].id, route_table_id=public_table.id, opts=child
            )

        # A NAT gateway is refused in a subnet without a route to the internet, and its address in use holds the internet gateway.
        routed = pulumi.ResourceOptions(parent=self, depends_on=[internet_route])
        nats: dict[str, ec2.NatGateway] = {}
        for zone in {"each-zone": list(cluster.subnets), "one": list(cluster.subnets)[:1]}[cluster.network.nat]:
            address = ec2.Eip(f"{name}-nat-{zone}-address", domain="vpc", opts=routed)
            nats[zone] = ec2.NatGateway(
                f"{name}-nat-{zone}",
                subnet_id=public[zone].id,
                allocation_id=address.id,
                tags={"Name": f"{cluster_name}-{zone}"},
                opts=routed,
            )
        tables: list[pulumi.Output[str]] = []
        for zone, subnet in private.items():
            table = ec2.RouteTable(
                f"{name}-private-{zone}", vpc_id=vpc.id, tags={"Name": f"{cluster_name}-private-{zone}"}, opts=child
            )
            ec2.Route(
                f"{name}-private-{zone}-nat",
                route_table_id=table.id,
                destination_cidr_block="0.0.0.0/0",
                nat_gateway_id=nats.get(zone, next(iter(nats.values()))).id,
                opts=child,
            )
            ec2.RouteTableAssociation(f"{name}-private-{zone}-routes", subnet_id=subnet.id, route_table_id=table.id, opts=child)
            tables.append(table.id)

        inside = [subnet.id for subnet in private.values()]
        endpoints.create(f"{name}-endpoint", cluster, vpc, inside, tables, child)
        flow_logs.create(f"{name}-flows", cluster, cluster_name, account, vpc.id, key, child)
        self.vpc_id = vpc.id
        self.private = {zone: subnet.id for zone, subnet in private.items()}
