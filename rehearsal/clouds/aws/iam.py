"""IAM: roles."""

from typing import Final

from rehearsal.clouds.aws.arn import ACCOUNT
from rehearsal.clouds.kind import Kind, Reference

ROLE: Final = "aws:iam/role:Role"
ATTACHMENT: Final = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"

KINDS: Final = (
    Kind(
        ROLE,
        identify=lambda request: request.inputs["name"],
        computed=lambda _request, id_: {"arn": f"arn:aws:iam::{ACCOUNT}:role/{id_}"},
        autoname="name",
        unique=("name",),
        frozen=frozenset({"name", "path"}),
    ),
    Kind(
        ATTACHMENT,
        identify=lambda request: f"{request.inputs['role']}/{request.inputs['policyArn']}",
        references=(Reference("role", ROLE, by="name"),),
        frozen=frozenset({"role", "policyArn"}),
    ),
)
