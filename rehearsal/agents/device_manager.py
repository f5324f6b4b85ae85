"""The kubelets' device managers: a node has devices to give while their device plugin is ready on it.

What a node would find is in its annotation `rehearsal.ml-platform.dev/devices`, e.g. `{"nvidia.com/gpu": "8"}`. A device plugin
is any pod labelled `app.kubernetes.io/component: device-plugin`, for the one resource that it is annotated to serve. That of the
accelerators is always there on a node annotated `rehearsal.ml-platform.dev/device-plugin: image`, whose image brings it.
"""

import json
import logging
from collections import defaultdict
from collections.abc import Set

from components.naming import SERVES
from config.catalog import RESOURCES
from rehearsal.control_plane.api import Api, Json
from rehearsal.control_plane.cache import Cache, follow

_log = logging.getLogger(__name__)

DEVICES = "rehearsal.ml-platform.dev/devices"
PLUGIN = "rehearsal.ml-platform.dev/device-plugin"
_BY_IMAGE = frozenset(RESOURCES.values())


async def run(api: Api) -> None:
    """Keep every node's devices in step with its plugins, until cancelled."""
    nodes = Cache(api, "/api/v1/nodes")
    plugins = Cache(api, "/api/v1/pods", labelSelector="app.kubernetes.io/component=device-plugin")

    async def reconcile() -> None:
        served = defaultdict[str, set[str]](set)
        for plugin in plugins:
            if ready(plugin) and (name := plugin["spec"].get("nodeName")):
                served[name].add(plugin["metadata"].get("annotations", {}).get(SERVES, ""))
        for node in nodes:
            name = node["metadata"]["name"]
            by_image = node["metadata"].get("annotations", {}).get(PLUGIN) == "image"
            if status := wanted(node, served[name] | (_BY_IMAGE if by_image else set())):
                await api.merge_status(f"/api/v1/nodes/{name}", status)

    await follow((nodes, plugins), reconcile)


def wanted(node: Json, served: Set[str]) -> Json | None:
    """The change to the node's status, or None if it is as it should be. `served`: resources whose plugin is ready on the node.

    As a kubelet does it: what a plugin has reported stays in the capacity when it goes, with nothing of it to allocate.
    """
    status = node.get("status", {})
    capacity, allocatable = status.get("capacity", {}), status.get("allocatable", {})
    if not capacity:  # the kubelet has not reported yet
        return None
    devices = {name: count for name, count in _declared(node).items() if name in served or name in capacity}
    give = {name: count if name in served else "0" for name, count in devices.items()}
    if devices.items() <= capacity.items() and give.items() <= allocatable.items():
        return None
    return {"capacity": devices, "allocatable": give}


def _declared(node: Json) -> dict[str, str]:
    try:
        return dict(json.loads(node["metadata"].get("annotations", {}).get(DEVICES, "{}")))
    except (ValueError, TypeError):
        _log.warning("node %s: its annotation %s is not a JSON object", node["metadata"]["name"], DEVICES)
        return {}


def ready(pod: Json) -> bool:
    """Whether the pod is Ready and is to stay."""
    conditions = pod.get("status", {}).get("conditions", [])
    is_ready = any(condition["type"] == "Ready" and condition["status"] == "True" for condition in conditions)
    return is_ready and "deletionTimestamp" not in pod["metadata"]
