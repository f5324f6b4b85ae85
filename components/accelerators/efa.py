"""AWS's Elastic Fabric Adapters: made allocatable by their device plugin; the driver is in the nodes' image."""

from collections.abc import Mapping, Sequence
from typing import Final

import pulumi
from pulumi_kubernetes.core.v1 import SecurityContextArgsDict, VolumeArgsDict

from components.accelerators.base import KUBELET_PLUGINS, REGISTRATION, Daemon, daemon_set, namespace
from components.clusters import Pool
from components.naming import type_token
from components.pods import HARDENED
from config.catalog import INTERFACES
from config.versions import EFA_DEVICE_PLUGIN

_FOLDERS: Final = {"/dev/infiniband": "Directory"}
_NEURON_FOLDERS: Final = {**_FOLDERS, "/opt/aws/neuron": "DirectoryOrCreate"}
"""Folders of the host that the plugin reads, and whether they are there for certain."""


def _device_plugin(name: str, security: SecurityContextArgsDict, folders: Mapping[str, str]) -> Daemon:
    read: dict[str, VolumeArgsDict] = {
        path: {"name": path.rpartition("/")[2], "host_path": {"path": path, "type": kind}} for path, kind in folders.items()
    }
    return Daemon(
        name,
        "device-plugin",
        {
            # As AWS's chart has it. What machine it is on, which decides what interface is next to what device, AWS's programs
            # ask the metadata service, and that answers the host's own network alone.
            "host_network": True,
            "containers": [
                {
                    "name": "device-plugin",
                    "image": EFA_DEVICE_PLUGIN,
                    "security_context": security,
                    "resources": {"requests": {"cpu": "10m", "memory": "20Mi"}, "limits": {"memory": "128Mi"}},
                    "volume_mounts": [
                        {"name": "device-plugins", "mount_path": KUBELET_PLUGINS},
                        *({"name": each["name"], "mount_path": path, "read_only": True} for path, each in read.items()),
                    ],
                }
            ],
            "volumes": [REGISTRATION, *read.values()],
        },
        serves=INTERFACES["efa"],
    )


DEVICE_PLUGINS: Final[Mapping[bool, Daemon]] = {
    # AWS's chart makes it privileged everywhere. On GPU nodes it needs nothing of that (NVIDIA/aicr, pull request 872).
    False: _device_plugin("efa-device-plugin", HARDENED, _FOLDERS),
    # To learn which interface is next to which chip, it asks Neuron's driver, for which it must be privileged (aws/eks-charts,
    # pull request 1245).
    True: _device_plugin("efa-neuron-device-plugin", {"privileged": True, "read_only_root_filesystem": True}, _NEURON_FOLDERS),
}
"""Whether the node's devices are Neuron's → the plugin."""


class Efa(pulumi.ComponentResource):
    """The device plugin on exactly the nodes with interfaces for pods.

    What goes through an interface passes by every network policy: whoever is given one reaches all others in the security group.
    """

    def __init__(self, name: str, pools: Sequence[Pool], opts: pulumi.ResourceOptions | None = None):
        super().__init__(type_token("accelerators", "Efa"), name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        place = namespace(name, "efa", child)
        for neuron, daemon in DEVICE_PLUGINS.items():
            if theirs := [pool for pool in pools if (pool.vendor == "neuron") == neuron]:
                daemon_set(name, daemon, place, theirs, child)
        self.register_outputs({"namespace": place})
