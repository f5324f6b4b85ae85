"""A cluster that somebody else made: kubeadm, kind, minikube, or any other."""

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from config.model import Model


class Existing(Model):
    """A cluster that is there already. Its nodes are found by their labels, and stay when the stack goes."""

    cloud: ClassVar[str | None] = None
    kind: Literal["existing"]
    kubeconfig: Path = Path("~/.kube/config")
    """How to reach it; relative to the project, `~` is your home."""
    context: str | None = Field(default=None, min_length=1)
    """The context in the kubeconfig; without it, the current one. Naming it keeps a stack from another cluster."""
    storage: dict[Literal["block", "shared"], str]
    """Kind of volume → the CSI driver that provides it there, e.g. `shared: nfs.csi.k8s.io`."""
