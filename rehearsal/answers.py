"""What clouds would answer, for programs that run without one: only what the program reads and could not have known.

A cloud's own part is a table: a new lookup or a new output that the program reads is one line.
"""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

Inputs = Mapping[str, Any]

_AZURES_KUBECONFIG: Final = {
    "clusters": [{"name": "theirs", "cluster": {"server": "https://private.example:443", "certificate-authority-data": "Q0E="}}],
    "users": [{"name": "theirs", "user": {"token": "a-credential"}}],
}

INVOKES: Final[Mapping[str, Callable[[Inputs], dict[str, Any]]]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": lambda _: {
        "accountId": "111122223333",
        "arn": "arn:aws:sts::111122223333:assumed-role/deployer/session",
        "userId": "AROAEXAMPLE:session",
    },
    "azure-native:authorization:getClientConfig": lambda _: {"objectId": "66666666-0000-0000-0000-000000000001"},
    "azure-native:containerservice:listManagedClusterUserCredentials": lambda _: {
        "kubeconfigs": [{"name": "clusterUser", "value": base64.b64encode(json.dumps(_AZURES_KUBECONFIG).encode()).decode()}]
    },
    "aws:iam/getSessionContext:getSessionContext": lambda _: {"issuerArn": "arn:aws:iam::111122223333:role/ci/deployer"},
}
"""Lookup → its answer."""

OUTPUTS: Final[Mapping[str, Callable[[str, Inputs], dict[str, Any]]]] = {
    "aws:eks/cluster:Cluster": lambda _, inputs: {
        "endpoint": "https://example.eks.amazonaws.com",
        "certificateAuthority": {"data": "Y2VydGlmaWNhdGU="},
        "vpcConfig": {**inputs["vpcConfig"], "clusterSecurityGroupId": "sg-cluster"},
    },
    "aws:eks/nodeGroup:NodeGroup": lambda name, _: {"resources": [{"autoscalingGroups": [{"name": f"eks-{name}"}]}]},
    "aws:kms/key:Key": lambda name, _: {"keyId": name},
    "azure-native:containerservice:ManagedCluster": lambda _name, _inputs: {
        # Written as a list of ids, read as a mapping of them.
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {}},
    },
    "azure-native:managedidentity:UserAssignedIdentity": lambda name, _: {"principalId": f"principal-of-{name}"},
    "azure-native:network:PublicIPAddress": lambda _name, _inputs: {"ipAddress": "20.0.0.1"},
    "aws:ec2/launchTemplate:LaunchTemplate": lambda _name, _inputs: {"latestVersion": 1},
    "gcp:container/cluster:Cluster": lambda _name, _inputs: {
        "endpoint": "10.0.0.2",
        "masterAuth": {"clusterCaCertificate": "Y2VydGlmaWNhdGU="},
        "privateClusterConfig": {"privateEndpoint": "10.0.0.2"},
        "controlPlaneEndpointsConfig": {"dnsEndpointConfig": {"endpoint": "gke-1.europe-west4.gke.goog"}},
    },
    "gcp:projects/serviceIdentity:ServiceIdentity": lambda _name, _inputs: {"member": "serviceAccount:gke@example.com"},
    "gcp:serviceaccount/account:Account": lambda name, _: {
        "email": f"{name}@example.com",
        "member": f"serviceAccount:{name}@example.com",
        "project": "example-project",
    },
}
"""Type of resource → what it has besides its inputs, from its name and those."""


def invoke(token: str, inputs: Inputs) -> dict[str, Any]:
    """The answer to a lookup; raises LookupError for one that is not in the table."""
    if token not in INVOKES:
        raise LookupError(f"what {token} would answer is not known here")
    return INVOKES[token](inputs)


def outputs(token: str, name: str, inputs: Inputs) -> dict[str, Any]:
    """What a resource of this type has once it is there: in any cloud a name, in AWS also an ARN."""
    arn = {"arn": f"arn:aws:{token.split(':')[1].split('/')[0]}:::{name}"} if token.startswith("aws:") else {}
    named = {"name": name} if token.startswith(("aws:", "azure-native:", "gcp:")) else {}
    return {**arn, **named, **inputs, **(OUTPUTS[token](name, inputs) if token in OUTPUTS else {})}
