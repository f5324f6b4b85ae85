"""The way into a GKE cluster: by Google's own login, so that the kubeconfig holds no credential."""

import json
from typing import Final

import pulumi
from pulumi_gcp.container import Cluster

_LOGIN: Final = "gke-gcloud-auth-plugin"


def kubeconfig(name: str, cluster: Cluster, dns: bool) -> pulumi.Output[str]:
    """As JSON, which is YAML; with `dns`, through the endpoint that Google's front end serves, else by the address."""
    server = (
        cluster.control_plane_endpoints_config.dns_endpoint_config.apply(lambda served: served and served.endpoint)
        if dns
        else cluster.endpoint
    )
    authority = cluster.master_auth.apply(lambda auth: auth.cluster_ca_certificate)
    return pulumi.Output.all(server, authority).apply(lambda found: _text(name, *found, dns=dns))


def _text(name: str, server: str, authority: str, dns: bool) -> str:
    # Google's front end has a certificate that every machine trusts.
    trust = {} if dns else {"certificate-authority-data": authority}
    login = {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": _LOGIN,
        "installHint": f"Install it with: gcloud components install {_LOGIN}",
        "interactiveMode": "Never",
        "provideClusterInfo": True,
    }
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": name, "cluster": {"server": f"https://{server}", **trust}}],
            "users": [{"name": name, "user": {"exec": login}}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
            "current-context": name,
        }
    )
