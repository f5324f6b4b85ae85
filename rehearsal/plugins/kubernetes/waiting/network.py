"""When Services and Ingresses can be reached."""

from rehearsal.plugins.kubernetes.client import Client
from rehearsal.plugins.kubernetes.errors import ApiError
from rehearsal.plugins.kubernetes.objects import Kind, dig, dig_list, namespace
from rehearsal.plugins.kubernetes.waiting.rule import Sight, Verdict
from rehearsal.plugins.values import Json

ENDPOINTS = Kind("v1", "Endpoints")
_SERVICE = Kind("v1", "Service")
_PATIENCE = 60
"""Seconds after which an Ingress no longer waits for a Service that may never be there."""


def service(sight: Sight) -> Verdict:
    """Its address allocated, its endpoints known, and none of them still starting.

    The official plugin waits ten more seconds after the last change of the endpoints; the outcome is the same without.
    A Service that selects no pod at all is ready, as it is there.
    """
    spec = sight.live["spec"]
    if spec.get("type") == "LoadBalancer" and not dig(sight.live, "status", "loadBalancer", "ingress"):
        return Verdict(False, "waiting for an address", ["no load balancer has given the Service an address"])
    if spec.get("type") == "ExternalName" or spec.get("clusterIP") == "None" or not spec.get("selector"):
        return Verdict(True)
    if sight.companion is None:
        return Verdict(False, "waiting for endpoints", ["no endpoints were made for the Service"])
    starting = sum(len(dig_list(subset, "notReadyAddresses")) for subset in dig_list(sight.companion, "subsets"))
    return Verdict(not starting, f"waiting for {starting} selected pods", [f"{starting} of the selected pods are not ready"])


def ingress(sight: Sight) -> Verdict:
    """An address given by its controller, and endpoints for each Service that it routes to."""
    missing = [name for name in _backends(sight.live) if not _reachable(sight.client, namespace(sight.live), name)]
    if missing and sight.waited < _PATIENCE:
        names = ", ".join(missing)
        return Verdict(False, f"waiting for the Services {names}", [f"rules name Services without endpoints: {names}"])
    if not dig(sight.live, "status", "loadBalancer", "ingress"):
        return Verdict(False, "waiting for an address", ["no Ingress controller has given it an address"])
    return Verdict(True)


def _backends(live: Json) -> set[str]:
    paths = [path for rule in dig_list(live, "spec", "rules") for path in dig_list(rule, "http", "paths")]
    return {name for path in paths if (name := dig(path, "backend", "service", "name"))}


def _reachable(client: Client, place: str, name: str) -> bool:
    for kind in (ENDPOINTS, _SERVICE):
        try:
            found = client.request("GET", client.resource(kind).path(place, name))
        except ApiError as error:
            if not error.not_found:
                raise
            continue
        if kind == ENDPOINTS or dig(found, "spec", "type") == "ExternalName":
            return True
    return False
