"""What a container's process finds here in the place of its own file system and network."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Surroundings:
    """The world of one pod's process."""

    namespace: str
    root: Path
    """The folder that stands for `/`, and the process's working folder."""
    port: Callable[[int], int]
    """The port of 127.0.0.1 that stands for a port of the pod."""

    def path(self, inside: str) -> Path:
        """The file here that stands for this path in the container."""
        return self.root / inside.lstrip("/")

    def address(self, inside: str) -> str:
        """The loopback address that stands for an address to listen on, such as `:8443`; `0`, for none, stays."""
        host, colon, port = inside.rpartition(":")
        return f"127.0.0.1:{self.port(int(port))}" if colon or host else inside
