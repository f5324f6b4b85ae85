"""Kueue's configuration (config.kueue.x-k8s.io, `Configuration`) for a process beside the API server."""

from rehearsal.agents.surroundings import Surroundings
from rehearsal.control_plane.api import Json

_CERTIFICATES = "/tmp/k8s-webhook-server/serving-certs"  # noqa: S108 - where controller-runtime looks for them in the container
_LEASE = {"leaseDuration": "8s", "renewDeadline": "6s", "retryPeriod": "1s"}
"""Half of the default: a process that was killed leaves its lease behind, and the next one waits for its end."""


def configure(config: Json, surroundings: Surroundings) -> None:
    """Change what this machine forces: addresses, files, and what Kueue would read from its container's file system.

    Defaults are those of Kueue 0.18: webhook 9443, visibility 8082, metrics :8443, health :8081.
    """
    # In a container, both are read from the service account's files.
    config["namespace"] = surroundings.namespace
    config.setdefault("leaderElection", {}).update(_LEASE, resourceNamespace=surroundings.namespace)

    webhook = config.setdefault("webhook", {})
    webhook["host"] = "127.0.0.1"
    webhook["port"] = surroundings.port(webhook.get("port", 9443))
    webhook["certDir"] = str(surroundings.path(webhook.get("certDir", _CERTIFICATES)))

    visibility = config.setdefault("visibilityServer", {})
    visibility["bindAddress"] = "127.0.0.1"
    visibility["bindPort"] = surroundings.port(visibility.get("bindPort", 8082))

    metrics, health = config.setdefault("metrics", {}), config.setdefault("health", {})
    metrics["bindAddress"] = surroundings.address(metrics.get("bindAddress", ":8443"))
    health["healthProbeBindAddress"] = surroundings.address(health.get("healthProbeBindAddress", ":8081"))
