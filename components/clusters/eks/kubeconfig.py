"""The way in: a kubeconfig that holds no credential."""

import json

import pulumi
from pulumi_aws.eks import Cluster


def kubeconfig(cluster: Cluster, region: str) -> pulumi.Output[str]:
    """Asks the `aws` program for a token whenever one is needed, as whoever uses it."""
    return pulumi.Output.all(
        name=cluster.name, server=cluster.endpoint, certificate=cluster.certificate_authority.apply(lambda ca: ca.data)
    ).apply(lambda known: json.dumps(_content(region, **known)))


def _content(region: str, name: str, server: str, certificate: str) -> dict[str, object]:
    exec_ = {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": "aws",
        "args": ["eks", "get-token", "--region", region, "--cluster-name", name, "--output", "json"],
        "interactiveMode": "Never",
    }
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"server": server, "certificate-authority-data": certificate}}],
        "users": [{"name": name, "user": {"exec": exec_}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
    }
