"""IAM: roles that may do what their work needs, and who may take them on."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_aws import iam

from components.clusters.eks.account import Account
from components.naming import type_token

Statement = Mapping[str, Any]
"""One statement of an IAM policy; outputs may stand for values."""


def document(*statements: Statement) -> pulumi.Output[str]:
    """An IAM policy that allows what each statement says."""
    allowed = [{"Effect": "Allow", **statement} for statement in statements]
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": allowed})


def service(name: str, **conditions: Mapping[str, pulumi.Input[str]]) -> Statement:
    """Trust in an AWS service, e.g. `ec2.amazonaws.com`."""
    return {"Principal": {"Service": name}, "Action": "sts:AssumeRole", **({"Condition": conditions} if conditions else {})}


def pod(account: Account, cluster: pulumi.Input[str], namespace: str, service_account: str) -> Statement:
    """Trust in the pods of one service account of one cluster, given its ARN, through EKS Pod Identity."""
    return {
        "Principal": {"Service": "pods.eks.amazonaws.com"},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": {
            "StringEquals": {
                "aws:SourceAccount": account.id,
                "aws:RequestTag/eks-cluster-arn": cluster,
                "aws:RequestTag/kubernetes-namespace": namespace,
                "aws:RequestTag/kubernetes-service-account": service_account,
            }
        },
    }


class EksRole(pulumi.ComponentResource):
    """A role with its policies: whoever needs what it may do depends on the whole, so that it outlives them."""

    arn: pulumi.Output[str]
    role_name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        trust: Statement,
        managed: Sequence[str] = (),
        statements: Sequence[Statement] = (),
        opts: pulumi.ResourceOptions | None = None,
    ):
        """`managed`: AWS's own policies, by path and name; `statements`: what else it may do."""
        super().__init__(type_token("clusters", "EksRole"), name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        role = iam.Role(f"{name}-role", assume_role_policy=document(trust), opts=child)
        for policy in managed:
            iam.RolePolicyAttachment(
                f"{name}-{policy.rpartition('/')[2]}", role=role.name, policy_arn=f"arn:aws:iam::aws:policy/{policy}", opts=child
            )
        if statements:
            iam.RolePolicy(f"{name}-policy", role=role.name, policy=document(*statements), opts=child)
        self.arn, self.role_name = role.arn, role.name
        self.register_outputs({"arn": self.arn})
