"""GKE's ComputeClass, which is defined in every cluster: the order in which its autoscaler tries ways to get nodes."""

from typing import Final

from rehearsal.plugins.values import Json

_ANY: Final[Json] = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}

_RULE: Final[Json] = {
    "type": "object",
    "properties": {
        "nodepools": {"type": "array", "items": {"type": "string"}},
        **{name: {"type": "string"} for name in ("machineFamily", "machineType")},
        **{name: {"type": "integer"} for name in ("minCores", "minMemoryGb", "maxRunDurationSeconds", "maxPodsPerNode")},
        "spot": {"type": "boolean"},
        "nodeLabels": {"type": "object", "additionalProperties": {"type": "string"}},
        "gpu": {
            "type": "object",
            "properties": {
                "type": {"type": "string"},
                "count": {"type": "integer"},
                "driverVersion": {"type": "string", "enum": ["default", "latest"]},
            },
        },
        "location": {
            "type": "object",
            "properties": {
                "zones": {"type": "array", "minItems": 1, "items": {"type": "string"}},
                "locationPolicy": {"type": "string", "enum": ["ANY", "BALANCED"]},
            },
        },
        **dict.fromkeys(("tpu", "reservations", "flexStart", "placement", "storage"), _ANY),
    },
    "x-kubernetes-validations": [
        {"rule": "!has(self.nodepools) || size(dyn(self)) == 1", "message": "nodepools can't be set along with other fields"}
    ],
}

_SPEC: Final[Json] = {
    "type": "object",
    "properties": {
        "priorities": {"type": "array", "items": _RULE},
        "whenUnsatisfiable": {"type": "string", "enum": ["DoNotScaleUp", "ScaleUpAnyway"]},
        "nodePoolAutoCreation": {"type": "object", "properties": {"enabled": {"type": "boolean"}}},
        **dict.fromkeys(("activeMigration", "autoscalingPolicy", "nodePoolConfig", "priorityDefaults", "autopilot"), _ANY),
    },
}

DEFINITION: Final[Json] = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {
        "name": "computeclasses.cloud.google.com",
        # Kubernetes wants to know who agreed to a name in a domain of others.
        "annotations": {"api-approved.kubernetes.io": "unapproved, a rehearsal's own"},
    },
    "spec": {
        "group": "cloud.google.com",
        "scope": "Cluster",
        "names": {"kind": "ComputeClass", "plural": "computeclasses", "singular": "computeclass", "shortNames": ["cc", "ccs"]},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "subresources": {"status": {}},
                "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": _SPEC, "status": _ANY}}},
            }
        ],
    },
}
