"""The way into the cluster: its address and certificate from Azure, and a program that logs in. No credential is in it."""

import base64
import json
from typing import Any, Final

import pulumi
import yaml
from pulumi_azure_native.containerservice import list_managed_cluster_user_credentials_output

AKS_SERVER: Final = "6dae42f8-4368-4678-94ff-3960e28e3630"
"""The Entra ID application that all AKS clusters are; the same everywhere."""

_EXEC: Final[dict[str, Any]] = {
    "apiVersion": "client.authentication.k8s.io/v1beta1",
    "command": "kubelogin",
    "args": ["get-token", "--server-id", AKS_SERVER, "--login", "azurecli"],
    "interactiveMode": "Never",
    "provideClusterInfo": False,
    "installHint": "kubelogin is needed to log in to AKS: https://azure.github.io/kubelogin/install.html",
}


def kubeconfig(group: pulumi.Input[str], cluster: pulumi.Resource, physical: str, parent: pulumi.Resource) -> pulumi.Output[str]:
    """Of the cluster that is called `physical` in the resource group."""
    answer = list_managed_cluster_user_credentials_output(
        format="exec",
        resource_group_name=group,
        resource_name=physical,
        # By its name, the cluster would be asked before it is there.
        opts=pulumi.InvokeOutputOptions(parent=parent, depends_on=[cluster]),
    )
    return answer.apply(lambda answer: written(base64.b64decode(answer.kubeconfigs[0].value).decode(), physical))


def written(azures: str, name: str) -> str:
    """Azure's kubeconfig with a user of ours in the place of its own."""
    (cluster,) = yaml.safe_load(azures)["clusters"]
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": name,
            "clusters": [{"name": name, "cluster": cluster["cluster"]}],
            "users": [{"name": name, "user": {"exec": _EXEC}}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        }
    )
