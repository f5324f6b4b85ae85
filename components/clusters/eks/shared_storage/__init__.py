"""Volumes that many pods write at once: who makes them. A new kind is a file, and a line here and in `addons.SHARED`."""

from collections.abc import Mapping
from typing import Final, Literal

from components.clusters.eks.shared_storage.efs import EksEfs
from components.clusters.eks.shared_storage.fsx import EksFsx

KINDS: Final[Mapping[Literal["efs", "fsx"], type[EksEfs | EksFsx]]] = {"efs": EksEfs, "fsx": EksFsx}
"""`cluster.sharedStorage` in the stack file → the component."""
