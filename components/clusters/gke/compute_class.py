"""ComputeClasses: in which order GKE's autoscaler tries ways to get nodes. Left alone, it would take the cheapest."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.core.v1 import TaintArgsDict

from components.clusters.base import Pool
from components.naming import MANAGED

COMPUTE_CLASS: Final = "cloud.google.com/compute-class"
"""Label and taint of the nodes of a class, and what its pods select them by."""


def classed(pool: Pool) -> Pool:
    """The pool with its pods in a compute class of its name: only for those does the autoscaler go by the class."""
    taint: TaintArgsDict = {"key": COMPUTE_CLASS, "value": pool.name, "effect": "NoSchedule"}
    return replace(
        pool,
        labels={**pool.labels, COMPUTE_CLASS: pool.name},
        taints=(*pool.taints, taint),
        tolerations=(*pool.tolerations, {"key": COMPUTE_CLASS, "operator": "Equal", "value": pool.name, "effect": "NoSchedule"}),
        selector={**pool.selector, COMPUTE_CLASS: pool.name},
    )


def ladder(names: Sequence[pulumi.Output[str]]) -> dict[str, Any]:
    """The spec of a class of node pools that are there: the first that has room."""
    return {"priorities": [{"nodepools": [name]} for name in names], "nodePoolAutoCreation": {"enabled": False}}


def compute_class(name: str, pool: Pool, spec: Mapping[str, Any], opts: pulumi.ResourceOptions) -> None:
    """The class of a pool's name, in which the spec's priorities are all that is tried."""
    k8s.apiextensions.CustomResource(
        name,
        api_version="cloud.google.com/v1",
        kind="ComputeClass",
        metadata={"name": pool.name, "labels": MANAGED},
        # Else GKE would make other machines, which have none of the devices.
        spec={**spec, "whenUnsatisfiable": "DoNotScaleUp"},
        opts=opts,
    )
