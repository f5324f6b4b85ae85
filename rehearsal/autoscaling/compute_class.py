"""What GKE's autoscaler goes by in the cluster: the order of a ComputeClass, in which it tries the node pools of the class."""

from collections.abc import Iterable
from typing import Final

from rehearsal.control_plane.api import Json

COMPUTE_CLASSES: Final = "/apis/cloud.google.com/v1/computeclasses"

_HEAVIEST: Final = 100


def weights(classes: Iterable[Json]) -> dict[str, int]:
    """Node pool → its weight, by its place in the class that names it, or of which it is made."""
    return {
        name: max(_HEAVIEST - place, 1)
        for each in classes
        for place, rule in enumerate(each["spec"].get("priorities", []))
        for name in rule.get("nodepools", [made_of(each, place)])
    }


def made_of(compute_class: Json, place: int) -> str:
    """The name of the node pool that is made of this rule of the class."""
    return f"nap-{compute_class['metadata']['name']}-{place}"
