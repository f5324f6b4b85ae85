"""Which machines Karpenter may choose from, given what there is to move."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from config import catalog
from rehearsal.autoscaling import aws, ec2
from rehearsal.autoscaling.group import CapacityType, Group, SoldOut
from rehearsal.autoscaling.machines import instance_types
from rehearsal.control_plane.api import Json


@dataclass(frozen=True)
class Offers:
    """What the cloud sells, as far as somebody may buy it."""

    machines: frozenset[str]
    """Those of the groups."""
    amazon: bool
    """Whether all machines of AWS are on offer too, with the labels that Karpenter gives them there."""
    zones: frozenset[str]
    capacities: frozenset[CapacityType]
    sold_out: tuple[SoldOut, ...]

    def text(self) -> str:
        """As Karpenter's kwok cloud reads it."""
        machines = {name: catalog.by_name()[name] for name in sorted(self.machines)}
        amazon = {machine.name: machine for machine in catalog.machines() if machine.cloud == "aws" and self.amazon}
        labels = {name: aws.labels(machine) for name, machine in amazon.items()}
        return instance_types((machines | amazon).values(), self.zones, self.capacities, self.sold_out, labels)


def offers(
    groups: Collection[Group],
    node_classes: Collection[Json],
    pools: Iterable[Json],
    nodes: Iterable[Json],
    sold_out: tuple[SoldOut, ...],
) -> Offers:
    """The groups' machines, where and as the groups have them; with EC2NodeClasses, all machines of AWS."""
    zones = {zone for group in groups for zone in group.zones}
    capacities: set[CapacityType] = {group.capacity for group in groups}
    if node_classes:
        zones |= ec2.zones(pools, nodes)
        capacities |= ec2.capacities(node_classes)
    machines = frozenset(group.template.machine for group in groups)
    return Offers(machines, bool(node_classes), frozenset(zones), frozenset(capacities), sold_out)
