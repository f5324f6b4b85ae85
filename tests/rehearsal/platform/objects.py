"""All that is in a cluster: which objects there are, and what the platform's look like."""

import json
from collections.abc import Iterable
from typing import Any

from tests.rehearsal.cluster import Cluster, Manifest

_OURS = "app.kubernetes.io/managed-by in (ml-platform,Helm)"

_PASSING = ("events", "events.events.k8s.io", "leases.coordination.k8s.io", "endpoints", "endpointslices.discovery.k8s.io")
"""Kinds that come and go by themselves."""

_OF_CONTROLLERS = {"Pod", "ReplicaSet", "ControllerRevision", "Secret", "Workload"}
"""Kinds that nobody writes a manifest for: their names, or their contents, are made up anew each time."""

_CHOSEN = {
    "batch.kubernetes.io/controller-uid",
    "caBundle",
    "clusterIP",
    "clusterIPs",
    "controller-uid",
    "podCIDR",
    "podCIDRs",
    "kueue.x-k8s.io/workload",
    "replicas",
    "volumeName",
}
"""Fields that the cluster fills in, with something else each time; `replicas` is the autoscaler's."""


def names(cluster: Cluster) -> set[str]:
    """Every object of the cluster, as kind, namespace and name."""
    return {_name(item) for item in _all(cluster)}


def ours(cluster: Cluster) -> dict[str, Any]:
    """Name → object that the platform has made, by itself or by Helm, without what is chosen anew each time."""
    found = (item for item in _all(cluster, f"--selector={_OURS}") if item["kind"] not in _OF_CONTROLLERS)
    return {_name(item): _wanted(item) for item in found}


def _all(cluster: Cluster, *options: str) -> Iterable[Manifest]:
    listed = cluster.kubectl("api-resources", "--verbs=list", "--output=name").split()
    kinds = ",".join(kind for kind in listed if kind not in _PASSING and "metrics" not in kind and "visibility" not in kind)
    return json.loads(cluster.kubectl("get", kinds, "--all-namespaces", "--output=json", *options))["items"]


def _name(item: Manifest) -> str:
    metadata = item["metadata"]
    return "/".join(filter(None, (item["kind"], metadata.get("namespace"), metadata["name"])))


def _wanted(item: Manifest) -> Any:
    """An object as somebody asked for it: its labels and all of it beside metadata and status."""
    body = {key: value for key, value in item.items() if key not in ("metadata", "status")}
    return _without_chosen({**body, "labels": item["metadata"]["labels"]})


def _without_chosen(value: Any) -> Any:
    match value:
        case dict():
            return {key: _without_chosen(part) for key, part in value.items() if key not in _CHOSEN}  # pyright: ignore[reportUnknownVariableType]
        case list():
            return [_without_chosen(part) for part in value]  # pyright: ignore[reportUnknownVariableType]
        case _:
            return value
