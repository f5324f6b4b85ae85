"""What all vendors have in common: a namespace of their own, and a pod for each duty on every node with their devices."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.apps.v1 import DaemonSetSpecArgsDict
from pulumi_kubernetes.core.v1 import (
    PodSpecArgsDict,
    TolerationArgsDict,
    VolumeArgsDict,
)
from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict

from components.clusters import Pool
from components.naming import MANAGED, POD_SECURITY, SERVES, app, selector
from components.pods import on_nodes

KUBELET_PLUGINS: Final = "/var/lib/kubelet/device-plugins"
"""Where a device plugin registers with the kubelet, on every kind of node."""

REGISTRATION: Final[VolumeArgsDict] = {"name": "device-plugins", "host_path": {"path": KUBELET_PLUGINS, "type": "Directory"}}


@dataclass(frozen=True)
class Daemon:
    """A DaemonSet for nodes with devices; `pod` says what is its own."""

    name: str
    component: str
    """Its part in the platform, as `app.kubernetes.io/component`; a rehearsal's device manager looks for `device-plugin`."""
    pod: PodSpecArgsDict
    serves: str = ""
    """Of a device plugin: its extended resource."""

    @cached_property
    def labels(self) -> dict[str, str]:
        """On the DaemonSet and its pods."""
        return app(self.name, component=self.component)

    def _metadata(self) -> ObjectMetaArgsDict:
        return {"labels": self.labels, "annotations": {SERVES: self.serves}} if self.serves else {"labels": self.labels}

    def spec(self, pools: Iterable[Pool]) -> DaemonSetSpecArgsDict:
        """The whole of it, for the nodes of these pools."""
        there = list(pools)
        return {
            "selector": {"match_labels": selector(self.name)},
            "update_strategy": {"rolling_update": {"max_unavailable": "10%"}},
            "template": {
                "metadata": self._metadata(),
                "spec": {
                    # Each pool's own labels: two pools with one accelerator may differ in what they bring along.
                    "affinity": {"node_affinity": on_nodes(*(pool.own for pool in there))},
                    "tolerations": _let_in(there),
                    "priority_class_name": "system-node-critical",
                    "automount_service_account_token": False,
                    "security_context": {"seccomp_profile": {"type": "RuntimeDefault"}},
                    **self.pod,
                },
            },
        }


def daemon_set(
    name: str, daemon: Daemon, namespace: pulumi.Input[str], pools: Iterable[Pool], opts: pulumi.ResourceOptions
) -> k8s.apps.v1.DaemonSet:
    """The daemon in `namespace`, as a child of the component called `name`."""
    return k8s.apps.v1.DaemonSet(
        f"{name}-{daemon.name}",
        metadata={"name": daemon.name, "namespace": namespace, "labels": daemon.labels},
        spec=daemon.spec(pools),
        opts=opts,
    )


def namespace(name: str, vendor: str, opts: pulumi.ResourceOptions) -> pulumi.Output[str]:
    """The vendor's own namespace, from which and into which nothing is let unless a policy says so."""
    made = k8s.core.v1.Namespace(
        f"{name}-namespace",
        # The DaemonSets mount the kubelet's sockets from the host, which even the baseline standard forbids.
        metadata={"name": f"{vendor}-system", "labels": {**MANAGED, POD_SECURITY: "privileged"}},
        opts=opts,
    )
    place = made.metadata.name
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
        opts=opts,
    )
    k8s.networking.v1.NetworkPolicy(
        f"{name}-default-deny",
        metadata={"name": "default-deny", "namespace": place, "labels": MANAGED},
        spec={"pod_selector": {}, "policy_types": ["Ingress", "Egress"]},
        opts=opts,
    )
    return place


def _let_in(pools: list[Pool]) -> list[TolerationArgsDict]:
    """What the pools ask for, each once."""
    tolerations = list[TolerationArgsDict]()
    for toleration in (toleration for pool in pools for toleration in pool.tolerations):
        if toleration not in tolerations:
            tolerations.append(toleration)
    return tolerations
