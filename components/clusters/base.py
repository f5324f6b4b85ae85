"""What every kind of cluster gives to the layers above it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.core.v1 import TaintArgsDict, TolerationArgsDict

from components.naming import ACCELERATOR, POOL
from config import catalog
from config.accelerators import Accelerators
from config.catalog import Machine, Vendor
from config.labels import Taint
from config.node_pool import NodePool

_BY_THE_CLOUD: Mapping[str, TolerationArgsDict] = {
    "arm64": {"key": "kubernetes.io/arch", "operator": "Equal", "value": "arm64", "effect": "NoSchedule"},
    "spot": {"key": "kubernetes.azure.com/scalesetpriority", "operator": "Equal", "value": "spot", "effect": "NoSchedule"},
}
"""Taints that a cloud sets by itself: GKE on Arm nodes, AKS on spot nodes. Tolerated everywhere: elsewhere there are none."""


INTERRUPTED_GRACE: Final = 60
"""Seconds that pods have to finish on a node that the cloud takes away."""


def device_taint(resource: str) -> TaintArgsDict:
    """On every node with devices, so that only pods that ask for one land there. GKE sets the same ones by itself."""
    return {"key": resource, "value": "present", "effect": "NoSchedule"}


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
    interfaces: Mapping[str, int] = field(default_factory=dict[str, int])
    """Extended resource → how many interfaces of its interconnect each node has; empty without one."""
    preinstalled: frozenset[str] = frozenset()
    """What the nodes' image or the cloud brings along, and we must not install once more: `driver`, `device-plugin`."""
    interruptible: bool = False
    """Whether the cloud may take nodes away (spot): their pods get a minute to finish."""

    @property
    def vendor(self) -> Vendor | None:
        """Whose devices its nodes have."""
        return self.machine.vendor

    def share(self, devices: int) -> dict[str, int]:
        """Extended resources of a pod that works with others on so many of a node's devices: these, and their interfaces."""
        interfaces = self.machine.interfaces_of(devices) if self.interfaces else 0
        return {**dict.fromkeys(self.devices, devices), **(dict.fromkeys(self.interfaces, interfaces) if interfaces else {})}

    @property
    def grace(self) -> int:
        """Seconds that its pods have to finish: a minute where the cloud may take nodes away, else Kubernetes' own default.

        Said even then: a null would come back from the API server as a difference.
        """
        return INTERRUPTED_GRACE if self.interruptible else 30

    @property
    def own(self) -> Mapping[str, str]:
        """Labels by which exactly this pool's nodes are found."""
        return {POOL: self.labels[POOL]} if POOL in self.labels else self.selector

    @classmethod
    def of(cls, pool: NodePool, machine: Machine, preinstalled: frozenset[str] = frozenset()) -> "Pool":
        """The pool that a stack file asks for, made of these machines; `preinstalled` as the nodes' image has it."""
        labels, devices = {POOL: pool.name, **pool.labels}, dict[str, int]()
        selector = {POOL: pool.name}
        if pool.accelerator:
            accelerator = catalog.ACCELERATORS[pool.accelerator.type]
            devices = {accelerator.resource: pool.accelerator.count}
            selector = {ACCELERATOR: pool.accelerator.type, **_slice(pool.accelerator, machine)}
            labels |= {ACCELERATOR: pool.accelerator.type}
            if accelerator.vendor == "nvidia":
                labels |= {"nvidia.com/gpu.present": "true", "nvidia.com/gpu.product": accelerator.product}
        taints = (*map(device_taint, devices), *(_taint(taint) for taint in pool.taints))
        return cls(
            pool.name,
            machine,
            labels=pool.selector or labels,
            taints=taints,
            tolerations=(*map(_toleration, taints), *_of_the_cloud(pool, machine)),
            devices=devices,
            interfaces=machine.fabric if pool.interconnect else {},
            selector=pool.selector or selector,
            preinstalled=preinstalled | pool.preinstalled,
            interruptible=pool.interruptible,
        )


def _slice(devices: Accelerators, machine: Machine) -> dict[str, str]:
    """GKE's own labels of a TPU slice, by which it finds the nodes of one shape for the pods of one job."""
    if not devices.shape:
        return {}
    return {"cloud.google.com/gke-tpu-accelerator": machine.cloud_name, "cloud.google.com/gke-tpu-topology": devices.shape}


def _taint(taint: Taint) -> TaintArgsDict:
    return {"key": taint.key, "value": taint.value, "effect": taint.effect}


def _toleration(taint: TaintArgsDict) -> TolerationArgsDict:
    return {"key": taint["key"], "operator": "Exists", "effect": taint["effect"]}


def _of_the_cloud(pool: NodePool, machine: Machine) -> list[TolerationArgsDict]:
    present = {"arm64": machine.arch == "arm64", "spot": pool.interruptible}
    return [toleration for reason, toleration in _BY_THE_CLOUD.items() if present[reason]]


@dataclass(frozen=True)
class Disk:
    """Who provides a kind of volume, as a StorageClass names it."""

    provisioner: str
    parameters: Mapping[str, pulumi.Input[str]] = field(default_factory=dict[str, pulumi.Input[str]])


class Cluster(pulumi.ComponentResource):
    """A cluster, whatever it is made of. Each kind is a subclass in a file of its own."""

    kubernetes: k8s.Provider
    """The one provider of everything in the cluster; components take it as `providers`."""
    pools: Mapping[str, Pool]
    """Name → pool, in the order of the stack file."""
    disks: Mapping[str, Disk]
    """`block` (one node at a time) and `shared` (all nodes) → who provides it."""
    vertical_autoscaling: bool = False
    """Whether the cloud brings the VerticalPodAutoscaler along."""
    native: pulumi.Resource | None = None
    """The cloud's own cluster resource, for what this contract has no word for; None where no cloud made it."""

    def pool_with(self, accelerator: str) -> Pool:
        """The first pool whose nodes have these devices; the configuration has been checked to name one."""
        return next(pool for pool in self.pools.values() if pool.machine.accelerator == accelerator)
