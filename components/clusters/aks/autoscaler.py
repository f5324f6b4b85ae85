"""How AKS' own autoscaler grows and shrinks agent pools, and in which order it tries them."""

from collections.abc import Iterable, Mapping
from typing import Final

import pulumi
import pulumi_kubernetes as k8s
import yaml
from pulumi_azure_native.containerservice import ManagedClusterPropertiesAutoScalerProfileArgsDict

from components.naming import MANAGED
from config.clusters.agent_pools import agent_pool
from config.node_pool import NodePool

PROFILE: Final[ManagedClusterPropertiesAutoScalerProfileArgsDict] = {
    "expander": "priority",
    # A node with devices costs by the minute; ten minutes of nothing to do are AKS' own default.
    "scale_down_unneeded_time": "10m",
    "scale_down_delay_after_add": "10m",
    # A rung without machines is given up after this, and the next one is tried.
    "max_node_provision_time": "15m",
    # Model servers keep compiled kernels in an emptyDir: that must not pin a node for ever.
    "skip_nodes_with_local_storage": "false",
    "skip_nodes_with_system_pods": "true",
    "max_graceful_termination_sec": "600",
}


def priorities(pools: Iterable[NodePool]) -> Mapping[int, list[str]]:
    """Priority → patterns of scale sets' names; the first rung of every ladder has the highest."""
    found: dict[int, list[str]] = {}
    for pool in pools:
        for position, rung in enumerate(pool.capacity):
            found.setdefault(100 - 10 * position, []).append(f"^aks-{agent_pool(pool, rung)}-")
    return found


def order(name: str, pools: Iterable[NodePool], opts: pulumi.ResourceOptions) -> None:
    """The ladders, where the `priority` expander looks for them."""
    k8s.core.v1.ConfigMap(
        f"{name}-ladders",
        metadata={"name": "cluster-autoscaler-priority-expander", "namespace": "kube-system", "labels": MANAGED},
        data={"priorities": yaml.safe_dump(dict(priorities(pools)))},
        opts=opts,
    )
