"""AMD GPUs: made allocatable by AMD's device plugin, once a driver is on the nodes (no cloud's image has one)."""

from collections.abc import Sequence
from typing import Final

import pulumi

from components.accelerators.base import KUBELET_PLUGINS, REGISTRATION, Daemon, daemon_set, namespace
from components.clusters import Pool
from components.naming import type_token
from components.pods import HARDENED
from config.catalog import RESOURCES
from config.versions import AMD_DEVICE_PLUGIN

DEVICE_PLUGIN: Final = Daemon(
    "amd-device-plugin",
    "device-plugin",
    {
        "containers": [
            {
                "name": "device-plugin",
                "image": AMD_DEVICE_PLUGIN,
                # The program's own working directory: its image has no entrypoint that finds it.
                "working_dir": "/root",
                "command": ["./k8s-device-plugin"],
                # Without a pulse there are no health checks, for which it would have to be privileged. Partitions of a GPU are
                # all called amd.com/gpu.
                "args": ["-logtostderr=true", "-pulse=0", "-resource_naming_strategy=single"],
                "security_context": HARDENED,
                "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}},
                "volume_mounts": [
                    {"name": "device-plugins", "mount_path": KUBELET_PLUGINS},
                    {"name": "sys", "mount_path": "/sys", "read_only": True},
                ],
            }
        ],
        # It counts GPUs in the driver's part of /sys, which a container's own /sys does not show whole.
        "volumes": [REGISTRATION, {"name": "sys", "host_path": {"path": "/sys", "type": "Directory"}}],
    },
    serves=RESOURCES["amd"],
)


class Amd(pulumi.ComponentResource):
    """The device plugin on exactly the nodes with AMD GPUs that have none."""

    def __init__(self, name: str, pools: Sequence[Pool], opts: pulumi.ResourceOptions | None = None):
        super().__init__(type_token("accelerators", "Amd"), name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        place = namespace(name, "amd", child)
        if without := [pool for pool in pools if "device-plugin" not in pool.preinstalled]:
            daemon_set(name, DEVICE_PLUGIN, place, without, child)
        self.register_outputs({"namespace": place})
