"""IAM: roles, and what they may do."""

from collections.abc import Iterator
from typing import Final

from rehearsal.clouds.aws import policies
from rehearsal.clouds.aws.account import ACCOUNT
from rehearsal.clouds.aws.arn import name
from rehearsal.clouds.aws.models import Operation
from rehearsal.clouds.cloud import digest
from rehearsal.clouds.kind import Kind, Mistake, Reference, RefusedError, Request
from rehearsal.clouds.ledger import Ledger
from rehearsal.clouds.words import Words
from rehearsal.plugins.values import Json

ROLE: Final = "aws:iam/role:Role"
ROLE_POLICY: Final = "aws:iam/rolePolicy:RolePolicy"
ATTACHMENT: Final = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
POLICY: Final = "aws:iam/policy:Policy"
PROFILE: Final = "aws:iam/instanceProfile:InstanceProfile"

_OF_AWS: Final = "arn:aws:iam::aws:policy/"

MANAGED: Final = frozenset(
    {
        "AmazonEC2ContainerRegistryPullOnly",
        "AmazonEC2ContainerRegistryReadOnly",
        "AmazonEKSBlockStoragePolicy",
        "AmazonEKSClusterPolicy",
        "AmazonEKSComputePolicy",
        "AmazonEKSLoadBalancingPolicy",
        "AmazonEKSNetworkingPolicy",
        "AmazonEKSServicePolicy",
        "AmazonEKSVPCResourceController",
        "AmazonEKSWorkerNodeMinimalPolicy",
        "AmazonEKSWorkerNodePolicy",
        "AmazonEKS_CNI_Policy",
        "AmazonFSxFullAccess",
        "AmazonS3ReadOnlyAccess",
        "AmazonSSMManagedInstanceCore",
        "CloudWatchAgentServerPolicy",
        "service-role/AmazonEBSCSIDriverPolicy",
        "service-role/AmazonEBSCSIDriverPolicyV2",
        "service-role/AmazonEFSCSIDriverPolicy",
        "service-role/AmazonS3FilesCSIDriverPolicy",
    }
)
"""AWS's own policies, by path and name, as far as clusters have use for them."""


def assumable(request: Request, path: str, service: str) -> None:
    """Raises RefusedError for a role that this service may not take on."""
    arn = request.inputs.get(path)
    for role in request.ledger.of(ROLE):
        if role.get("arn") == arn and service not in policies.trusted(role.get("assumeRolePolicy")):
            raise RefusedError(
                f"InvalidParameterException: Following required service principals [{service}] were not found in the trust "
                f"relationships of {path} {arn}"
            )


def attached(ledger: Ledger, arn: str) -> set[str]:
    """Names of the policies attached to a role."""
    roles = {role.get("name") for role in ledger.of(ROLE) if role.get("arn") == arn}
    return {each.get("policyArn").rpartition("/")[2] for each in ledger.of(ATTACHMENT) if each.get("role") in roles}


def allowed(ledger: Ledger, action: str) -> bool:
    """Whether some role may do this, by an inline policy that names it."""
    return any(action in policies.actions(each.get("policy")) for each in ledger.of(ROLE_POLICY))


def _exists(request: Request) -> None:
    arn = str(request.inputs["policyArn"])
    ours = {policy.get("arn") for policy in request.ledger.of(POLICY)}
    if arn.removeprefix(_OF_AWS) not in MANAGED and arn not in ours:
        raise RefusedError(f"NoSuchEntity: Policy {arn} does not exist or is not attachable.")


def _role(inputs: Json) -> Iterator[Mistake]:
    yield from Operation(
        "iam",
        "CreateRole",
        {"name": "RoleName", "namePrefix": "RoleName", "assumeRolePolicy": "AssumeRolePolicyDocument"},
        frozenset({"forceDetachPolicies", "inlinePolicies", "managedPolicyArns"}),
    )(inputs)
    yield from policies.mistakes(inputs, "assumeRolePolicy", policies.TRUST)


def _inline(inputs: Json) -> Iterator[Mistake]:
    names = {"name": "PolicyName", "namePrefix": "PolicyName", "role": "RoleName", "policy": "PolicyDocument"}
    yield from Operation("iam", "PutRolePolicy", names)(inputs)
    yield from policies.mistakes(inputs, "policy", policies.IDENTITY)


def _policy(inputs: Json) -> Iterator[Mistake]:
    names = {"name": "PolicyName", "namePrefix": "PolicyName", "policy": "PolicyDocument"}
    yield from Operation("iam", "CreatePolicy", names, frozenset({"delayAfterPolicyCreationInMs"}))(inputs)
    yield from policies.mistakes(inputs, "policy", policies.IDENTITY)


def _arn(kind: str, request: Request) -> Json:
    return {"arn": f"arn:aws:iam::{ACCOUNT}:{kind}{request.inputs.get('path', '/')}{name(request)}", "name": name(request)}


def _unique_id(prefix: str, entry: str) -> str:
    return f"{prefix}{digest(entry)[:17].upper()}"


KINDS: Final = (
    Kind(
        ROLE,
        identify=name,
        computed=lambda request, id_: {**_arn("role", request), "uniqueId": _unique_id("AROA", id_)},
        autoname="name",
        prefix="namePrefix",
        unique=("name",),
        frozen=frozenset({"name", "namePrefix", "path"}),
        check=_role,
        words=Words(
            missing="NoSuchEntity: The role with name {id} cannot be found.",
            taken="EntityAlreadyExists: Role with name {id} already exists.",
            in_use="DeleteConflict: Cannot delete entity {id}, must detach and delete all its policies, and remove it from "
            "instance profiles, first.",
            throttled="Throttling: Rate exceeded",
            quota="LimitExceeded: Cannot exceed quota for RolesPerAccount: 1000",
        ),
    ),
    Kind(
        ROLE_POLICY,
        identify=lambda request: f"{request.inputs['role']}:{name(request)}",
        computed=lambda request, _id: {"name": name(request)},
        autoname="name",
        prefix="namePrefix",
        references=(Reference("role", ROLE, by="name"),),
        frozen=frozenset({"name", "namePrefix", "role"}),
        check=_inline,
        words=Words(throttled="Throttling: Rate exceeded"),
    ),
    Kind(
        POLICY,
        identify=lambda request: str(_arn("policy", request)["arn"]),
        computed=lambda request, id_: {**_arn("policy", request), "policyId": _unique_id("ANPA", id_)},
        autoname="name",
        prefix="namePrefix",
        unique=("name",),
        frozen=frozenset({"name", "namePrefix", "path", "description"}),
        check=_policy,
        words=Words(
            taken="EntityAlreadyExists: A policy called {id} already exists. Duplicate names are not allowed.",
            in_use="DeleteConflict: Cannot delete a policy attached to entities.",
        ),
    ),
    Kind(
        ATTACHMENT,
        identify=lambda request: f"{request.inputs['role']}/{request.inputs['policyArn']}",
        references=(Reference("role", ROLE, by="name"),),
        frozen=frozenset({"role", "policyArn"}),
        check=Operation("iam", "AttachRolePolicy", {"role": "RoleName"}),
        admit=_exists,
        words=Words(
            throttled="Throttling: Rate exceeded",
            quota="LimitExceeded: Cannot exceed quota for PoliciesPerRole: 10",
        ),
    ),
    Kind(
        PROFILE,
        identify=name,
        computed=lambda request, id_: {**_arn("instance-profile", request), "uniqueId": _unique_id("AIPA", id_)},
        autoname="name",
        prefix="namePrefix",
        unique=("name",),
        references=(Reference("role", ROLE, by="name"),),
        frozen=frozenset({"name", "namePrefix", "path"}),
        check=Operation(
            "iam",
            "CreateInstanceProfile",
            {"name": "InstanceProfileName", "namePrefix": "InstanceProfileName"},
            frozenset({"role"}),
        ),
        words=Words(taken="EntityAlreadyExists: Instance Profile {id} already exists."),
    ),
)
