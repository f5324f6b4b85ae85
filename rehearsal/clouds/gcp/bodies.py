"""What the real provider makes of a cluster's and of a node pool's inputs: the messages of Google's container API.

Fields that are not named here are called the same on both sides; one that the API does not know is found by its own model.
"""

from collections.abc import Mapping
from typing import Any, Final

from rehearsal.plugins.values import Json

_PROVIDERS_OWN: Final = ("project", "location", "cluster", "removeDefaultNodePool", "deletionProtection", "networkingMode")
"""Inputs that are parts of the request's address, or never sent."""

_PLACES: Final[Mapping[str, tuple[str, ...]]] = {
    "nodeLocations": ("locations",),
    "minMasterVersion": ("initialClusterVersion",),
    "datapathProvider": ("networkConfig", "datapathProvider"),
    "enableShieldedNodes": ("shieldedNodes", "enabled"),
    "enableLegacyAbac": ("legacyAbac", "enabled"),
    "clusterAutoscaling": ("autoscaling",),
    "nodeConfig": ("config",),
    "maxPodsPerNode": ("maxPodsConstraint", "maxPodsPerNode"),
}
"""Input → where it is in the message."""

_AUTOSCALING: Final[Mapping[str, str]] = {
    "enabled": "enableNodeAutoprovisioning",
    "autoProvisioningDefaults": "autoprovisioningNodePoolDefaults",
    "autoProvisioningLocations": "autoprovisioningLocations",
}
"""Of the cluster's autoscaling: field → its name in the message."""


def cluster(inputs: Json) -> Json:
    """A `Cluster` of the container API."""
    body = _placed(inputs)
    if window := inputs.get("maintenancePolicy", {}).get("recurringWindow"):
        times = {key: window.get(key) for key in ("startTime", "endTime")}
        body["maintenancePolicy"] = {"window": {"recurringWindow": {"window": times, "recurrence": window.get("recurrence")}}}
    for name in ("loggingConfig", "monitoringConfig"):
        if name in body:
            body[name] = _observed(body[name])
    if scaling := body.get("autoscaling"):
        body["autoscaling"] = {_AUTOSCALING.get(key, key): value for key, value in scaling.items()}
    if kubelet := body.get("nodePoolAutoConfig", {}).get("nodeKubeletConfig"):
        body["nodePoolAutoConfig"] = {**body["nodePoolAutoConfig"], "nodeKubeletConfig": _kubelet(kubelet)}
    if networks := body.get("masterAuthorizedNetworksConfig"):
        body["masterAuthorizedNetworksConfig"] = {"enabled": True, **networks}
    return body


def node_pool(inputs: Json) -> Json:
    """A `NodePool` of the container API."""
    body = _placed(inputs)
    config = dict(body.get("config", {}))
    config["accelerators"] = [_accelerator(each) for each in config.pop("guestAccelerators", [])]
    if kubelet := config.get("kubeletConfig"):
        config["kubeletConfig"] = _kubelet(kubelet)
    scaling = {"autoscaling": {"enabled": True, **body["autoscaling"]}} if "autoscaling" in body else {}
    return {**body, "config": config, **scaling}


def _kubelet(config: Json) -> Json:
    """The port is a text for the provider, a truth value for the API."""
    port = "insecureKubeletReadonlyPortEnabled"
    return {**config, port: config[port] == "TRUE"} if port in config else dict(config)


def _placed(inputs: Json) -> Json:
    body: Json = {}
    for name, value in inputs.items():
        if name not in _PROVIDERS_OWN:
            *around, field = _PLACES.get(name, (name,))
            into = body
            for step in around:
                into = into.setdefault(step, {})
            into[field] = value
    return body


def _observed(config: Json) -> Json:
    renamed = {"managedPrometheus": "managedPrometheusConfig"}
    rest = {renamed.get(key, key): value for key, value in config.items() if key != "enableComponents"}
    return {"componentConfig": {"enableComponents": config.get("enableComponents", [])}, **rest}


def _accelerator(asked: Any) -> Any:
    renamed = {"type": "acceleratorType", "count": "acceleratorCount"}
    return {renamed.get(key, key): value for key, value in asked.items()}
