"""What AKS asks of a stack beyond what each of its parts says."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from config import regions
from config.clusters import Aks
from config.clusters.agent_pools import agent_pool
from config.clusters.aks import SYSTEM_POOL
from config.clusters.cidr import size
from config.platform import Platform
from config.rules.problem import Problem

_PODS_OF_A_NODE: Final = 256
"""Addresses that AKS sets aside for the pods of one node."""

_TAKEN: Final = 5 + 1
"""Addresses of a subnet that Azure keeps, and that of the API's private endpoint."""


def agent_pools_differ(platform: Platform) -> Iterator[Problem]:
    """Two pools whose names begin alike would be one agent pool; rungs that Azure does not sell are another rule's."""
    if not isinstance(platform.cluster, Aks):
        return
    whose: dict[str, str] = {}
    for index, pool in enumerate(platform.node_pools):
        for called in [agent_pool(pool, rung) for rung in pool.capacity if rung.kind != "flex"]:
            if (other := whose.setdefault(called, pool.name)) != pool.name:
                message = f"{pool.name!r} and {other!r} would both be the agent pool {called!r}"
                yield Problem(("nodePools", index, "name"), f"{message}; write names that differ in their first 9 letters")
                break


def nodes_have_addresses(platform: Platform) -> Iterator[Problem]:
    """Else the autoscaler stops in the middle of a job: a cluster's ranges can't be made larger at will."""
    cluster = platform.cluster
    if not isinstance(cluster, Aks):
        return
    # While it is upgraded, a pool without devices has one node more.
    most = (
        SYSTEM_POOL.max + 1 + sum((pool.size.max + (not pool.accelerator)) * len(pool.capacity) for pool in platform.node_pools)
    )
    rooms = {"nodes": size(cluster.network.nodes) - _TAKEN, "pods": size(cluster.network.pods) // _PODS_OF_A_NODE}
    if cluster.network.existing:
        del rooms["nodes"]  # its owner knows how large it is
    for field, room in rooms.items():
        if room < most:
            asked = f"the pools may have {most} nodes on all of their rungs, those of AKS' own included"
            yield Problem(("cluster", "network", field), f"has room for {room} nodes and {asked}; write a larger range")


def zones_are_one_or_many(platform: Platform) -> Iterator[Problem]:
    """Some regions have no zones; and what is placed compactly is in one of them."""
    if not isinstance(cluster := platform.cluster, Aks):
        return
    for index, pool in enumerate(platform.node_pools):
        if pool.zones and not regions.zones("azure", cluster.region):
            yield Problem(("nodePools", index, "zones"), f"{cluster.region} has no zones; leave them out")
        elif pool.placement and len(pool.zones) > 1:
            yield Problem(("nodePools", index, "zones"), "Azure places nodes compactly in one zone; write one, or none")


def the_platform_has_nodes(platform: Platform) -> Iterator[Problem]:
    """AKS' own pool takes AKS' own pods alone: queues and whatever else asks for no device must go somewhere."""
    if not isinstance(platform.cluster, Aks):
        return
    for pool in platform.node_pools:
        if not pool.accelerator and not pool.taints and any(rung.kind != "spot" for rung in pool.capacity):
            return
    yield Problem(
        ("nodePools",),
        "no pool takes pods that ask for nothing special: one without devices and taints, and not of spot nodes alone; "
        "write for example {name: general, size: {min: 2, max: 6}}",
    )


def groups_are_ids(platform: Platform) -> Iterator[Problem]:
    """A token of Entra ID has the ids of a user's groups in it and no names: a name would let nobody in."""
    if not isinstance(platform.cluster, Aks):
        return
    for index, team in enumerate(platform.teams):
        try:
            UUID(team.group)
        except ValueError:
            found = f"az ad group show --group {team.group} --query id"
            message = f"{team.group!r} is not an id, by which AKS knows groups; write what `{found}` prints"
            yield Problem(("teams", index, "group"), message)
