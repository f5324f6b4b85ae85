"""A cluster that somebody else made: kubeadm, kind, minikube, or any other."""

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from config.model import Model


class Driver(Model):
    """Who makes the volumes of one kind."""

    provisioner: str = Field(min_length=1, examples=["driver.longhorn.io"])
    """As a StorageClass names it."""
    parameters: dict[str, str] = {}
    """What the provisioner wants to know, e.g. an NFS server and its share."""


class Existing(Model):
    """A cluster that is there already. Its nodes are found by their labels, and stay when the stack goes."""

    cloud: ClassVar[str | None] = None
    kind: Literal["existing"]
    kubeconfig: Path = Path("~/.kube/config")
    """How to reach it; relative to the project, `~` is your home. A secret `ml-platform:kubeconfig` goes before it."""
    context: str | None = Field(default=None, min_length=1)
    """The context in the kubeconfig; without it, the current one. Naming it keeps a stack from another cluster."""
    block: Driver
    """Volumes that one node at a time can use."""
    shared: Driver
    """Volumes that all nodes can use at once: teams keep their datasets on one."""
