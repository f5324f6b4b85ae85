"""Nodes without machines, on the control plane of a rehearsal."""

import json
from itertools import chain

import pulumi
import pulumi_kubernetes as k8s

import config.clusters
from components.clusters.base import Cluster, Disk, Pool
from components.naming import MANAGED, type_token
from config.load import PROJECT
from config.node_pool import NodePool

PODS_PER_NODE = "110"
"""The kubelet's own default."""


class Simulated(Cluster):
    """One Node object for each node of each pool, which kwok then keeps alive."""

    def __init__(
        self,
        name: str,
        cluster: config.clusters.Simulated,
        node_pools: tuple[NodePool, ...],
        opts: pulumi.ResourceOptions | None = None,
    ):
        super().__init__(type_token("clusters", "Simulated"), name, None, opts)
        self.kubernetes = k8s.Provider(
            f"{name}-kubernetes",
            kubeconfig=str(PROJECT / cluster.kubeconfig),
            # Without it, a kubeconfig with another port would mean another cluster: everything would be replaced.
            cluster_identifier=name,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.pools = {pool.name: Pool.of(pool, pool.machine()) for pool in node_pools}
        self.disks = {kind: Disk(f"{kind}.csi.simulated.ml-platform.dev") for kind in ("block", "shared")}
        child = pulumi.ResourceOptions(parent=self, provider=self.kubernetes)
        for node, pool in chain.from_iterable(self._nodes(pool) for pool in node_pools):
            k8s.core.v1.Node(
                f"{name}-{node}",
                metadata={
                    "name": node,
                    "labels": {
                        **MANAGED,
                        **pool.labels,
                        # A cloud's own labels by which pods find a node, e.g. a TPU slice's.
                        **pool.selector,
                        # Which nodes kwok keeps alive, in the place of their kubelets.
                        "kwok.x-k8s.io/node": "fake",
                        "kubernetes.io/hostname": node,
                        "kubernetes.io/os": "linux",
                        "kubernetes.io/arch": pool.machine.arch,
                        "node.kubernetes.io/instance-type": pool.machine.name,
                    },
                    "annotations": {
                        # Taints are one list, which the node controller writes too while a node is not ready: without
                        # this, an update at such a moment would be refused as a conflict.
                        "pulumi.com/patchForce": "true",
                        "rehearsal.ml-platform.dev/capacity": json.dumps(_capacity(pool)),
                        "rehearsal.ml-platform.dev/devices": json.dumps(
                            {resource: str(count) for resource, count in {**pool.devices, **pool.interfaces}.items()}
                        ),
                    },
                },
                spec={"taints": list(pool.taints)},
                opts=child,
            )
        self.register_outputs({})

    def _nodes(self, pool: NodePool) -> list[tuple[str, Pool]]:
        """No autoscaler moves a simulated pool: it has its smallest size."""
        return [(f"{pool.name}-{number}", self.pools[pool.name]) for number in range(pool.size.min)]


def _capacity(pool: Pool) -> dict[str, str]:
    """What the kubelet reports by itself; devices are reported by their plugin."""
    return {"cpu": str(pool.machine.cpu), "memory": f"{pool.machine.memory_gib}Gi", "pods": PODS_PER_NODE}
