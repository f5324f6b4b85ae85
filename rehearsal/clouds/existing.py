"""The nodes of a cluster that is there already: somebody else's, so made before the stack and not by it."""

from collections.abc import Iterable

from components.clusters.base import Pool
from config.node_pool import NodePool
from rehearsal.clouds.nodes import Template, members
from rehearsal.clouds.server import Server


def populate(server: Server, pools: Iterable[NodePool]) -> None:
    """For each pool as many nodes as it says that there are at least, labelled as it says that it is found by."""
    for node_pool in pools:
        machine = node_pool.machine()
        pool = Pool.of(node_pool, machine)
        template = Template(
            group=node_pool.name,
            machine=machine.name,
            arch=machine.arch,
            labels=pool.labels,
            # Those that the file says it has: nobody has put the platform's own there.
            taints=tuple(taint.model_dump() for taint in node_pool.taints),
            capacity={"cpu": str(machine.cpu), "memory": f"{machine.memory_gib}Gi", "pods": "110"},
            plugin="image" if "device-plugin" in pool.preinstalled else "pod",
            devices={resource: str(count) for resource, count in pool.devices.items()},
        )
        server.join(template.group, members(template, node_pool.size.min, ["rack-1"], f"{node_pool.name}-{{number}}"))
