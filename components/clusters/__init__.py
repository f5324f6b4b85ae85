"""Where machines come from: one kind of cluster a file or folder, and the list of them."""

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Final

import pulumi

from components.clusters.base import Cluster, Pool
from config.platform import Platform

__all__ = ["KINDS", "Cluster", "Pool", "create", "refusal"]

KINDS: Final[Mapping[str, str]] = {
    "simulated": "components.clusters.simulated:Simulated",
    "existing": "components.clusters.existing:Existing",
    "eks": "components.clusters.eks:Eks",
    "aks": "components.clusters.aks:Aks",
    "gke": "components.clusters.gke:Gke",
}
"""`cluster.kind` in the stack file → the component that builds it. Imported only when used: a cloud's SDK takes seconds."""

_EXTRAS: Final[Mapping[str, tuple[str, str]]] = {"aks": ("pulumi_azure_native", "requirements-azure.txt")}
"""Kind → the package that only its stacks need, and the file that installs it."""


def refusal(platform: Platform) -> str | None:
    """Why this platform's cluster can't be built on this machine, or None if it can."""
    kind = platform.cluster.kind
    package, requirements = _EXTRAS.get(kind, ("", ""))
    if package and not find_spec(package):
        return f"ml-platform:cluster.kind: {kind} clusters need {package}; pip install -r {requirements}"
    return None


def create(name: str, platform: Platform) -> Cluster:
    """The stack's cluster.

    Raises pulumi.RunError for a kind whose SDK is not installed.
    """
    if reason := refusal(platform):
        raise pulumi.RunError(reason)
    module, _, component = KINDS[platform.cluster.kind].partition(":")
    return getattr(import_module(module), component)(name, platform.cluster, platform.node_pools)
