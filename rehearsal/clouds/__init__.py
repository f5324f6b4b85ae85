"""Clouds that are simulated: a ledger of what exists in them, the answers a program reads, and the refusals of the real ones.

One folder a cloud, each a table of kinds (`kind.py`) on the same few operations (`cloud.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Final

from rehearsal.clouds.ledger import Ledger
from rehearsal.layout import Layout

if TYPE_CHECKING:  # a cloud's commands, which are called for each connection, do without
    from rehearsal.clouds.cloud import Cloud

__all__ = ["SIMULATIONS", "Simulation", "open_cloud"]


@dataclass(frozen=True)
class Simulation:
    """How the cloud of one kind of cluster is simulated."""

    package: str
    """The Pulumi package whose plugin it stands in for."""
    module: str
    """Its `open_cloud(layout)` gives the cloud."""
    commands: Mapping[str, str]
    """Program that kubeconfigs of this cloud call → the module that stands in for it."""

    def ledger(self, layout: Layout) -> Ledger:
        """What exists in the cloud."""
        return Ledger(layout.state / "cloud" / self.package)


SIMULATIONS: Final[Mapping[str, Simulation]] = {
    "eks": Simulation("aws", "rehearsal.clouds.aws.table", {"aws": "rehearsal.clouds.aws.cli"}),
    "aks": Simulation("azure-native", "rehearsal.clouds.azure.table", {"kubelogin": "rehearsal.clouds.azure.kubelogin"}),
    "gke": Simulation("gcp", "rehearsal.clouds.gcp", {"gke-gcloud-auth-plugin": "rehearsal.clouds.gcp.login"}),
}
"""`cluster.kind` in the stack file → simulation."""


def open_cloud(package: str, layout: Layout) -> "Cloud":
    """The simulated cloud behind a Pulumi package, as it is in this stack's rehearsal."""
    (module,) = (each.module for each in SIMULATIONS.values() if each.package == package)
    return import_module(module).open_cloud(layout)
