"""What a stack may say about its node pools, in no cloud's own terms."""

from typing import Annotated, Self

from annotated_types import Ge, Le
from pydantic import AfterValidator, model_validator

from config import catalog
from config.model import Model, Name, Quantity, Range, amount


def _known(accelerator: str) -> str:
    if accelerator not in catalog.ACCELERATORS:
        raise ValueError(f"no machine has a {accelerator!r} accelerator; write one of {', '.join(catalog.ACCELERATORS)}")
    return accelerator


class Accelerators(Model):
    """The devices of each node."""

    type: Annotated[str, AfterValidator(_known)]
    """A key of `config.catalog.ACCELERATORS`: h100, l4, …"""
    count: Annotated[int, Ge(1), Le(16)] = 1
    """Devices per node."""


class Size(Range):
    """How many nodes a pool may have."""

    min: Annotated[int, Ge(0)] = 0
    """Nodes that are always there."""
    max: Annotated[int, Ge(1)]
    """Nodes that the pool may grow to."""


class NodePool(Model):
    """Nodes of one kind. The smallest machine of the cluster's cloud that has what is asked for is taken."""

    name: Name
    size: Size
    accelerator: Accelerators | None = None
    """The devices of each node; a pool without any is for everything that needs none."""
    cpu: Annotated[int, Ge(1)] = 4
    """vCPUs that a node has at least."""
    memory: Quantity = "8Gi"
    """Memory that a node has at least."""

    @model_validator(mode="after")
    def _machine_exists(self) -> Self:
        try:
            self.machine()
        except LookupError as missing:
            raise ValueError(str(missing)) from None
        return self

    def machine(self, cloud: str | None = None) -> catalog.Machine:
        """The machine of its nodes on `cloud`; raises LookupError if there is none."""
        devices = (self.accelerator.type, self.accelerator.count) if self.accelerator else ("", 0)
        return catalog.find(*devices, cpu=self.cpu, memory=amount(self.memory), cloud=cloud)
