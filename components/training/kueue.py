"""Kueue: jobs wait until their whole gang fits, and teams lend one another what they do not use."""

from typing import Any, Final

import pulumi
import pulumi_kubernetes as k8s
import yaml

from components.naming import MANAGED, POD_SECURITY, TEAM, type_token
from config.catalog import INTERFACES
from config.versions import KUEUE, KUEUE_IMAGE

NAMESPACE: Final = "kueue-system"

_CONFIGURATION: Final[dict[str, Any]] = {
    "apiVersion": "config.kueue.x-k8s.io/v1beta2",
    "kind": "Configuration",
    "health": {"healthProbeBindAddress": ":8081"},
    "metrics": {"bindAddress": ":8443"},
    "webhook": {"port": 9443},
    "leaderElection": {"leaderElect": True, "resourceName": "c1f6bfd2.kueue.x-k8s.io"},
    # A job without a queue would pass its team's turn, so in teams' namespaces none starts without one.
    "manageJobsWithoutQueueName": True,
    "managedJobsNamespaceSelector": {"matchExpressions": [{"key": TEAM, "operator": "Exists"}]},
    # A gang whose pods can't all start gives its place back instead of holding GPUs idle.
    "waitForPodsReady": {"timeout": "10m", "blockAdmission": False, "requeuingStrategy": {"backoffLimitCount": 5}},
    "integrations": {"frameworks": ["batch/job"]},
    # Interfaces of an interconnect come with the devices that they serve, of which teams have quotas: a resource that no queue
    # covers would keep the job waiting for ever.
    "resources": {"excludeResourcePrefixes": sorted(INTERFACES.values())},
}
"""Kueue's own configuration file; every other job API is left alone until a layer installs it."""


class Kueue(pulumi.ComponentResource):
    """The controller and its API, from the project's own chart."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None):
        super().__init__(type_token("training", "Kueue"), name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        namespace = k8s.core.v1.Namespace(
            f"{name}-namespace",
            metadata={"name": NAMESPACE, "labels": {**MANAGED, POD_SECURITY: "restricted"}},
            opts=child,
        )
        k8s.helm.v3.Release(
            f"{name}-release",
            name="kueue",
            namespace=namespace.metadata.name,
            chart=KUEUE.reference,
            version=KUEUE.version,
            values={
                "controllerManager": {
                    "manager": {"image": {"repository": KUEUE_IMAGE, "tag": f"v{KUEUE.version}", "pullPolicy": "IfNotPresent"}}
                },
                "managerConfig": {"controllerManagerConfigYaml": yaml.safe_dump(_CONFIGURATION, sort_keys=False)},
            },
            opts=child,
        )
        self.register_outputs({"namespace": namespace.metadata.name})
