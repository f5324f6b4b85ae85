"""The device plugin: tells the kubelet how many GPUs its node has, and hands them to containers."""

from typing import Final

from pulumi_kubernetes.core.v1 import PodSpecArgsDict

from components.accelerators.nvidia.daemon import Daemon
from components.pods import HARDENED
from config.versions import NVIDIA_DEVICE_PLUGIN

_POD: Final[PodSpecArgsDict] = {
    "containers": [
        {
            "name": "device-plugin",
            "image": NVIDIA_DEVICE_PLUGIN,
            # A node whose driver is still being loaded is tried again instead of crashing in a loop.
            "args": ["--fail-on-init-error=false"],
            "security_context": HARDENED,
            "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}},
            "volume_mounts": [{"name": "device-plugins", "mount_path": "/var/lib/kubelet/device-plugins"}],
        }
    ],
    # The kubelet's registration socket: the one thing of the host that it needs.
    "volumes": [{"name": "device-plugins", "host_path": {"path": "/var/lib/kubelet/device-plugins", "type": "Directory"}}],
}

DEVICE_PLUGIN: Final = Daemon("nvidia-device-plugin", "device-plugin", _POD)
