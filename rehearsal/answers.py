"""What clouds would answer, for programs that run without one: only what the program reads and could not have known.

A cloud's own part is a table: a new lookup or a new output that the program reads is one line.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

Inputs = Mapping[str, Any]

INVOKES: Final[Mapping[str, Callable[[Inputs], dict[str, Any]]]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": lambda _: {
        "accountId": "111122223333",
        "arn": "arn:aws:sts::111122223333:assumed-role/deployer/session",
        "userId": "AROAEXAMPLE:session",
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
    "aws:ec2/launchTemplate:LaunchTemplate": lambda _name, _inputs: {"latestVersion": 1},
}
"""Type of resource → what it has besides its inputs, from its name and those."""


def invoke(token: str, inputs: Inputs) -> dict[str, Any]:
    """The answer to a lookup; raises LookupError for one that is not in the table."""
    if token not in INVOKES:
        raise LookupError(f"what {token} would answer is not known here")
    return INVOKES[token](inputs)


def outputs(token: str, name: str, inputs: Inputs) -> dict[str, Any]:
    """What a resource of this type has once it is there; whatever is made in AWS has an ARN."""
    arn = {"arn": f"arn:aws:{token.split(':')[1].split('/')[0]}:::{name}"} if token.startswith("aws:") else {}
    return {**arn, **inputs, **(OUTPUTS[token](name, inputs) if token in OUTPUTS else {})}
