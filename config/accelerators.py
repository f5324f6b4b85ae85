"""What a stack may say about the devices of its nodes."""

from typing import Annotated, Self

from annotated_types import Ge, Le
from pydantic import AfterValidator, Field, model_validator

from config import catalog, tpu
from config.model import Model


def _accelerator(name: str) -> str:
    if name not in catalog.ACCELERATORS:
        raise ValueError(f"no machine has a {name!r} accelerator; write one of {', '.join(catalog.ACCELERATORS)}")
    return name


class Accelerators(Model):
    """The devices of each node."""

    type: Annotated[str, AfterValidator(_accelerator), Field(json_schema_extra={"enum": [*catalog.ACCELERATORS]})]
    """Its model."""
    count: Annotated[int, Ge(1), Le(16)] = 1
    """Devices per node."""
    topology: str = ""
    """Of TPUs the shape of a slice in chips, e.g. `4x4`, which may be that of several nodes; by default that of one node."""

    @model_validator(mode="after")
    def _shape_exists(self) -> Self:
        tpu.topology(self.type, self.count, self.topology)
        return self

    @property
    def shape(self) -> str:
        """The topology, said or not; empty for other accelerators."""
        return tpu.topology(self.type, self.count, self.topology)

    @property
    def nodes(self) -> int:
        """Nodes of a slice, which come and go together; 1 but for TPUs."""
        return tpu.chips(self.shape) // self.count if self.shape else 1
