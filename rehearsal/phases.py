"""What a command is doing, and how long each part took."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console


@dataclass
class Phases:
    """Parts of a command, one after the other."""

    console: Console
    seconds: dict[str, float] = field(default_factory=dict[str, float])
    """Phase → how long it took; one that failed has no entry."""

    @contextmanager
    def phase(self, name: str) -> Generator[None]:
        """Announces a part and times it."""
        self.console.print(f"[bold]{name}[/]")
        begin = time.monotonic()
        yield
        self.seconds[name] = time.monotonic() - begin

    def report(self, line: str) -> None:
        """One line of news within the current part."""
        self.console.print(f"  {line}", highlight=False, markup=False)

    def __str__(self) -> str:
        return " · ".join(f"{name.lower()} {seconds:.1f} s" for name, seconds in self.seconds.items())
