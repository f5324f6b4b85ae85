"""The nodes of a cluster that is there already: somebody else's, so made before the stack and not by it."""

from collections.abc import Iterable
from typing import Final

from components.clusters.base import Pool
from config.clusters import Existing
from config.node_pool import NodePool
from rehearsal.autoscaling.group import Group, Groups
from rehearsal.clouds import cluster_api
from rehearsal.clouds.nodes import Template, members
from rehearsal.clouds.server import Server

_ZONES: Final = ("rack-1",)


def populate(server: Server, groups: Groups, cluster: Existing, pools: Iterable[NodePool]) -> None:
    """For each pool as many nodes as it says that there are at least; the others are left to the autoscaler that is asked for."""
    templates = {pool.name: (pool, _template(pool)) for pool in pools}
    for pool, template in templates.values():
        server.join(template.group, members(template, pool.size.min, _ZONES, f"{pool.name}-{{number}}"))
    growing = {
        name: Group(template, _ZONES, pool.size.min, pool.size.max, "cluster-autoscaler")
        for name, (pool, template) in templates.items()
        if cluster.autoscaler and pool.size.min < pool.size.max
    }
    for name in groups.all().keys() - growing.keys():
        groups.remove(name)
    for group in growing.values():
        groups.put(group)
    # Where another cluster manages this one, they are there: a rehearsal has one cluster, and none of them.
    if cluster.autoscaler and not cluster.autoscaler.management_secret:
        server.define(cluster_api.DEFINITION)
        server.have(
            cluster_api.API,
            "machinedeployments",
            [cluster_api.machine_deployment(group, cluster.autoscaler) for group in growing.values()],
        )


def _template(node_pool: NodePool) -> Template:
    """Its nodes, labelled as it says that they are found by."""
    machine = node_pool.machine()
    pool = Pool.of(node_pool, machine)
    return Template(
        group=node_pool.name,
        machine=machine.name,
        arch=machine.arch,
        labels=pool.labels,
        # Those that the file says they have: nobody has put the platform's own there.
        taints=tuple(taint.model_dump() for taint in node_pool.taints),
        capacity={"cpu": str(machine.cpu), "memory": f"{machine.memory_gib}Gi", "pods": "110"},
        plugin="image" if "device-plugin" in pool.preinstalled else "pod",
        devices={resource: str(count) for resource, count in pool.devices.items()},
    )
