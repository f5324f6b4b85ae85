"""The AWS account that the stack is in, and who acts there."""

from dataclasses import dataclass

import pulumi
from pulumi_aws import Provider, get_caller_identity
from pulumi_aws.iam import get_session_context

from config.clusters import Eks


@dataclass(frozen=True)
class Account:
    """Where ARNs begin."""

    id: str
    """Twelve digits."""
    region: str
    caller: str
    """ARN of the role or user that runs this program; of a role its own, not that of its session."""

    def arn(self, service: str, resource: str) -> str:
        """Of something that this account has in this region."""
        return f"arn:aws:{service}:{self.region}:{self.id}:{resource}"


def account(region: str, provider: Provider) -> Account:
    """Asks AWS.

    Raises pulumi.RunError without credentials that AWS accepts.
    """
    options = pulumi.InvokeOptions(provider=provider)
    try:
        identity = get_caller_identity(opts=options)
        context = get_session_context(arn=identity.arn, opts=options)
    except Exception as refused:  # Pulumi has no narrower one for a lookup that fails
        raise pulumi.RunError(f"AWS does not say who you are: {refused}") from None
    return Account(identity.account_id, region, context.issuer_arn)


def admins(cluster: Eks, account: Account) -> tuple[str, ...]:
    """Who is let into the cluster from the start: nobody is by having made it.

    Raises pulumi.RunError before a cluster is made, or changed, that this program could not go on with. A preview by someone who
    may only read is none.
    """
    if not cluster.admins:
        return (account.caller,)
    if account.caller not in cluster.admins and not pulumi.runtime.is_dry_run():
        raise pulumi.RunError(
            f"ml-platform:cluster.admins: you are {account.caller}, and could not reach this cluster; add it, or become one of "
            f"{', '.join(cluster.admins)}"
        )
    return cluster.admins
