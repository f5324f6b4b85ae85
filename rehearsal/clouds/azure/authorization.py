"""Identities, and who may do what."""

from collections.abc import Mapping
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from rehearsal.clouds.azure import arm, models
from rehearsal.clouds.azure.callers import ASSIGNMENT, CALLER
from rehearsal.clouds.cloud import Cloud, Invoke
from rehearsal.clouds.kind import Kind, Request
from rehearsal.clouds.ledger import Entry, Ledger
from rehearsal.clouds.server import Server
from rehearsal.plugins.values import Json

IDENTITY: Final = "azure-native:managedidentity:UserAssignedIdentity"

_ROLES: Final[Mapping[str, str]] = {
    "b24988ac-6180-42a0-ab88-20f7382dd24c": "Contributor",
    "4d97b98b-1d4f-4787-a291-c67834d212e7": "Network Contributor",
    "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b": "Azure Kubernetes Service RBAC Cluster Admin",
    "7f6c6a51-bcf8-42ba-9220-52d62157d7db": "Azure Kubernetes Service RBAC Reader",
}
"""Id → built-in role, of those that are known here."""

_IN_THE_CLUSTER: Final = {
    "Azure Kubernetes Service RBAC Cluster Admin": "cluster-admin",
    "Azure Kubernetes Service RBAC Reader": "view",
}
"""Azure role → the Kubernetes role that comes nearest to it."""

_OF_THE_USERS: Final = "/providers/Microsoft.Compute/capacityReservationGroups/"
"""What is there without this program, so that it is not in the ledger."""


def role(assignment: Entry) -> str:
    """The name of the role that is given."""
    return _ROLES[arm.last(assignment.inputs["roleDefinitionId"])]


def may(ledger: Ledger, principal: str, name: str, scope: str) -> bool:
    """Whether a principal has a role, at the scope or above it."""
    return any(
        role(each) == name
        and each.inputs["principalId"] == principal
        and f"{scope}/".lower().startswith(f"{each.inputs['scope']}/".lower())
        for each in ledger.of(ASSIGNMENT)
    )


def kinds(server: Server) -> tuple[Kind, ...]:
    """Access in front of this API server."""

    def admit(request: Request) -> None:
        given = {name: request.inputs[name] for name in ("scope", "principalId", "roleDefinitionId")}
        if arm.last(given["roleDefinitionId"]) not in _ROLES:
            message = f"The specified role definition with ID '{arm.last(given['roleDefinitionId'])}' does not exist."
            raise arm.refusal("RoleDefinitionDoesNotExist", message)
        if not any(entry.id == given["scope"] for entry in request.ledger) and _OF_THE_USERS not in given["scope"]:
            raise arm.refusal("ResourceNotFound", f"The Resource '{given['scope']}' was not found.")
        if request.inputs.get("principalType") == "ServicePrincipal" and not any(
            identity.get("principalId") == given["principalId"] for identity in request.ledger.of(IDENTITY)
        ):
            raise arm.refusal(
                "PrincipalNotFound", f"Principal {given['principalId']} does not exist in the directory {arm.TENANT}."
            )
        if request.before:
            raise arm.refusal(
                "RoleAssignmentUpdateNotPermitted",
                "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
            )
        for other in request.ledger.of(ASSIGNMENT):
            if all(other.inputs[name] == value for name, value in given.items()):
                raise arm.refusal("RoleAssignmentExists", "The role assignment already exists.")

    def grant(request: Request, entry: Entry) -> None:
        if kubernetes := _IN_THE_CLUSTER.get(role(entry)):
            kind = "Group" if request.inputs.get("principalType") == "Group" else "User"
            server.grant(_binding(entry), request.inputs["principalId"], kubernetes, kind)

    def revoke(_request: Request, entry: Entry) -> None:
        if role(entry) in _IN_THE_CLUSTER:
            server.revoke(_binding(entry))

    return (
        arm.kind(
            IDENTITY,
            "Microsoft.ManagedIdentity/userAssignedIdentities",
            "resourceName",
            computed=lambda _request, id_: {
                "principalId": _uuid(id_),
                "clientId": _uuid(f"{id_}/client"),
                "tenantId": arm.TENANT,
            },
        ),
        Kind(
            ASSIGNMENT,
            identify=lambda request: (
                f"{request.inputs['scope']}/providers/Microsoft.Authorization/roleAssignments/{_name(request)}"
            ),
            computed=lambda _request, id_: {"name": arm.last(id_), "type": "Microsoft.Authorization/roleAssignments"},
            frozen=frozenset({"principalId", "scope", "roleAssignmentName"}),
            check=lambda inputs: models.mistakes(ASSIGNMENT, inputs),
            admit=admit,
            made=grant,
            gone=revoke,
            words=arm.WORDS,
        ),
    )


def _uuid(text: str) -> str:
    """An id that Azure would draw at random, and a rehearsal can repeat."""
    return str(uuid5(NAMESPACE_URL, text))


def _name(request: Request) -> str:
    return _uuid(f"{request.urn}/{request.inputs['principalId']}/{request.inputs['scope']}")


def _binding(assignment: Entry) -> str:
    return f"azure:{arm.last(assignment.id)}"


def _caller(_cloud: Cloud, config: Json, _arguments: Json) -> Json:
    subscription = arm.subscription(config)
    return {"clientId": "", "objectId": CALLER, "subscriptionId": subscription, "tenantId": arm.TENANT}


INVOKES: Final[Mapping[str, Invoke]] = {"azure-native:authorization:getClientConfig": _caller}
