"""What jobs and model servers have in common for the rules: a team's pods of one size, on nodes with one accelerator."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

from config.model import amount
from config.platform import Platform

_Value = TypeVar("_Value", int, str)


@dataclass(frozen=True)
class Stated(Generic[_Value]):
    """A value, and its place in the stack file below its job or server."""

    value: _Value
    place: tuple[str, ...]

    @property
    def amount(self) -> Decimal:
        """As a number."""
        return amount(str(self.value))


@dataclass(frozen=True)
class Ask:
    """So many pods at once, each of this size."""

    path: tuple[str | int, ...]
    team: str
    accelerator: str
    copies: Stated[int]
    gpus: Stated[int]
    cpu: Stated[str]
    memory: Stated[str]


def asks(platform: Platform) -> Iterator[Ask]:
    """Of every job with all its workers, and of every server with its fewest replicas."""
    for index, job in enumerate(platform.training.jobs):
        yield Ask(
            path=("training", "jobs", index),
            team=job.team,
            accelerator=job.accelerator,
            copies=Stated(job.workers, ("workers",)),
            gpus=Stated(job.gpus_per_worker, ("gpusPerWorker",)),
            cpu=Stated(job.cpu_per_worker, ("cpuPerWorker",)),
            memory=Stated(job.memory_per_worker, ("memoryPerWorker",)),
        )
    for index, model in enumerate(platform.serving.models):
        yield Ask(
            path=("serving", "models", index),
            team=model.team,
            accelerator=model.accelerator,
            copies=Stated(model.replicas.min, ("replicas", "min")),
            gpus=Stated(model.gpus, ("gpus",)),
            cpu=Stated(model.cpu, ("cpu",)),
            memory=Stated(model.memory, ("memory",)),
        )
