"""What a stack may say about serving."""

from typing import Annotated, Literal

from annotated_types import Ge
from pydantic import Field

from config.model import Model, Name, Quantity, Range


class Replicas(Range):
    """Between how many copies the autoscaler chooses."""

    min: Annotated[int, Ge(1)] = 2
    max: Annotated[int, Ge(1)] = 4


class ModelServer(Model):
    """A model behind an address in the cluster."""

    name: Name
    team: Name
    engine: Literal["vllm"] = "vllm"
    model: str = Field(pattern=r"^[\w.-]+(/[\w.-]+)*$", examples=["Qwen/Qwen3-8B"])
    """Folder of the weights below `models/` on the team's shared volume."""
    accelerator: str
    """Which devices: the type of a pool's accelerator."""
    gpus: Annotated[int, Ge(1)] = 1
    """Devices per replica."""
    cpu: Quantity = "4"
    """Cores per replica."""
    memory: Quantity = "24Gi"
    """Memory per replica."""
    replicas: Replicas = Replicas()
    clients: tuple[Name, ...] = ()
    """Other teams whose pods may call it."""


class Serving(Model):
    """Models that belong to the environment."""

    models: tuple[ModelServer, ...] = ()
