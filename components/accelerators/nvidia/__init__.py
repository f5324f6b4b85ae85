"""NVIDIA GPUs: made allocatable by the device plugin, made visible by the DCGM exporter."""

import pulumi
import pulumi_kubernetes as k8s

from components.accelerators.nvidia import exporter
from components.accelerators.nvidia.device_plugin import DEVICE_PLUGIN
from components.accelerators.nvidia.exporter import EXPORTER
from components.naming import MANAGED, POD_SECURITY, type_token

NAMESPACE = "nvidia-system"


class Nvidia(pulumi.ComponentResource):
    """One DaemonSet for each duty, on exactly the nodes that have NVIDIA GPUs."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None):
        super().__init__(type_token("accelerators", "Nvidia"), name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        namespace = k8s.core.v1.Namespace(
            f"{name}-namespace",
            # Both DaemonSets mount the kubelet's sockets from the host, which even the baseline standard forbids.
            metadata={"name": NAMESPACE, "labels": {**MANAGED, POD_SECURITY: "privileged"}},
            opts=child,
        )
        place = namespace.metadata.name
        k8s.core.v1.ResourceQuota(
            f"{name}-critical-pods",
            # GKE admits pods of the system's priority classes outside kube-system only under a quota that names the class.
            metadata={"name": "critical-pods", "namespace": place, "labels": MANAGED},
            spec={
                "hard": {"pods": "10000"},
                "scope_selector": {
                    "match_expressions": [
                        {
                            "scope_name": "PriorityClass",
                            "operator": "In",
                            "values": ["system-node-critical", "system-cluster-critical"],
                        }
                    ]
                },
            },
            opts=child,
        )
        k8s.networking.v1.NetworkPolicy(
            f"{name}-default-deny",
            metadata={"name": "default-deny", "namespace": place, "labels": MANAGED},
            spec={"pod_selector": {}, "policy_types": ["Ingress", "Egress"]},
            opts=child,
        )
        for daemon in (DEVICE_PLUGIN, EXPORTER):
            k8s.apps.v1.DaemonSet(
                f"{name}-{daemon.name}",
                metadata={"name": daemon.name, "namespace": place, "labels": daemon.labels},
                spec=daemon.spec,
                opts=child,
            )
        exporter.publish(name, place, child)
        self.register_outputs({"namespace": place})
