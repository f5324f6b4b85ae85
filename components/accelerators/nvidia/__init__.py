"""NVIDIA GPUs: made allocatable by the device plugin, made visible by the DCGM exporter."""

from collections.abc import Sequence

import pulumi

from components.accelerators.base import daemon_set, namespace
from components.accelerators.nvidia import exporter
from components.accelerators.nvidia.device_plugin import DEVICE_PLUGIN
from components.clusters import Pool
from components.naming import type_token


class Nvidia(pulumi.ComponentResource):
    """One DaemonSet for each duty, on exactly the nodes that have NVIDIA GPUs and nobody else for it."""

    def __init__(self, name: str, pools: Sequence[Pool], opts: pulumi.ResourceOptions | None = None):
        super().__init__(type_token("accelerators", "Nvidia"), name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        place = namespace(name, "nvidia", child)
        # Bottlerocket and GKE have a plugin of their own: two on one node would take turns in telling the kubelet.
        if without := [pool for pool in pools if "device-plugin" not in pool.preinstalled]:
            daemon_set(name, DEVICE_PLUGIN, place, without, child)
        exporter.publish(name, place, pools, child)
        self.register_outputs({"namespace": place})
