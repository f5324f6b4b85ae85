"""Interconnects: a pod is given what the pool says that its nodes have, or the user is told that it can't be."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from config.catalog import Machine
from config.clusters import Gke
from config.node_pool import NodePool
from config.platform import Platform
from config.rules.problem import Problem

_HELPER: Final = "needs a helper in every pod that administers the node's network"
_OUT_OF_REACH: Final = {
    # Azure/aks-rdma-infiniband: NVIDIA's network operator for driver and plugin; without IPC_LOCK a pod may lock 64 KiB.
    "infiniband": "InfiniBand on AKS needs another driver on the nodes, and pods that may lock memory (IPC_LOCK)",
    # Google's guides to maximising GPU network bandwidth on A3 High, A3 Mega and A3 Ultra: NCCL's plugin is in a folder of the
    # node, and the daemons that move data are privileged containers beside each worker.
    "tcpx": f"GPUDirect-TCPX on GKE {_HELPER}",
    "tcpxo": f"GPUDirect-TCPXO on GKE {_HELPER}",
    "rdma": "GPUDirect RDMA on GKE needs pods that mount NCCL's plugin for it from their node",
}
"""Interconnect → what it takes to reach pods. Teams' namespaces enforce `restricted`, which forbids every one of these."""


def out_of_reach(machine: Machine) -> str | None:
    """Why pods can't have the machine's interconnect, and what that means; None if they can."""
    needed = _OUT_OF_REACH.get(machine.interconnect)
    return needed and f"{needed}, which teams' namespaces forbid: jobs use the nodes' ordinary network"


def pods_reach_it(platform: Platform) -> Iterator[Problem]:
    """Machines would be paid for an interconnect that no pod can use.

    On GKE, to which a stack moves from EKS by its cluster alone, nodes are made without it, and that is said in a warning.
    """
    for index, _, machine in _joined(platform):
        if not isinstance(platform.cluster, Gke) and (reason := out_of_reach(machine)):
            yield Problem(("nodePools", index, "interconnect"), f"{reason}; leave it out")


def pools_have_as_much(platform: Platform) -> Iterator[Problem]:
    """A job goes to any pool with its accelerator, and asks for the interfaces that come with its devices."""
    first = dict[str, tuple[NodePool, Machine]]()
    joined = {pool.name for _, pool, machine in _joined(platform) if machine.fabric}
    for index, pool, machine in _made(platform):
        other, its = first.setdefault(machine.accelerator, (pool, machine))
        if _interfaces(machine, pool.name in joined) != _interfaces(its, other.name in joined):
            both = {pool.name, other.name} <= joined
            instead = f"write one machine in both, {machine.name} or {its.name}" if both else "write it in both or in neither"
            yield Problem(
                ("nodePools", index, "interconnect"),
                f"a job for {machine.accelerator} may go to {other.name} or to {pool.name}, which differ in it; {instead}",
            )


def workers_have_a_share(platform: Platform) -> Iterator[Problem]:
    """No two pods can have one interface, so that a few devices of a node may come with none."""
    machines = {machine.accelerator: machine for _, _, machine in _joined(platform) if machine.fabric}
    for index, job in enumerate(platform.training.jobs):
        machine = machines.get(job.accelerator)
        if machine and job.workers > 1 and not machine.interfaces_of(job.gpus_per_worker):
            least = -(-machine.count // machine.interfaces)
            yield Problem(
                ("training", "jobs", index, "gpusPerWorker"),
                f"{machine.name} has an interface for every {least} {job.accelerator}, and so none for a worker with "
                f"{job.gpus_per_worker}; write {least} or more, or leave interconnect out of the pool",
            )


def _interfaces(machine: Machine, joined: bool) -> Fraction:
    """For each of its accelerators."""
    return Fraction(machine.interfaces, machine.count) if joined else Fraction(0)


def _joined(platform: Platform) -> Iterator[tuple[int, NodePool, Machine]]:
    return ((index, pool, machine) for index, pool, machine in _made(platform) if pool.interconnect)


def _made(platform: Platform) -> Iterator[tuple[int, NodePool, Machine]]:
    """Pools with devices, with the machines that a cloud makes them of; what has none is reported by machines_exist."""
    for index, pool in enumerate(platform.node_pools):
        if platform.cluster.cloud and pool.accelerator:
            try:
                yield index, pool, pool.machine(platform.cluster.cloud)
            except LookupError:
                continue
