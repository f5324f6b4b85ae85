"""What the preflight asks of a cloud, whichever it is. The adapters only ask; what the answers mean is decided in `checks.py`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from config.capacity import Kind
from config.catalog import Machine
from config.node_pool import NodePool
from config.quotas import Quota


@dataclass(frozen=True)
class Caller:
    """Who asks."""

    name: str
    account: str
    """The AWS account, Google Cloud project or Azure subscription that this would be made in."""


class NotLoggedInError(Exception):
    """The cloud knows nobody: nothing else can be asked. The text says why."""

    def __init__(self, reason: str, advice: str) -> None:
        self.advice = advice
        super().__init__(reason)


class UnaskedError(Exception):
    """The cloud gave no answer. The text says why."""

    def __init__(self, reason: str, advice: str = "") -> None:
        self.advice = advice
        super().__init__(reason)


class Cloud(Protocol):
    """One account in one region. Every method reads, and may raise UnaskedError or NotLoggedInError."""

    name: str
    """As the catalogue has it: aws, gcp or azure."""
    region: str

    def caller(self) -> Caller:
        """Whose credentials these are."""
        ...

    def zones(self, pool: NodePool) -> tuple[str, ...]:
        """Where the stack will put the pool's nodes; empty for anywhere in the region."""
        ...

    def offered(self, machine: Machine) -> frozenset[str]:
        """The zones that have the machine for this account; the region itself where it has no zones."""
        ...

    def limit(self, quota: Quota) -> int:
        """How much the account may have."""
        ...

    def used(self, quota: Quota) -> int | None:
        """How much of it is in use now; None if the cloud does not say."""
        ...

    def running(self) -> Mapping[tuple[Machine, Kind], int]:
        """Nodes of the stack's own cluster, if it is there already: they are in use, and in the way of nobody."""
        ...

    def ask(self, quota: Quota, amount: int) -> str:
        """How and where the account gets that much of it."""
        ...
