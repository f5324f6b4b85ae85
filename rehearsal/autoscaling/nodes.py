"""What a node that Karpenter has added should say of itself, beyond what Karpenter writes on it."""

import json
from collections.abc import Mapping

from config import catalog
from rehearsal.agents.device_manager import DEVICES
from rehearsal.autoscaling.group import NODE_POOL, Group
from rehearsal.autoscaling.machines import devices
from rehearsal.control_plane.api import Json


def missing(node: Json, groups: Mapping[str, Group]) -> Json | None:
    """The merge patch that completes the node's metadata, or None if nothing is missing.

    Labels that a NodePool may not give; and, where it is the stack's own NodePool, the devices of the machine.
    """
    metadata = node["metadata"]
    labels = metadata["labels"]
    changes: Json = {}
    group = groups.get(labels[NODE_POOL])
    if group and (left_out := {key: value for key, value in group.template.all_labels.items() if key not in labels}):
        changes["labels"] = left_out
    machine = catalog.by_name().get(labels["node.kubernetes.io/instance-type"])
    if machine and DEVICES not in metadata.get("annotations", {}):
        changes["annotations"] = {DEVICES: json.dumps(devices(machine))}
    return {"metadata": changes} if changes else None
