"""What the pods of every layer have in common: how little they may do, and the few places where they may write."""

from collections.abc import Mapping
from typing import Final

from pulumi_kubernetes.core.v1 import (
    EnvVarArgsDict,
    NodeAffinityArgsDict,
    NodeSelectorTermArgsDict,
    PodSecurityContextArgsDict,
    SecurityContextArgsDict,
    VolumeArgsDict,
    VolumeMountArgsDict,
)

HARDENED: Final[SecurityContextArgsDict] = {
    "allow_privilege_escalation": False,
    "read_only_root_filesystem": True,
    "capabilities": {"drop": ["ALL"]},
}
"""For every container: what it may write is a volume, what it may do is what its user may do."""

UNPRIVILEGED: Final[PodSecurityContextArgsDict] = {
    "run_as_non_root": True,
    "run_as_user": 1000,
    "run_as_group": 1000,
    "fs_group": 1000,
    # On a shared volume of terabytes, changing every file's owner at each start would take hours.
    "fs_group_change_policy": "OnRootMismatch",
    "seccomp_profile": {"type": "RuntimeDefault"},
}
"""For every pod that needs nothing of its node: an ordinary user, and the runtime's own system-call filter."""

SCRATCH_MOUNTS: Final[tuple[VolumeMountArgsDict, ...]] = (
    {"name": "scratch", "mount_path": "/tmp"},
    {"name": "shared-memory", "mount_path": "/dev/shm"},
)
"""Where a container with a read-only root file system may write."""

HOME: Final[EnvVarArgsDict] = {"name": "HOME", "value": "/tmp"}
"""Libraries put their caches below it."""


def scratch(shared_memory: str) -> tuple[VolumeArgsDict, ...]:
    """The volumes of `SCRATCH_MOUNTS`; `/dev/shm` is memory of the pod's, at most this much, not the runtime's 64 MiB."""
    return (
        {"name": "scratch", "empty_dir": {}},
        {"name": "shared-memory", "empty_dir": {"medium": "Memory", "size_limit": shared_memory}},
    )


def on_nodes(*labels: Mapping[str, str]) -> NodeAffinityArgsDict:
    """Nodes with all labels of any of these; elsewhere the pod does not run."""
    terms: list[NodeSelectorTermArgsDict] = [
        {"match_expressions": [{"key": key, "operator": "In", "values": [value]} for key, value in each.items()]}
        for each in labels
    ]
    return {"required_during_scheduling_ignored_during_execution": {"node_selector_terms": terms}}
