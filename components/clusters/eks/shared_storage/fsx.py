"""FSx for Lustre: a file system for each claim, of many gigabytes a second."""

from collections.abc import Mapping

import pulumi
from pulumi_aws import ec2, eks
from pulumi_aws.vpc import SecurityGroupIngressRule

from components.clusters.base import Disk
from components.naming import type_token

_PORTS = ((988, 988), (1018, 1023))
"""From and to: Lustre's own, as Amazon's guide has them."""


class EksFsx(pulumi.ComponentResource):
    """Who may reach the file systems that claims will make, and where those are."""

    disk: Disk

    def __init__(
        self,
        name: str,
        cluster: eks.Cluster,
        vpc: pulumi.Input[str],
        subnets: Mapping[str, pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ):
        """`subnets`: one a zone, those of the nodes; a Lustre file system is in one, the first, and reached from all."""
        super().__init__(type_token("clusters", "EksFsx"), name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        group = ec2.SecurityGroup(f"{name}-nodes", vpc_id=vpc, description="Lustre and the nodes that mount it", opts=child)
        nodes = cluster.vpc_config.apply(lambda network: network.cluster_security_group_id or "")
        for who, source in (("nodes", nodes), ("servers", group.id)):
            for first, last in _PORTS:
                SecurityGroupIngressRule(
                    f"{name}-{who}-{first}",
                    security_group_id=group.id,
                    referenced_security_group_id=source,
                    ip_protocol="tcp",
                    from_port=first,
                    to_port=last,
                    opts=child,
                )
        self.disk = Disk(
            "fsx.csi.aws.com",
            {
                "subnetId": next(iter(subnets.values())),
                "securityGroupIds": group.id,
                # What a training job wrote yesterday is there tomorrow, also if a server breaks.
                "deploymentType": "PERSISTENT_2",
                "perUnitStorageThroughput": "125",
                "dataCompressionType": "LZ4",
                "fileSystemTypeVersion": "2.15",
            },
        )
        self.register_outputs({"securityGroup": group.id})
