"""EFS: one file system for all claims, which grows with what is written."""

from collections.abc import Mapping

import pulumi
from pulumi_aws import ec2, efs, eks
from pulumi_aws.vpc import SecurityGroupIngressRule

from components.clusters.base import Disk
from components.naming import type_token


class EksEfs(pulumi.ComponentResource):
    """An EFS file system with a door in each zone, through which only the cluster's nodes come."""

    disk: Disk

    def __init__(
        self,
        name: str,
        cluster: eks.Cluster,
        vpc: pulumi.Input[str],
        subnets: Mapping[str, pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ):
        """`subnets`: one a zone, those of the nodes."""
        super().__init__(type_token("clusters", "EksEfs"), name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        files = efs.FileSystem(
            f"{name}-files",
            encrypted=True,
            # As fast as is asked of it and billed by use: neither sized beforehand nor throttled by how full it is.
            throughput_mode="elastic",
            tags={"Name": cluster.name},
            opts=child,
        )
        group = ec2.SecurityGroup(f"{name}-nodes", vpc_id=vpc, description="Nodes that mount the file system", opts=child)
        SecurityGroupIngressRule(
            f"{name}-nodes-nfs",
            security_group_id=group.id,
            referenced_security_group_id=cluster.vpc_config.apply(lambda network: network.cluster_security_group_id or ""),
            ip_protocol="tcp",
            from_port=2049,
            to_port=2049,
            opts=child,
        )
        for zone, subnet in subnets.items():
            efs.MountTarget(f"{name}-{zone}", file_system_id=files.id, subnet_id=subnet, security_groups=[group.id], opts=child)
        self.disk = Disk(
            "efs.csi.aws.com",
            {
                # Each claim is an access point: a folder of its own, and one user whoever the pod runs as.
                "provisioningMode": "efs-ap",
                "fileSystemId": files.id,
                "directoryPerms": "700",
                "uid": "1000",
                "gid": "1000",
            },
        )
        self.register_outputs({"fileSystem": files.id})
