"""Who the nodes are, towards Google Cloud."""

from typing import Final

import pulumi
from pulumi_gcp.projects import IAMMember
from pulumi_gcp.serviceaccount import Account

from components.naming import type_token

_ROLE: Final = "roles/container.defaultNodeServiceAccount"
"""What a node needs and no more: to write its logs and metrics. Pods have identities of their own (Workload Identity)."""


class NodeIdentity(pulumi.ComponentResource):
    """A service account for the nodes, in the place of Compute Engine's default one, which may edit the whole project."""

    email: pulumi.Output[str]
    project: pulumi.Output[str]
    """The project's id, also where the stack file leaves it to the credentials."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions):
        super().__init__(type_token("clusters", "GkeNodeIdentity"), name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        account = Account(f"{name}-account", display_name=f"Nodes of {pulumi.get_project()}-{pulumi.get_stack()}", opts=child)
        IAMMember(f"{name}-role", project=account.project, role=_ROLE, member=account.member, opts=child)
        self.email, self.project = account.email, account.project
        self.register_outputs({"email": self.email})
