"""The status that a kubelet reports of a running pod."""

from datetime import datetime
from ipaddress import ip_network
from zlib import crc32

from rehearsal.control_plane.api import Json


def running(pod: Json, node: Json, since: datetime, *, ready: bool, restarts: int) -> Json:
    """The status of a pod on this node whose container runs (and answers its readiness probe, if `ready`)."""
    start = f"{since:%Y-%m-%dT%H:%M:%SZ}"
    states = {"PodReadyToStartContainers": True, "Initialized": True, "ContainersReady": ready, "Ready": ready}
    containers = [
        {
            "name": container["name"],
            "image": container["image"],
            "imageID": "",
            "ready": ready,
            "started": True,
            "restartCount": restarts,
            "state": {"running": {"startedAt": start}},
        }
        for container in pod["spec"]["containers"]
    ]
    return {
        "phase": "Running",
        "startTime": start,
        "conditions": [{"type": kind, "status": str(true)} for kind, true in states.items()],
        "containerStatuses": containers,
        **_address(pod, node),
    }


def _address(pod: Json, node: Json) -> Json:
    """An IP of the node's range, from the end that kwok does not count from. Nothing listens on it."""
    network = node["spec"].get("podCIDR")
    if not network:
        return {}
    address = str(ip_network(network)[-2 - crc32(pod["metadata"]["uid"].encode()) % 64])
    return {"podIP": address, "podIPs": [{"ip": address}]}
