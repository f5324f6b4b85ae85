"""EKS: who may enter a cluster, and whom its pods are to AWS."""

from collections.abc import Iterator
from typing import Final

from rehearsal.clouds.aws import iam
from rehearsal.clouds.aws.account import CLUSTER
from rehearsal.clouds.aws.arn import arn
from rehearsal.clouds.aws.models import Operation
from rehearsal.clouds.cloud import digest
from rehearsal.clouds.kind import Kind, Mistake, Reference, RefusedError, Request
from rehearsal.clouds.ledger import Entry
from rehearsal.clouds.server import Server
from rehearsal.clouds.words import Words
from rehearsal.plugins.values import UNKNOWN, Json, dig

ENTRY: Final = "aws:eks/accessEntry:AccessEntry"
POLICY: Final = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
POD_IDENTITY: Final = "aws:eks/podIdentityAssociation:PodIdentityAssociation"

_POLICIES: Final = "arn:aws:eks::aws:cluster-access-policy/"
_ROLES: Final = {
    "AmazonEKSClusterAdminPolicy": "cluster-admin",
    "AmazonEKSAdminPolicy": "admin",
    "AmazonEKSEditPolicy": "edit",
    "AmazonEKSViewPolicy": "view",
    "AmazonEKSAdminViewPolicy": "view",
}
"""EKS access policy → the Kubernetes role that comes nearest to it."""

_ENTRY = Operation("eks", "CreateAccessEntry", {"userName": "username"})
_POLICY = Operation("eks", "AssociateAccessPolicy")


def _entry(inputs: Json) -> Iterator[Mistake]:
    yield from _ENTRY(inputs)
    if inputs.get("kubernetesGroups") and inputs.get("type", "STANDARD") not in ("STANDARD", UNKNOWN):
        yield Mistake("kubernetesGroups", f"InvalidParameterException: are for entries of type STANDARD, not {inputs['type']}")


def _policy(inputs: Json) -> Iterator[Mistake]:
    yield from _POLICY(inputs)
    policy = inputs.get("policyArn", UNKNOWN)
    if policy is not UNKNOWN and policy.removeprefix(_POLICIES) not in _ROLES:
        yield Mistake("policyArn", f"is {policy!r}; the access policies are {', '.join(f'{_POLICIES}{name}' for name in _ROLES)}")


def _by_api(request: Request) -> None:
    cluster = request.ledger.get(CLUSTER, request.inputs["clusterName"])
    if cluster and dig(cluster.properties, "accessConfig", "authenticationMode") in (None, "CONFIG_MAP"):
        raise RefusedError(
            "InvalidRequestException: The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to "
            "perform this operation."
        )


def _unlike_others(request: Request) -> None:
    _by_api(request)
    mine = [request.inputs[key] for key in ("clusterName", "principalArn")]
    if not request.before and request.ledger.get(ENTRY, ":".join(mine)):
        raise RefusedError("ResourceInUseException: The specified access entry resource is already in use on this cluster.")


def _one_a_service_account(request: Request) -> None:
    keys = ("clusterName", "namespace", "serviceAccount")
    for other in request.ledger.of(POD_IDENTITY):
        mine = request.before is not None and request.before.id == other.id
        if not mine and all(other.get(key) == request.inputs[key] for key in keys):
            raise RefusedError(f"ResourceInUseException: Association already exists: {other.id}")
    iam.assumable(request, "roleArn", "pods.eks.amazonaws.com")


def kinds(server: Server) -> tuple[Kind, ...]:
    """Ways into the cluster that this API server answers for."""

    def grant(request: Request, entry: Entry) -> None:
        server.grant(_binding(entry), request.inputs["principalArn"], _ROLES[request.inputs["policyArn"].removeprefix(_POLICIES)])

    return (
        Kind(
            ENTRY,
            identify=lambda request: f"{request.inputs['clusterName']}:{request.inputs['principalArn']}",
            computed=lambda request, id_: {
                "accessEntryArn": arn(request, "eks", f"access-entry/{request.inputs['clusterName']}/role/{digest(id_)[:12]}")
            },
            references=(Reference("clusterName", CLUSTER, by="name", holds=False),),
            frozen=frozenset({"clusterName", "principalArn", "type"}),
            check=_entry,
            admit=_unlike_others,
            words=Words(missing="ResourceNotFoundException: The specified principalArn could not be found: {id}"),
        ),
        Kind(
            POLICY,
            identify=lambda request: "#".join(request.inputs[key] for key in ("clusterName", "principalArn", "policyArn")),
            references=(
                Reference("clusterName", CLUSTER, by="name", holds=False),
                # Of the same cluster's: there is one cluster in a rehearsal.
                Reference("principalArn", ENTRY, by="principalArn", holds=False),
            ),
            frozen=frozenset({"clusterName", "principalArn", "policyArn", "accessScope"}),
            check=_policy,
            admit=_by_api,
            made=grant,
            gone=lambda _request, entry: server.revoke(_binding(entry)),
        ),
        Kind(
            POD_IDENTITY,
            identify=lambda request: f"a-{digest(request.urn, request.inputs['roleArn'])[:17]}",
            computed=lambda request, id_: {
                "associationArn": arn(request, "eks", f"podidentityassociation/{request.inputs['clusterName']}/{id_}"),
                "associationId": id_,
            },
            references=(
                Reference("clusterName", CLUSTER, by="name", holds=False),
                Reference("roleArn", iam.ROLE, by="arn", holds=False),
            ),
            frozen=frozenset({"clusterName", "namespace", "serviceAccount"}),
            check=Operation("eks", "CreatePodIdentityAssociation"),
            admit=_one_a_service_account,
        ),
    )


def _binding(entry: Entry) -> str:
    return f"eks:{digest(entry.id)[:16]}"
