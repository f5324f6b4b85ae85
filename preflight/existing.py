"""A cluster that is there already: whether it answers, what you may do in it, and whether its nodes are what the stack says."""

from collections.abc import Iterator
from typing import Final

from components.clusters.base import Pool
from components.clusters.kubeconfig import KubeconfigError, checked
from config import load
from config.clusters import Existing
from config.node_pool import NodePool
from preflight import programs
from preflight.cloud import UnaskedError
from preflight.finding import Finding
from preflight.server import Server, ServerError, login

MADE: Final = (
    ("", "namespaces"),
    ("", "resourcequotas"),
    ("", "limitranges"),
    ("", "serviceaccounts"),
    ("", "persistentvolumeclaims"),
    ("", "services"),
    ("", "configmaps"),
    ("", "secrets"),
    ("apps", "daemonsets"),
    ("apps", "deployments"),
    ("batch", "jobs"),
    ("autoscaling", "horizontalpodautoscalers"),
    ("networking.k8s.io", "networkpolicies"),
    ("policy", "poddisruptionbudgets"),
    ("rbac.authorization.k8s.io", "roles"),
    ("rbac.authorization.k8s.io", "rolebindings"),
    ("rbac.authorization.k8s.io", "clusterroles"),
    ("rbac.authorization.k8s.io", "clusterrolebindings"),
    ("storage.k8s.io", "storageclasses"),
    ("scheduling.k8s.io", "priorityclasses"),
    ("apiextensions.k8s.io", "customresourcedefinitions"),
    ("admissionregistration.k8s.io", "validatingwebhookconfigurations"),
    ("admissionregistration.k8s.io", "mutatingwebhookconfigurations"),
)
"""API group and resource of what the platform makes in a cluster, besides objects of the definitions that it brings along."""


def findings(stack: str, cluster: Existing, pools: tuple[NodePool, ...]) -> Iterator[Finding]:
    """For a stack on a cluster that somebody else made."""
    yield from programs.findings(cluster.kind)
    if "kubeconfig" in load.secrets(stack):
        advice = "looked at when the stack is made; for a preflight, do without the secret"
        yield Finding("kubeconfig", "could not be asked", "it is a secret of the stack, which only Pulumi reads", advice)
        return
    path = load.PROJECT / cluster.kubeconfig.expanduser()
    try:
        checked(path, cluster.context)
    except KubeconfigError as wrong:
        yield Finding("kubeconfig", "problem", str(wrong))
        return
    yield Finding("kubeconfig", "ok", str(path))
    if program := login(path, cluster.context):
        yield (found := programs.needed(program))
        if found.status != "ok":
            return
    try:
        server = Server(path, cluster.context)
        version = server.version()
        yield Finding("API server", "ok", f"answers, as Kubernetes {version}")
        if cluster.autoscaler:
            yield _autoscaler(version, cluster.autoscaler.version)
        yield _permissions(server)
        for pool in pools:
            yield _nodes(server, pool)
    except ServerError as refused:
        yield Finding("API server", "problem", str(refused), refused.advice)
    except UnaskedError as silent:
        yield Finding("API server", "could not be asked", str(silent), silent.advice)


def _autoscaler(version: str, minor: str) -> Finding:
    if version.startswith(f"v{minor}."):
        return Finding("autoscaler", "ok", f"simulates the scheduler of Kubernetes {minor}")
    theirs = ".".join(version.removeprefix("v").split(".")[:2])
    detail = f"would simulate the scheduler of Kubernetes {minor}, and the cluster's is that of {theirs}"
    return Finding("autoscaler", "problem", detail, f"write cluster.autoscaler.version: {theirs}")


def _permissions(server: Server) -> Finding:
    if server.may("*", "*", "*"):
        return Finding("permissions", "ok", "you may do everything in this cluster")
    missing = [
        f"{resource}.{group}".rstrip(".")
        for group, resource in MADE
        if not all(server.may(verb, group, resource) for verb in ("create", "delete"))
    ]
    if missing:
        advice = "have somebody bind you to the ClusterRole cluster-admin, or to one with these"
        return Finding("permissions", "problem", f"you may not create and delete {', '.join(missing)}", advice)
    return Finding("permissions", "ok", "you may create and delete what the platform is made of")


def _nodes(server: Server, asked: NodePool) -> Finding:
    pool = Pool.of(asked, asked.machine())
    subject, labels = f"nodes of pool {asked.name}", ",".join(f"{key}={value}" for key, value in pool.own.items())
    try:
        nodes = server.nodes(labels)
    except UnaskedError as silent:
        return Finding(subject, "could not be asked", str(silent), silent.advice)
    if len(nodes) < asked.size.min:
        advice = f"kubectl label node NAME {labels.replace(',', ' ')}; or write labels that they have as the pool's selector"
        return Finding(subject, "problem", f"{len(nodes)} have the labels {labels}; the stack wants {asked.size.min}", advice)
    for resource, count in pool.devices.items():
        there = [node.get(resource, 0) for node in nodes]
        if few := [each for each in there if 0 < each < count]:
            detail = f"{len(few)} of {len(nodes)} have {min(few)} {resource}, fewer than the {count} that the stack says"
            return Finding(subject, "problem", detail, f"write accelerator.count: {min(few)}, or a selector for other nodes")
        if not all(there):
            detail = f"{there.count(0)} of {len(nodes)} show no {resource} yet: the platform's device plugin will have them shown"
            return Finding(subject, "could not be asked", detail, "see that the devices' driver is on these nodes")
    has = "".join(f", each with {count} {resource}" for resource, count in pool.devices.items() if nodes)
    return Finding(subject, "ok", f"{len(nodes)} have the labels {labels}{has}")
