"""What a node that Karpenter has added should say of itself, beyond what Karpenter writes on it."""

import json
from collections.abc import Mapping

from config import catalog
from rehearsal.agents.device_manager import DEVICES
from rehearsal.autoscaling.group import GROUP, Group
from rehearsal.autoscaling.machines import devices
from rehearsal.control_plane.api import Json

_CAPACITY = "rehearsal.ml-platform.dev/capacity"


def missing(node: Json, groups: Mapping[str, Group]) -> Json | None:
    """The merge patch that completes the node's metadata, or None if nothing is missing.

    A device that the node reports at once is not left to a plugin.
    """
    metadata = node["metadata"]
    labels, annotations = metadata["labels"], metadata.get("annotations", {})
    changes: Json = {}
    group = groups.get(labels[GROUP])
    if group and (left_out := {key: value for key, value in group.labels.items() if key not in labels}):
        changes["labels"] = left_out
    machine = catalog.by_name().get(labels["node.kubernetes.io/instance-type"])
    if machine and DEVICES not in annotations:
        reported = json.loads(annotations.get(_CAPACITY, "{}"))
        to_come = {name: count for name, count in devices(machine).items() if name not in reported}
        changes["annotations"] = {DEVICES: json.dumps(to_come)}
    return {"metadata": changes} if changes else None
