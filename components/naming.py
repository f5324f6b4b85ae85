"""Names that every layer shares."""

from typing import Final

MANAGED: Final = {"app.kubernetes.io/managed-by": "ml-platform"}
"""On everything that this program makes in a cluster."""

POOL: Final = "ml-platform.dev/pool"
"""Node label: the node pool's name."""

ACCELERATOR: Final = "ml-platform.dev/accelerator"
"""Node label: the accelerator's name in the catalogue."""

CAPACITY: Final = "ml-platform.dev/capacity"
"""Node label: how the node was bought, a kind of rung: reserved, on-demand, flex or spot."""

SERVES: Final = "ml-platform.dev/serves"
"""Annotation of a device plugin's pods: the extended resource that it gives to other pods."""

TEAM: Final = "ml-platform.dev/team"
"""Namespace label: the team whose namespace it is."""

POD_SECURITY: Final = "pod-security.kubernetes.io/enforce"
"""Namespace label: the Pod Security Standard that its pods must meet."""


def type_token(layer: str, kind: str) -> str:
    """The Pulumi type of a component, e.g. `mlplatform:tenancy:Team`; part of every URN below it: changed only with an alias."""
    return f"mlplatform:{layer}:{kind}"


def app(name: str, **labels: str) -> dict[str, str]:
    """Labels of a workload's objects: who made it, its name, and others of the recommended ones, e.g. `component="server"`."""
    return {**MANAGED, **selector(name), **{f"app.kubernetes.io/{key}": value for key, value in labels.items()}}


def selector(name: str) -> dict[str, str]:
    """Labels that find a workload's pods, and stay the same for its whole life."""
    return {"app.kubernetes.io/name": name}
