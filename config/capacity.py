"""How machines are bought: the rungs of a pool's ladder, tried in order."""

from typing import Annotated, Any, Literal, Self, get_args

from annotated_types import Ge, Le
from pydantic import AfterValidator, BeforeValidator, model_validator

from config.model import Model

Kind = Literal["reserved", "on-demand", "flex", "spot"]

LONGEST_FLEX = 168
"""Hours. Google Cloud ends a flex-start node after seven days at the latest."""


class Rung(Model):
    """One way to buy a pool's machines; `spot` alone is short for `{kind: spot}`."""

    kind: Kind
    """reserved: paid for already; flex: given when there are some, for a limited time (GKE); spot: taken away at any time."""
    reservation: str = ""
    """Of a reserved rung what the cloud calls it: an EC2 capacity reservation's id, a Compute Engine reservation's name, an Azure
    capacity reservation group's resource id."""
    block: bool = False
    """Of a reserved rung on AWS: whether the reservation is a Capacity Block for ML, which begins and ends at a time."""
    hours: Annotated[int, Ge(1), Le(LONGEST_FLEX)] = LONGEST_FLEX
    """Of a flex rung how long a node may live."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.kind == "reserved" and not self.reservation:
            raise ValueError("a reserved rung needs its reservation; write {kind: reserved, reservation: <its id>}")
        if self.kind != "reserved" and self.reservation:
            raise ValueError(f"a reservation is for kind: reserved, not for {self.kind}; leave it out or change the kind")
        if self.kind != "reserved" and self.block:
            raise ValueError(f"a capacity block is for kind: reserved, not for {self.kind}; leave it out or change the kind")
        if self.kind != "flex" and "hours" in self.model_fields_set:
            raise ValueError(f"hours are for kind: flex, not for {self.kind}; leave them out or change the kind")
        return self

    def __str__(self) -> str:
        return f"{self.kind} {self.reservation}".rstrip()


def _rung(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if value not in get_args(Kind):
        raise ValueError(f"{value!r} is no way to buy machines; write one of {', '.join(get_args(Kind))}")
    return {"kind": value}


def _ladder(rungs: tuple[Rung, ...]) -> tuple[Rung, ...]:
    if not rungs:
        raise ValueError("is empty; leave it out for on-demand machines")
    for position, rung in enumerate(rungs):
        if str(rung) in map(str, rungs[:position]):
            raise ValueError(f"{str(rung)!r} is given twice; a rung that had no machines is not tried again")
    return rungs


Ladder = Annotated[
    tuple[Annotated[Rung, BeforeValidator(_rung, json_schema_input_type=Rung | Kind)], ...], AfterValidator(_ladder)
]
"""Rungs tried in order; the pool's smallest size is bought on the first."""
