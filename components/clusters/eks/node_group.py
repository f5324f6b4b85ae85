"""One managed node group: its machines, and how they are bought."""

from collections.abc import Mapping, Sequence
from typing import Final

import pulumi
from pulumi_aws.ec2 import LaunchTemplate, PlacementGroup
from pulumi_aws.eks import Cluster, NodeGroup
from pulumi_aws.eks.outputs import NodeGroupResource

from components.clusters.base import Pool
from components.clusters.eks import machines
from components.clusters.eks.groups import Group
from components.naming import type_token

_EFFECTS: Final[Mapping[str, str]] = {
    "NoSchedule": "NO_SCHEDULE",
    "PreferNoSchedule": "PREFER_NO_SCHEDULE",
    "NoExecute": "NO_EXECUTE",
}
"""A taint's effect in Kubernetes' words → in EKS's."""

_CAPACITY_TYPES: Final[Mapping[tuple[str, bool], str]] = {
    ("on-demand", False): "ON_DEMAND",
    ("reserved", False): "ON_DEMAND",  # paid for like on-demand machines, and taken out of the reservation
    ("reserved", True): "CAPACITY_BLOCK",
    ("spot", False): "SPOT",
}
"""Kind of rung, and whether it is a capacity block → how EKS buys the machines."""

_PREFIX: Final = 37
"""Characters of a group's name that are ours: EKS takes 63, of which 26 make it unique."""


class EksNodeGroup(pulumi.ComponentResource):
    """Nodes of one pool, bought in one way."""

    key: str
    """Its name among the cluster's groups."""
    step: int
    """Its rung of the ladder: 0 is tried first."""
    pool: Pool
    labels: Mapping[str, str]
    """Of its nodes."""
    autoscaling_group: pulumi.Output[str]
    """Name of the autoscaling group behind it."""

    def __init__(
        self,
        name: str,
        cluster: Cluster,
        group: Group,
        pool: Pool,
        role: pulumi.Input[str],
        subnets: Sequence[pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ):
        """`role`: ARN of the nodes' role; `subnets`: one in each of the group's zones."""
        super().__init__(type_token("clusters", "EksNodeGroup"), name, None, opts)
        self.key, self.step, self.pool = group.key, group.step, pool
        self.labels = {**machines.labels(group, pool), **_awaited(pool)}
        template = _template(name, cluster, group, pool, pulumi.ResourceOptions(parent=self))
        made = NodeGroup(
            f"{name}-group",
            cluster_name=cluster.name,
            node_group_name_prefix=f"{group.key[: _PREFIX - 1]}-",
            node_role_arn=role,
            subnet_ids=subnets,
            version=cluster.version,
            ami_type=machines.ami_type(group.pool, pool.machine),
            capacity_type=_CAPACITY_TYPES[group.rung.kind, group.rung.block],
            launch_template={"id": template.id, "version": template.latest_version.apply(str)},
            labels=self.labels,
            taints=[
                {"key": taint["key"], "value": taint.get("value", ""), "effect": _EFFECTS[str(taint["effect"])]}
                for taint in pool.taints
            ],
            scaling_config={"min_size": group.min, "max_size": group.max, "desired_size": group.min},
            # There is no spare GPU to surge with: the old node goes first. Others come up before the old one is drained.
            update_config={"max_unavailable": 1, "update_strategy": "MINIMAL" if pool.devices else "DEFAULT"},
            node_repair_config={"enabled": True},
            opts=pulumi.ResourceOptions(
                parent=self,
                # The autoscaler moves it: without this, every `up` would set the pool back to its smallest size.
                ignore_changes=["scalingConfig.desiredSize"],
            ),
        )
        self.autoscaling_group = made.resources.apply(_autoscaling_group)
        self.register_outputs({"autoscalingGroup": self.autoscaling_group})


def _awaited(pool: Pool) -> dict[str, str]:
    """By this the Cluster Autoscaler knows that GPUs are yet to come to a new node, and asks for no second one meanwhile."""
    return {"k8s.amazonaws.com/accelerator": pool.machine.accelerator} if pool.vendor == "nvidia" else {}


def _autoscaling_group(resources: Sequence[NodeGroupResource]) -> str:
    """EKS makes exactly one for each node group."""
    (group,) = [group.name or "" for resource in resources for group in resource.autoscaling_groups or ()]
    return group


def _template(name: str, cluster: Cluster, group: Group, pool: Pool, opts: pulumi.ResourceOptions) -> LaunchTemplate:
    """Everything about a machine but its image, which EKS keeps up to date."""
    security_group = cluster.vpc_config.apply(lambda network: network.cluster_security_group_id or "")
    cards = machines.network_cards(pool.machine) if group.pool.interconnect else ()
    reservation = group.rung.reservation
    near = PlacementGroup(f"{name}-near", strategy="cluster", opts=opts) if group.compact else None
    # The provider's tags stay on the template: what is made of it gets these.
    project, stack = pulumi.get_project(), pulumi.get_stack()
    tags = {"Name": f"{project}-{stack}-{group.key}", "Project": project, "Stack": stack}
    return LaunchTemplate(
        f"{name}-template",
        instance_type=pool.machine.name,
        update_default_version=True,
        block_device_mappings=[
            {
                "device_name": machines.data_disk(group.pool, pool.machine),
                "ebs": {
                    "volume_type": "gp3",
                    "volume_size": group.pool.disk_gib,
                    "encrypted": "true",
                    "delete_on_termination": "true",
                },
            }
        ],
        # Only the node itself may ask for its credentials, with a token, and no pod: its packets go one hop further.
        metadata_options={"http_endpoint": "enabled", "http_tokens": "required", "http_put_response_hop_limit": 1},
        network_interfaces=[
            {
                "network_card_index": card.index,
                "device_index": card.device,
                "interface_type": card.interface,
                "security_groups": [security_group],
                "delete_on_termination": "true",
            }
            for card in cards
        ]
        or None,
        vpc_security_group_ids=None if cards else [security_group],
        placement={"group_name": near.name} if near else None,
        capacity_reservation_specification=(
            {"capacity_reservation_target": {"capacity_reservation_id": reservation}} if reservation else None
        ),
        instance_market_options={"market_type": "capacity-block"} if group.rung.block else None,
        tag_specifications=[{"resource_type": kind, "tags": tags} for kind in ("instance", "volume")],
        opts=opts,
    )
