"""The order in which GKE's autoscaler tries a pool's rungs. Left alone, it would take the cheapest that has room."""

from dataclasses import replace
from typing import Final

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.core.v1 import TaintArgsDict

from components.clusters.base import Pool
from components.naming import MANAGED
from config.node_pool import NodePool

COMPUTE_CLASS: Final = "cloud.google.com/compute-class"
"""Label and taint of the nodes of a class, and what its pods select them by."""


def climbs(asked: NodePool) -> bool:
    """Whether there is an order to be told."""
    return len(asked.capacity) > 1


def climbed(pool: Pool) -> Pool:
    """The pool with its pods in a compute class of its name: only for those does the autoscaler follow the class's order."""
    taint: TaintArgsDict = {"key": COMPUTE_CLASS, "value": pool.name, "effect": "NoSchedule"}
    return replace(
        pool,
        labels={**pool.labels, COMPUTE_CLASS: pool.name},
        taints=(*pool.taints, taint),
        tolerations=(*pool.tolerations, {"key": COMPUTE_CLASS, "operator": "Equal", "value": pool.name, "effect": "NoSchedule"}),
        selector={**pool.selector, COMPUTE_CLASS: pool.name},
    )


def compute_class(name: str, pool: Pool, rungs: list[pulumi.Output[str]], opts: pulumi.ResourceOptions) -> None:
    """Tells the autoscaler to try these GKE node pools in this order, and no others."""
    k8s.apiextensions.CustomResource(
        name,
        api_version="cloud.google.com/v1",
        kind="ComputeClass",
        metadata={"name": pool.name, "labels": MANAGED},
        spec={
            "priorities": [{"nodepools": [rung]} for rung in rungs],
            # Else GKE would make other machines, which have none of the devices.
            "whenUnsatisfiable": "DoNotScaleUp",
            "nodePoolAutoCreation": {"enabled": False},
        },
        opts=opts,
    )
