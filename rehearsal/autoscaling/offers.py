"""Which machines Karpenter may choose from, given what there is to move."""

from collections.abc import Collection, Iterable

from config import catalog
from rehearsal.autoscaling import aws, ec2
from rehearsal.autoscaling.group import CapacityType, Group, SoldOut
from rehearsal.autoscaling.machines import instance_types
from rehearsal.control_plane.api import Json


def offers(
    groups: Collection[Group],
    node_classes: Collection[Json],
    pools: Iterable[Json],
    nodes: Iterable[Json],
    sold_out: Collection[SoldOut],
) -> str:
    """The groups' machines, where and as the groups have them; with EC2NodeClasses, all machines of AWS."""
    machines = {name: catalog.by_name()[name] for name in sorted(group.template.machine for group in groups)}
    zones = {zone for group in groups for zone in group.zones}
    capacities: set[CapacityType] = {group.capacity for group in groups}
    labels: dict[str, dict[str, str]] = {}
    if node_classes:
        amazon = {machine.name: machine for machine in catalog.machines() if machine.cloud == "aws"}
        machines |= amazon
        zones |= ec2.zones(pools, nodes)
        capacities |= ec2.capacities(node_classes)
        labels = {name: aws.labels(machine) for name, machine in amazon.items()}
    return instance_types(machines.values(), zones, capacities, sold_out, labels)
