"""Azure's built-in roles, as far as they are given here."""

from collections.abc import Mapping
from typing import Final, Literal

import pulumi
from pulumi_azure_native.authorization import RoleAssignment

Role = Literal["Contributor", "Network Contributor", "Azure Kubernetes Service RBAC Cluster Admin"]

_IDS: Final[Mapping[Role, str]] = {
    "Contributor": "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "Network Contributor": "4d97b98b-1d4f-4787-a291-c67834d212e7",
    "Azure Kubernetes Service RBAC Cluster Admin": "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b",
}
"""The same in every subscription."""


def assign(
    name: str,
    role: Role,
    scope: pulumi.Input[str],
    principal: pulumi.Input[str],
    principal_type: pulumi.Input[str | None],
    opts: pulumi.ResourceOptions,
) -> RoleAssignment:
    """Let a principal do what the role says to one resource, and to nothing beside it."""
    subscription = pulumi.Output.from_input(scope).apply(lambda scope: "/".join(scope.split("/")[:3]))
    return RoleAssignment(
        name,
        scope=scope,
        role_definition_id=pulumi.Output.format(
            "{0}/providers/Microsoft.Authorization/roleDefinitions/{1}", subscription, _IDS[role]
        ),
        principal_id=principal,
        # Said of programs, because Entra ID takes a while until it knows a new identity everywhere.
        principal_type=principal_type,
        opts=opts,
    )
