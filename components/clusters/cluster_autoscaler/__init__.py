"""What the Cluster Autoscaler is on every cluster: a Deployment of our own, so that a plan shows every flag and right of it."""

from collections.abc import Sequence
from typing import Final

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.core.v1 import ContainerArgsDict, PodSpecArgsDict

from components.clusters.cluster_autoscaler.rbac import LABELS, NAME, NAMESPACE
from components.naming import selector
from components.pods import HARDENED, UNPRIVILEGED
from config.versions import CLUSTER_AUTOSCALER

_PORT: Final = 8085

_FLAGS: Final = (
    f"--namespace={NAMESPACE}",
    "--scale-down-unneeded-time=10m",
    "--scale-down-delay-after-add=10m",
    # On every node there are pods with an emptyDir, and pods of kube-system: no node would ever go.
    "--skip-nodes-with-local-storage=false",
    "--skip-nodes-with-system-pods=false",
    "--ignore-daemonsets-utilization=true",
)


def container(version: str, flags: Sequence[pulumi.Input[str]]) -> ContainerArgsDict:
    """The autoscaler for a cluster of this minor; `flags`: those for the cluster at hand, after those of every cluster."""
    return {
        "name": "autoscaler",
        "image": CLUSTER_AUTOSCALER[version],
        "command": ["/cluster-autoscaler", *_FLAGS, *flags],
        "ports": [{"name": "metrics", "container_port": _PORT}],
        "resources": {"requests": {"cpu": "100m", "memory": "600Mi"}, "limits": {"memory": "1Gi"}},
        "security_context": HARDENED,
        "liveness_probe": {"http_get": {"path": "/health-check", "port": "metrics"}, "initial_delay_seconds": 60},
    }


def deployment(name: str, pod: PodSpecArgsDict, opts: pulumi.ResourceOptions) -> k8s.apps.v1.Deployment:
    """One pod with its container, and with what else this cluster's needs.

    `opts` must depend on its rights: without them it starts, fails to read the groups, and is restarted ever more slowly.
    """
    return k8s.apps.v1.Deployment(
        f"{name}-deployment",
        metadata={"name": NAME, "namespace": NAMESPACE, "labels": LABELS},
        spec={
            "replicas": 1,
            "selector": {"match_labels": selector(NAME)},
            "template": {
                "metadata": {"labels": LABELS},
                "spec": {
                    "service_account_name": NAME,
                    "security_context": UNPRIVILEGED,
                    # It makes room for others: it must not wait for room itself.
                    "priority_class_name": "system-cluster-critical",
                    **pod,
                },
            },
        },
        opts=opts,
    )
