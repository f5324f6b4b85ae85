"""The device plugin: tells the kubelet how many GPUs its node has, and hands them to containers."""

from typing import Final

from components.accelerators.base import KUBELET_PLUGINS, REGISTRATION, Daemon
from components.pods import HARDENED
from config.catalog import RESOURCES
from config.versions import NVIDIA_DEVICE_PLUGIN

DEVICE_PLUGIN: Final = Daemon(
    "nvidia-device-plugin",
    "device-plugin",
    {
        "containers": [
            {
                "name": "device-plugin",
                "image": NVIDIA_DEVICE_PLUGIN,
                # A node whose driver is still being loaded is tried again instead of crashing in a loop.
                "args": ["--fail-on-init-error=false"],
                "security_context": HARDENED,
                "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}},
                "volume_mounts": [{"name": "device-plugins", "mount_path": KUBELET_PLUGINS}],
            }
        ],
        # The kubelet's registration socket: the one thing of the host that it needs.
        "volumes": [REGISTRATION],
    },
    serves=RESOURCES["nvidia"],
)
