"""What a rule of readiness is given, and what it answers."""

from collections.abc import Callable
from dataclasses import dataclass, field

from rehearsal.plugins.kubernetes.client import Client
from rehearsal.plugins.kubernetes.objects import Kind, dig, dig_list
from rehearsal.plugins.values import Json


@dataclass(frozen=True)
class Sight:
    """What is known of an object at a moment."""

    client: Client
    live: Json
    before: Json | None = None
    """The object before this update; None when it is new."""
    companion: Json | None = None
    """The object of the rule's `companion` kind with the same name."""
    waited: float = 0
    """Seconds so far."""

    @property
    def observed(self) -> bool:
        """Whether the controller has seen the object as it is now."""
        return self.count("status", "observedGeneration") >= self.count("metadata", "generation")

    def count(self, *path: str) -> int:
        """A number in the object; 0 when it is not there."""
        value = dig(self.live, *path)
        return value if isinstance(value, int) else 0

    def condition(self, name: str) -> Json:
        """One of the object's status conditions; empty when it has none of this type."""
        return condition(self.live, name)


@dataclass(frozen=True)
class Verdict:
    """Whether the object is ready, and if not: what is waited for, and why it may never be."""

    ready: bool
    status: str = ""
    problems: list[str] = field(default_factory=list[str])
    failed: bool = False
    """It will not become ready by waiting."""


@dataclass(frozen=True)
class Rule:
    """What ready means for a kind."""

    judge: Callable[[Sight], Verdict]
    timeout: float = 600
    """Seconds, when neither the resource's options nor its annotations say otherwise."""
    companion: Kind | None = None
    """A kind of which the object of the same name is followed too."""
    on_read: bool = False
    """Whether a refresh reports an object that is not ready."""


_NONE: Json = {}


def condition(live: Json, name: str) -> Json:
    return next((item for item in dig_list(live, "status", "conditions") if item.get("type") == name), _NONE)
