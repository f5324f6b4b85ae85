"""Devices and room for pods: that what is asked for, some node has."""

from collections import Counter
from collections.abc import Iterator

from config.asks import asks
from config.catalog import Machine
from config.model import amount
from config.platform import Platform
from config.rules.problem import Problem


def held(platform: Platform) -> Counter[str]:
    """Accelerator → devices of all pools at their largest."""
    held = Counter[str]()
    for pool in platform.node_pools:
        if pool.accelerator:
            held[pool.accelerator.type] += pool.accelerator.count * pool.size.max
    return held


def devices_exist(platform: Platform) -> Iterator[Problem]:
    """Whoever asks for an accelerator needs a pool whose nodes have it."""
    there = held(platform)
    known = f"the pools have {', '.join(there)}" if there else "no pool has any"
    named = [
        *(((*ask.path, "accelerator"), ask.accelerator) for ask in asks(platform)),
        *(
            (("teams", index, "quota", field, accelerator), accelerator)
            for index, team in enumerate(platform.teams)
            for field, devices in (("gpus", team.quota.gpus), ("borrow", team.quota.borrow))
            for accelerator in devices
        ),
    ]
    for path, accelerator in named:
        if accelerator not in there:
            yield Problem(path, f"no pool has {accelerator!r} devices; {known}")


def pods_fit_a_node(platform: Platform) -> Iterator[Problem]:
    """A pod that is larger than every node would wait for ever."""
    there = list(_machines(platform))
    for ask in asks(platform):
        machines = [machine for machine in there if machine.accelerator == ask.accelerator]
        if not machines:
            continue  # devices_exist or machines_exist says so
        gpus, cpu, memory = (max(getattr(machine, field) for machine in machines) for field in ("count", "cpu", "memory_gib"))
        for stated, largest in ((ask.gpus, f"{gpus}"), (ask.cpu, f"{cpu}"), (ask.memory, f"{memory}Gi")):
            if stated.amount > amount(largest):
                path = (*ask.path, *stated.place)
                yield Problem(path, f"{stated.value} is more than a node with {ask.accelerator} has; write at most {largest}")


def _machines(platform: Platform) -> Iterator[Machine]:
    for pool in platform.node_pools:
        try:
            yield pool.machine(platform.cluster.cloud)
        except LookupError:
            continue
