"""Cluster API's objects: what it has of a pool that may grow, marked as its owner would mark it for the Cluster Autoscaler."""

from typing import Final

from config.clusters import Autoscaler
from rehearsal.autoscaling.group import Group
from rehearsal.control_plane.api import Json

API: Final = "cluster.x-k8s.io/v1beta2"

_ANY: Final[Json] = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}

DEFINITION: Final[Json] = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {
        "name": "machinedeployments.cluster.x-k8s.io",
        # Kubernetes wants to know who agreed to a name in a domain of its own.
        "annotations": {"api-approved.kubernetes.io": "unapproved, a rehearsal's own"},
    },
    "spec": {
        "group": "cluster.x-k8s.io",
        "scope": "Namespaced",
        "names": {
            "kind": "MachineDeployment",
            "plural": "machinedeployments",
            "singular": "machinedeployment",
            "shortNames": ["md"],
        },
        "versions": [
            {
                "name": "v1beta2",
                "served": True,
                "storage": True,
                "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": _ANY}}},
                "additionalPrinterColumns": [
                    {"name": "Cluster", "type": "string", "jsonPath": ".spec.clusterName"},
                    {"name": "Replicas", "type": "integer", "jsonPath": ".spec.replicas"},
                ],
            }
        ],
    },
}
"""Of MachineDeployments, whatever is in them."""


def machine_deployment(group: Group, autoscaler: Autoscaler) -> Json:
    """That of a pool. How many replicas it has is left to the autoscaler, as Cluster API wants it."""
    template = group.template
    bounds = {"min": group.min, "max": group.max}
    node: dict[str, str] = {
        "cpu": template.capacity["cpu"],
        "memory": template.capacity["memory"],
        "labels": ",".join(f"{key}={value}" for key, value in template.labels.items()),
        "taints": ",".join(f"{taint['key']}={taint['value']}:{taint['effect']}" for taint in template.taints),
    }
    for resource, count in template.devices.items():
        node |= {"gpu-type": resource, "gpu-count": count}
    return {
        "apiVersion": API,
        "kind": "MachineDeployment",
        "metadata": {
            "name": group.name,
            "namespace": autoscaler.namespace,
            "annotations": {
                **{f"cluster.x-k8s.io/cluster-api-autoscaler-node-group-{end}-size": str(size) for end, size in bounds.items()},
                **{f"capacity.cluster-autoscaler.kubernetes.io/{key}": text for key, text in node.items() if text},
            },
        },
        "spec": {
            "clusterName": autoscaler.cluster_name,
            "template": {
                "metadata": {"labels": dict(template.labels)},
                "spec": {"infrastructureRef": {"kind": autoscaler.machine_templates[0], "name": group.name}},
            },
        },
    }
