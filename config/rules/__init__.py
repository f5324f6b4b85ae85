"""What must hold between the parts of a configuration. Each part by itself has been checked by its model."""

from typing import Final

from config.platform import Platform
from config.rules import aks, devices, gke, interconnect, names, network, pools, quotas
from config.rules.problem import Problem, Rule

__all__ = ["RULES", "Problem", "problems"]

RULES: Final[tuple[Rule, ...]] = (
    names.names_differ,
    names.services_differ,
    names.namespaces_are_free,
    names.teams_exist,
    pools.machines_exist,
    pools.images_exist,
    pools.capacity_is_sold,
    pools.placement_is_possible,
    pools.zones_are_in_the_region,
    pools.disks_are_sold,
    pools.options_have_a_meaning,
    pools.an_autoscaler_has_pools,
    interconnect.pods_reach_it,
    interconnect.pools_have_as_much,
    interconnect.workers_have_a_share,
    network.pools_have_a_subnet,
    network.reservations_have_a_zone,
    network.addresses_suffice,
    network.system_pods_have_nodes,
    devices.devices_exist,
    devices.pods_fit_a_node,
    quotas.quotas_fit,
    quotas.asks_fit_their_team,
    gke.nodes_have_addresses,
    gke.machines_are_offered,
    gke.ladders_are_of_devices,
    gke.auto_creation_makes_something,
    aks.agent_pools_differ,
    aks.nodes_have_addresses,
    aks.zones_are_one_or_many,
    aks.the_platform_has_nodes,
    aks.groups_are_ids,
)


def problems(platform: Platform) -> list[Problem]:
    """Every mistake, in the order of the rules."""
    return [problem for rule in RULES for problem in rule(platform)]
