"""When pods, and what makes pods, are ready."""

from rehearsal.plugins.kubernetes.objects import annotation, dig
from rehearsal.plugins.kubernetes.waiting.rule import Sight, Verdict

_REVISION = "deployment.kubernetes.io/revision"


def deployment(sight: Sight) -> Verdict:
    """Available, and every replica of the newest revision ready.

    The first revision has no roll-out to complete; the official plugin, too, asks a later one for `NewReplicaSetAvailable`.
    """
    wanted = _replicas(sight)
    updated, ready = sight.count("status", "updatedReplicas"), sight.count("status", "readyReplicas")
    available, progressing = sight.condition("Available"), sight.condition("Progressing")
    first = annotation(sight.live, _REVISION) == "1"
    rolled_out = first or (progressing.get("status") == "True" and progressing.get("reason") == "NewReplicaSetAvailable")
    is_ready = sight.observed and available.get("status") == "True" and rolled_out and min(updated, ready) >= wanted
    problems = [
        f"[{found.get('reason')}] {found.get('message')}"
        for found, bad in ((available, "False"), (progressing, "False"), (sight.condition("ReplicaFailure"), "True"))
        if found.get("status") == bad
    ]
    if ready < wanted:
        problems.append(f"{ready} of {wanted} pods are ready")
    return Verdict(is_ready, f"waiting for pods of the Deployment ({min(updated, ready)}/{wanted} ready)", problems)


def stateful_set(sight: Sight) -> Verdict:
    """All replicas ready at the current revision; with the OnDelete strategy an update only keeps them ready."""
    wanted = _replicas(sight)
    total, ready = sight.count("status", "replicas"), sight.count("status", "readyReplicas")
    on_delete = dig(sight.live, "spec", "updateStrategy", "type") == "OnDelete" and sight.count("metadata", "generation") > 1
    current, newest = dig(sight.live, "status", "currentRevision"), dig(sight.live, "status", "updateRevision")
    rolled_out = on_delete or (bool(current) and current == newest and sight.count("status", "currentReplicas") == wanted)
    problems: list[str] = []
    if total != wanted or ready != wanted:
        problems.append(f"{ready} of {wanted} pods are ready")
    elif not rolled_out:
        problems.append(f"the roll-out from revision {current} to {newest} is not complete")
    return Verdict(
        sight.observed and total == ready == wanted and rolled_out,
        f"waiting for pods of the StatefulSet ({ready}/{wanted} ready)",
        problems,
    )


def daemon_set(sight: Sight) -> Verdict:
    """A ready pod of the newest version on every node that is meant to have one."""
    wanted = sight.count("status", "desiredNumberScheduled")
    counts = [
        sight.count("status", name)
        for name in ("currentNumberScheduled", "updatedNumberScheduled", "numberAvailable", "numberReady")
    ]
    is_ready = sight.observed and min(counts) >= wanted
    problems = [] if is_ready else [f"{min(counts)} of {wanted} nodes have a ready pod"]
    return Verdict(is_ready, f"waiting for pods of the DaemonSet ({min(counts)}/{wanted} nodes)", problems)


def job(sight: Sight) -> Verdict:
    """Complete. A failed Job does not become so."""
    failed = sight.condition("Failed")
    if failed.get("status") == "True":
        return Verdict(False, "the Job failed", [f"[{failed.get('reason')}] {failed.get('message')}"], failed=True)
    counts = ", ".join(f"{sight.count('status', name)} {name}" for name in ("active", "succeeded", "failed"))
    problems = ["the Job is suspended"] if dig(sight.live, "spec", "suspend") else [f"the Job is not complete: {counts}"]
    started = dig(sight.live, "status", "startTime") is not None
    status = f"waiting for the Job to complete ({counts})" if started else "waiting for the Job to start"
    return Verdict(sight.condition("Complete").get("status") == "True", status, problems)


def pod(sight: Sight) -> Verdict:
    """Scheduled, initialised and ready, or ended in success."""
    for step, doing in (("PodScheduled", "be scheduled"), ("Initialized", "be initialised"), ("Ready", "be ready")):
        if sight.condition(step).get("status") != "True" and dig(sight.live, "status", "phase") != "Succeeded":
            return Verdict(False, f"waiting for the Pod to {doing}")
    return Verdict(True)


def replication_controller(sight: Sight) -> Verdict:
    """As many replicas available as wanted."""
    wanted, available = _replicas(sight), sight.count("status", "availableReplicas")
    return Verdict(available == wanted, f"waiting for pods ({available}/{wanted} available)")


def _replicas(sight: Sight) -> int:
    found = dig(sight.live, "spec", "replicas")
    return found if isinstance(found, int) else 1
