"""Which rule of readiness is whose. A kind that is not here is ready once it exists."""

from collections.abc import Mapping

from rehearsal.plugins.kubernetes import objects
from rehearsal.plugins.kubernetes.objects import Kind, dig
from rehearsal.plugins.kubernetes.waiting import conditions, network, storage, workloads
from rehearsal.plugins.kubernetes.waiting.rule import Rule, Sight, Verdict
from rehearsal.plugins.values import Json


def _definition(sight: Sight) -> Verdict:
    return Verdict(
        sight.condition("Established").get("status") == "True",
        "waiting for the API server to serve the kind",
        [str(sight.condition("NamesAccepted").get("message", ""))],
    )


def _quota(sight: Sight) -> Verdict:
    hard = dig(sight.live, "status", "hard")
    return Verdict(hard == (dig(sight.live, "spec", "hard") or {}), "waiting for the quota to be in force")


def _token(sight: Sight) -> Verdict:
    """Only the token of a service account is filled in by a controller."""
    given = sight.live.get("type") != "kubernetes.io/service-account-token"
    return Verdict(given or bool(sight.live.get("data")), "waiting for the token")


RULES: Mapping[Kind, Rule] = {
    Kind("apps/v1", "DaemonSet"): Rule(workloads.daemon_set, on_read=True),
    Kind("apps/v1", "Deployment"): Rule(workloads.deployment, on_read=True),
    Kind("apps/v1", "StatefulSet"): Rule(workloads.stateful_set, on_read=True),
    Kind("batch/v1", "Job"): Rule(workloads.job, on_read=True),
    Kind("v1", "Pod"): Rule(workloads.pod, on_read=True),
    Kind("v1", "ReplicationController"): Rule(workloads.replication_controller),
    Kind("v1", "Service"): Rule(network.service, companion=network.ENDPOINTS, on_read=True),
    Kind("networking.k8s.io/v1", "Ingress"): Rule(network.ingress, on_read=True),
    Kind("v1", "PersistentVolume"): Rule(storage.volume, timeout=300),
    Kind("v1", "PersistentVolumeClaim"): Rule(storage.claim, timeout=300),
    Kind("apiextensions.k8s.io/v1", "CustomResourceDefinition"): Rule(_definition, timeout=60),
    Kind("v1", "ResourceQuota"): Rule(_quota, timeout=60),
    Kind("v1", "Secret"): Rule(_token, timeout=5),
}


def rule_for(item: Json) -> Rule | None:
    """The rule for an object as its user wrote it; None when there is nothing to wait for."""
    if objects.annotation(item, objects.SKIP_AWAIT) == "true":
        return None
    if annotation := objects.annotation(item, conditions.ANNOTATION):
        return conditions.rule(annotation)
    return RULES.get(Kind.of(item))
