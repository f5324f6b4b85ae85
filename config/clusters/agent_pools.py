"""What AKS calls the node groups of a pool: it takes at most 12 lower-case letters and digits."""

import hashlib
from typing import Final

from config.capacity import Rung
from config.node_pool import NodePool

_POOL: Final = 9
"""Letters and digits of the pool's name that there is room for."""

_LETTERS: Final = {"reserved": "r", "on-demand": "o", "spot": "s"}


def agent_pool(pool: NodePool, rung: Rung) -> str:
    """The pool's name without hyphens, cut to 9, and the rung's letter; for a reservation also two digits that stay the same.

    A pool keeps these names whatever rungs and pools are added before it. Raises KeyError for a rung that AKS does not have.
    """
    return f"{pool.name.replace('-', '')[:_POOL]}{_LETTERS[rung.kind]}{digits(rung.reservation)}"


def digits(reservation: str) -> str:
    """Two hexadecimal digits that tell reservations apart; none for no reservation."""
    return hashlib.sha256(reservation.encode()).hexdigest()[:2] if reservation else ""
