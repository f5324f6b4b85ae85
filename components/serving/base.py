"""What the model servers know about the engine inside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import config.serving


@dataclass(frozen=True)
class Container:
    """The part of a server's container that depends on its engine."""

    image: str
    args: Sequence[str]
    port: int
    """Where it serves HTTP."""
    health: str
    """Path that answers 200 once the model can be asked."""


class Engine(Protocol):
    """An inference engine: how to start it on weights that are in a folder."""

    def __call__(self, server: config.serving.ModelServer, weights: str) -> Container: ...
