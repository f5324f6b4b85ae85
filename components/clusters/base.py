"""What every kind of cluster gives to the layers above it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.core.v1 import TaintArgsDict, TolerationArgsDict

from components.naming import ACCELERATOR, POOL
from config import catalog
from config.catalog import Machine
from config.node_pool import NodePool

GPU_TAINT: TaintArgsDict = {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}
"""On every GPU node, so that only pods that ask for a GPU land there. GKE sets the same one by itself."""

GPU_TOLERATION: TolerationArgsDict = {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}


@dataclass(frozen=True)
class Pool:
    """A node pool as its pods see it; the same on every cloud."""

    name: str
    machine: Machine
    labels: Mapping[str, str]
    taints: tuple[TaintArgsDict, ...]
    tolerations: tuple[TolerationArgsDict, ...]
    """What a pod needs to be let in."""
    devices: Mapping[str, int]
    """Extended resource → how many of it each node has."""
    selector: Mapping[str, str]
    """Labels by which pods choose nodes with these devices: of any pool that has them, or of this one on a foreign cluster."""
    preinstalled: frozenset[str] = frozenset()
    """What the nodes' image or the cloud brings along, and we must not install once more: `driver`, `device-plugin`."""
    interruptible: bool = False
    """Whether the cloud may take nodes away (spot): their pods get a minute to finish."""

    @classmethod
    def of(cls, pool: NodePool, machine: Machine) -> "Pool":
        """The pool that a stack file asks for, made of these machines."""
        labels = {POOL: pool.name}
        if not pool.accelerator:
            return cls(pool.name, machine, labels, (), (), {}, labels)
        accelerator = catalog.ACCELERATORS[pool.accelerator.type]
        labels |= {
            ACCELERATOR: pool.accelerator.type,
            "nvidia.com/gpu.present": "true",
            "nvidia.com/gpu.product": accelerator.product,
        }
        devices = {accelerator.resource: pool.accelerator.count}
        return cls(pool.name, machine, labels, (GPU_TAINT,), (GPU_TOLERATION,), devices, {ACCELERATOR: pool.accelerator.type})


@dataclass(frozen=True)
class Disk:
    """Who provides a kind of volume, as a StorageClass names it."""

    provisioner: str
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])


class Cluster(pulumi.ComponentResource):
    """A cluster, whatever it is made of. Each kind is a subclass in a file of its own."""

    kubernetes: k8s.Provider
    """The one provider of everything in the cluster; components take it as `providers`."""
    pools: Mapping[str, Pool]
    """Name → pool, in the order of the stack file."""
    disks: Mapping[str, Disk]
    """`block` (one node at a time) and `shared` (all nodes) → who provides it."""
    native: pulumi.Resource | None = None
    """The cloud's own cluster resource, for what this contract has no word for; None where no cloud made it."""

    def pool_with(self, accelerator: str) -> Pool:
        """The first pool whose nodes have these devices; the configuration has been checked to name one."""
        return next(pool for pool in self.pools.values() if pool.machine.accelerator == accelerator)
