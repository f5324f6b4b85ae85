"""What a stack may say about its teams."""

from typing import Annotated, Self

from annotated_types import Ge
from pydantic import Field, model_validator

from config.model import Model, Name, Quantity, amount

Devices = dict[str, Annotated[int, Ge(1)]]
"""Accelerator → number of devices, e.g. `h100: 16`."""


class Amounts(Model):
    """CPU cores and bytes of memory, over all pods of a team."""

    cpu: Quantity
    memory: Quantity


class Quota(Model):
    """The most that a team's pods may use at one time."""

    requests: Amounts
    limits: Amounts
    gpus: Devices = {}
    """Devices that are the team's own whenever it wants them."""
    borrow: Devices = {}
    """Devices beyond its own that the team may use while nobody else does."""
    pods: Annotated[int, Ge(1)] = 200

    @model_validator(mode="after")
    def _limits_cover_requests(self) -> Self:
        for name in Amounts.model_fields:
            request, limit = getattr(self.requests, name), getattr(self.limits, name)
            if amount(limit) < amount(request):
                raise ValueError(f"limits.{name} is {limit}, less than requests.{name}, {request}; write at least {request}")
        return self

    def ceiling(self, accelerator: str) -> int:
        """Devices of this kind that the team may hold at once, borrowed ones included."""
        return self.gpus.get(accelerator, 0) + self.borrow.get(accelerator, 0)


class Team(Model):
    """People who share a namespace, a budget and a queue."""

    name: Name
    """Also the name of its namespace and its queue."""
    group: str = Field(min_length=1, examples=["vision@example.com"])
    """The identity provider's group whose members may enter."""
    quota: Quota
    datasets: Quantity = "1Ti"
    """Size of the volume that all pods of the team share."""
