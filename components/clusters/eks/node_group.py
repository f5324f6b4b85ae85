"""One managed node group: its machines, how they are bought, and what an autoscaler must know of nodes that are not there yet."""

from collections.abc import Mapping, Sequence
from typing import Final

import pulumi
from pulumi_aws import autoscaling
from pulumi_aws.ec2 import LaunchTemplate, PlacementGroup
from pulumi_aws.eks import Cluster, NodeGroup
from pulumi_aws.eks.outputs import NodeGroupResource

from components.clusters.base import Pool
from components.clusters.eks import machines
from components.clusters.eks.groups import Group
from components.naming import CAPACITY, type_token

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
"""Characters of a group's name that are ours; EKS takes 63 and 26 make it unique."""

_TAGS: Final = "k8s.io/cluster-autoscaler"


class EksNodeGroup(pulumi.ComponentResource):
    """Nodes of one pool, bought in one way."""

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
        child = pulumi.ResourceOptions(parent=self)
        labels = {**pool.labels, CAPACITY: group.rung.kind}
        template = _template(name, cluster, group, pool, child)
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
            labels=labels,
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
        for key, value in autoscaler_tags(pool, labels).items():
            autoscaling.Tag(
                f"{name}-{key}",
                autoscaling_group_name=self.autoscaling_group,
                tag={"key": f"{_TAGS}/{key}", "value": value, "propagate_at_launch": False},
                opts=child,
            )
        autoscaling.Tag(
            f"{name}-owner",
            autoscaling_group_name=self.autoscaling_group,
            tag={"key": pulumi.Output.concat(_TAGS, "/", cluster.name), "value": "owned", "propagate_at_launch": False},
            opts=child,
        )
        self.register_outputs({"autoscalingGroup": self.autoscaling_group})


def _autoscaling_group(resources: Sequence[NodeGroupResource]) -> str:
    """EKS makes exactly one for each node group."""
    (group,) = [group.name or "" for resource in resources for group in resource.autoscaling_groups or ()]
    return group


def autoscaler_tags(pool: Pool, labels: Mapping[str, str]) -> dict[str, str]:
    """What a group's nodes will be like: the Cluster Autoscaler reads it while there is none to look at."""
    return {
        "enabled": "true",
        **{f"node-template/label/{key}": value for key, value in labels.items()},
        **{f"node-template/taint/{taint['key']}": f"{taint.get('value', '')}:{taint['effect']}" for taint in pool.taints},
        **{f"node-template/resources/{resource}": str(count) for resource, count in pool.devices.items()},
    }


def _template(name: str, cluster: Cluster, group: Group, pool: Pool, opts: pulumi.ResourceOptions) -> LaunchTemplate:
    """Everything about a machine but its image, which EKS keeps up to date."""
    security_group = cluster.vpc_config.apply(lambda network: network.cluster_security_group_id or "")
    cards = machines.network_cards(pool.machine, security_group) if group.pool.interconnect else None
    reservation = group.rung.reservation
    # A reservation has its own place: asked for another one at the same time, EC2 finds no room.
    compact = PlacementGroup(f"{name}-near", strategy="cluster", opts=opts) if _compact(group) else None
    tags = {"Name": f"{pulumi.get_stack()}-{group.key}"}
    return LaunchTemplate(
        f"{name}-template",
        instance_type=pool.machine.name,
        update_default_version=True,
        block_device_mappings=machines.disks(group.pool, pool.machine),
        # Only the node itself may ask for its credentials, with a token, and no pod: its packets go one hop further.
        metadata_options={"http_endpoint": "enabled", "http_tokens": "required", "http_put_response_hop_limit": 1},
        network_interfaces=cards,
        vpc_security_group_ids=None if cards else [security_group],
        placement={"group_name": compact.name} if compact else None,
        capacity_reservation_specification=(
            {"capacity_reservation_target": {"capacity_reservation_id": reservation}} if reservation else None
        ),
        instance_market_options={"market_type": "capacity-block"} if group.rung.block else None,
        tag_specifications=[{"resource_type": kind, "tags": tags} for kind in ("instance", "volume", "network-interface")],
        opts=opts,
    )


def _compact(group: Group) -> bool:
    return group.pool.placement == "compact" and not group.rung.reservation
