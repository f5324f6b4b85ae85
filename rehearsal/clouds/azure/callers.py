"""Who calls; apart from the rest, because `kubelogin` asks for every command on the cluster."""

from typing import Final

from rehearsal.clouds.ledger import Ledger

ASSIGNMENT: Final = "azure-native:authorization:RoleAssignment"

CALLER: Final = "0f0e0d0c-0b0a-4908-8706-050403020100"
"""Object id of who runs Pulumi in a rehearsal."""


def groups(ledger: Ledger) -> list[str]:
    """Groups that are let into a cluster: whoever runs Pulumi is in each."""
    return sorted({each.inputs["principalId"] for each in ledger.of(ASSIGNMENT) if each.inputs.get("principalType") == "Group"})
