"""What the preflight says: one finding for each thing that it looked at."""

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "problem", "could not be asked"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at before anything is made."""

    subject: str
    """What was looked at."""
    status: Status
    detail: str
    """What was found."""
    advice: str = ""
    """What to do; empty where there is nothing to do."""
