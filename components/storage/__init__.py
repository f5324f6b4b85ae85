"""Volumes: the classes that every namespace may claim from."""

from collections.abc import Mapping

import pulumi
import pulumi_kubernetes as k8s

from components.clusters.base import Disk
from components.naming import MANAGED, type_token

_BINDING = {"block": "WaitForFirstConsumer", "shared": "Immediate"}
"""A disk must be made where its pod will run; what all nodes reach may be made at once."""


class Storage(pulumi.ComponentResource):
    """One StorageClass for each kind of volume that the cluster has."""

    classes: Mapping[str, pulumi.Output[str]]
    """Kind of volume (`block`, `shared`) → name of its StorageClass."""

    def __init__(self, name: str, disks: Mapping[str, Disk], opts: pulumi.ResourceOptions | None = None):
        super().__init__(type_token("storage", "Storage"), name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.classes = {
            kind: k8s.storage.v1.StorageClass(
                f"{name}-{kind}",
                metadata={"name": kind, "labels": MANAGED},
                provisioner=disk.provisioner,
                parameters=disk.parameters or None,
                volume_binding_mode=_BINDING[kind],
                allow_volume_expansion=True,
                opts=child,
            ).metadata.name
            for kind, disk in disks.items()
        }
        self.register_outputs({"classes": self.classes})
