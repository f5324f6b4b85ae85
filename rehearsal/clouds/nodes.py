"""The machines of a simulated node group, as the nodes that they would join the cluster as."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from rehearsal.agents.device_manager import DEVICES, PLUGIN
from rehearsal.control_plane.api import Json

GROUP = "rehearsal.ml-platform.dev/group"
"""Node label: the node group that it belongs to."""

CAPACITY = "rehearsal.ml-platform.dev/capacity"
"""Node annotation: what its kubelet reports by itself, as JSON; devices are reported by their plugin."""


@dataclass(frozen=True)
class Template:
    """What all nodes of a group have in common, exactly as the cloud would make them."""

    group: str
    """Unique in the rehearsal."""
    machine: str
    arch: Literal["amd64", "arm64"]
    labels: Mapping[str, str]
    """The cloud's own and those that the node group asks for."""
    taints: tuple[Mapping[str, str], ...]
    capacity: Mapping[str, str]
    """CPU, memory and pods."""
    devices: Mapping[str, str] = field(default_factory=dict[str, str])
    """Extended resource → how many a device plugin finds; nothing where there is no driver."""
    plugin: Literal["pod", "image"] = "pod"
    """Who brings the device plugin: a pod that the stack deploys, or the image."""

    @property
    def all_labels(self) -> dict[str, str]:
        """Labels of each of its nodes but for name and zone."""
        return {
            "kwok.x-k8s.io/node": "fake",  # which nodes kwok keeps alive, in the place of their kubelets
            "kubernetes.io/os": "linux",
            "kubernetes.io/arch": self.arch,
            "node.kubernetes.io/instance-type": self.machine,
            **self.labels,
            GROUP: self.group,
        }

    @property
    def annotations(self) -> dict[str, str]:
        """What the simulated kubelets go by."""
        return {
            "kwok.x-k8s.io/node": "fake",
            CAPACITY: json.dumps(dict(self.capacity)),
            DEVICES: json.dumps(dict(self.devices)),
            PLUGIN: self.plugin,
        }

    def node(self, name: str, zone: str) -> Json:
        """One of its nodes, as a manifest."""
        place = {"kubernetes.io/hostname": name, "topology.kubernetes.io/zone": zone}
        return {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": name, "labels": {**self.all_labels, **place}, "annotations": self.annotations},
            "spec": {"taints": [dict(taint) for taint in self.taints]},
        }


def members(template: Template, count: int, zones: Iterable[str], name: str) -> list[Json]:
    """So many nodes, dealt out over the zones in turn. `name` is a pattern with `{number}`."""
    places = list(zones)
    return [template.node(name.format(number=number), places[number % len(places)]) for number in range(count)]
