"""The VerticalPodAutoscaler: watches what pods use and, where an object of that kind asks for it, sets their requests."""

from typing import Final

import pulumi
import pulumi_kubernetes as k8s

from components.naming import MANAGED, POD_SECURITY, type_token
from config.versions import VERTICAL_POD_AUTOSCALER

NAMESPACE: Final = "vertical-autoscaler-system"

_CONFINED: Final = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}


class VerticalAutoscaler(pulumi.ComponentResource):
    """Recommender, updater and admission controller, from the project's own chart.

    Nothing is scaled until somebody writes a VerticalPodAutoscaler object, so that no training job is restarted by surprise.
    """

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None):
        super().__init__(type_token("autoscaling", "VerticalAutoscaler"), name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        namespace = k8s.core.v1.Namespace(
            f"{name}-namespace",
            metadata={"name": NAMESPACE, "labels": {**MANAGED, POD_SECURITY: "restricted"}},
            opts=child,
        )
        k8s.helm.v3.Release(
            f"{name}-release",
            name="vertical-pod-autoscaler",
            namespace=namespace.metadata.name,
            chart=VERTICAL_POD_AUTOSCALER.reference,
            version=VERTICAL_POD_AUTOSCALER.version,
            repository_opts={"repo": VERTICAL_POD_AUTOSCALER.repository},
            values={
                "podSecurityContext": {"runAsNonRoot": True, "runAsUser": 65534, "seccompProfile": {"type": "RuntimeDefault"}},
                "containerSecurityContext": _CONFINED,
            },
            opts=child,
        )
        self.register_outputs({"namespace": namespace.metadata.name})
