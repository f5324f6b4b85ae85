"""A mistake between parts of a configuration, and what finds it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from config.platform import Platform


@dataclass(frozen=True)
class Problem:
    """One mistake: where, what is wrong, and what to write instead."""

    path: tuple[str | int, ...]
    message: str


Rule = Callable[[Platform], Iterable[Problem]]
"""Yields a problem for each mistake of one sort."""
