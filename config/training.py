"""What a stack may say about training."""

from pathlib import Path
from typing import Annotated

from annotated_types import Ge, Le
from pydantic import Field

from config.model import Model, Name, Quantity


class Job(Model):
    """A distributed training job: one PyTorch program, `workers` pods, one rendezvous."""

    name: Name
    team: Name
    program: Path
    """The Python file that each GPU's process runs; relative to the project."""
    accelerator: str
    """Which devices: the type of a pool's accelerator."""
    workers: Annotated[int, Ge(1), Le(1000)] = 1
    """Pods, each on a node of its own."""
    gpus_per_worker: Annotated[int, Ge(1), Le(16)] = 1
    cpu_per_worker: Quantity = "8"
    memory_per_worker: Quantity = "64Gi"
    shared_memory: Quantity = "16Gi"
    """Size of `/dev/shm`, counted as memory of the worker; data loaders and NCCL pass tensors through it."""
    deadline: Annotated[int, Ge(60)] = 3600
    """Seconds after which the job is ended, counted from its admission."""
    image: str | None = None
    """By default PyTorch for the devices of their vendor and for EFA where the pool has it; for that, an image of your own needs
    libfabric and NCCL's plugin for it."""


class Training(Model):
    """Jobs that belong to the environment, such as the one that proves that it can train."""

    jobs: tuple[Job, ...] = Field(default=())
