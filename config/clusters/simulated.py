"""A cluster without machines."""

from pathlib import Path
from typing import ClassVar, Literal

from config.model import Model


class Simulated(Model):
    """Nodes without machines, on a rehearsal's control plane."""

    cloud: ClassVar[str | None] = None
    kind: Literal["simulated"]
    kubeconfig: Path = Path(".rehearsal/local/kubeconfig")
    """How to reach the control plane; relative to the project."""
