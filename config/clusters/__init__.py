"""What a stack may say about its cluster: one kind a file, and the union of them, told apart by `kind`."""

from typing import Annotated

from pydantic import Field

from config.clusters.aks import Aks
from config.clusters.eks import Eks
from config.clusters.existing import Autoscaler, Existing
from config.clusters.gke import Gke
from config.clusters.simulated import Simulated

__all__ = ["Aks", "Autoscaler", "Cluster", "Eks", "Existing", "Gke", "Simulated"]

Cluster = Annotated[Simulated | Existing | Eks | Gke | Aks, Field(discriminator="kind")]
"""Where the machines come from."""
