"""What the Cluster Autoscaler knows of a group that has no node yet."""

from collections.abc import Mapping

from components.clusters.base import Pool


def tags(pool: Pool, labels: Mapping[str, str]) -> dict[str, str]:
    """Tags of its autoscaling group, below `k8s.io/cluster-autoscaler/`: that it may be scaled, and what its nodes will be.

    CPU and memory it knows from the machine type; labels, taints and devices it would have to have seen on a node.
    """
    return {
        "enabled": "true",
        **{f"node-template/label/{key}": value for key, value in labels.items()},
        **{f"node-template/taint/{taint['key']}": f"{taint.get('value', '')}:{taint['effect']}" for taint in pool.taints},
        **{f"node-template/resources/{resource}": str(count) for resource, count in {**pool.devices, **pool.interfaces}.items()},
    }
