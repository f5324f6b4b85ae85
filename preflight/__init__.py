"""What a stack needs before anything is made: programs, credentials, machines, quotas. Everything is read and nothing changed."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Final

from config.platform import Platform
from preflight.finding import Finding

__all__ = ["KINDS", "Finding", "findings"]

KINDS: Final[Mapping[str, str]] = {
    "simulated": "preflight.simulated",
    "existing": "preflight.existing",
    "eks": "preflight.aws",
    "gke": "preflight.gcp",
    "aks": "preflight.azure",
}
"""`cluster.kind` in the stack file → the module whose `findings(stack, cluster, pools)` looks. Imported only when used."""


def findings(stack: str, platform: Platform) -> Iterator[Finding]:
    """One after the other, as they are found."""
    try:
        module = import_module(KINDS[platform.cluster.kind])
    except ModuleNotFoundError as missing:  # an extra, like Azure's SDK
        yield Finding("Python packages", "problem", str(missing), f"make preflight STACK={stack} installs what is missing")
        return
    yield from module.findings(stack, platform.cluster, platform.node_pools)
