"""A duty that every GPU node has: one pod of it runs there, and nowhere else."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from pulumi_kubernetes.apps.v1 import DaemonSetSpecArgsDict
from pulumi_kubernetes.core.v1 import AffinityArgsDict, PodSpecArgsDict, TolerationArgsDict

from components.naming import app, selector

_TOLERATION: Final[TolerationArgsDict] = {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}

_ON_GPU_NODES: Final[AffinityArgsDict] = {
    "node_affinity": {
        "required_during_scheduling_ignored_during_execution": {
            "node_selector_terms": [
                {"match_expressions": [{"key": "nvidia.com/gpu.present", "operator": "In", "values": ["true"]}]}
            ]
        }
    }
}


@dataclass(frozen=True)
class Daemon:
    """A DaemonSet for GPU nodes; `pod` says what is its own."""

    name: str
    component: str
    """Its part in the platform, as `app.kubernetes.io/component`."""
    pod: PodSpecArgsDict

    @cached_property
    def labels(self) -> dict[str, str]:
        """On the DaemonSet and its pods."""
        return app(self.name, component=self.component)

    @property
    def spec(self) -> DaemonSetSpecArgsDict:
        """The whole of it."""
        return {
            "selector": {"match_labels": selector(self.name)},
            "update_strategy": {"rolling_update": {"max_unavailable": "10%"}},
            "template": {
                "metadata": {"labels": self.labels},
                "spec": {
                    "affinity": _ON_GPU_NODES,
                    "tolerations": [_TOLERATION],
                    "priority_class_name": "system-node-critical",
                    "automount_service_account_token": False,
                    "security_context": {"seccomp_profile": {"type": "RuntimeDefault"}},
                    **self.pod,
                },
            },
        }
