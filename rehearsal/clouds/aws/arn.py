"""Amazon Resource Names in the rehearsal's account."""

from typing import Final

from rehearsal.clouds.kind import Request

ACCOUNT: Final = "123456789012"
"""The account that every rehearsal is in: the one of AWS's own documentation."""

CALLER: Final = f"arn:aws:iam::{ACCOUNT}:role/deployer"
"""Who runs Pulumi in a rehearsal."""


def region(request: Request) -> str:
    """The provider's region."""
    return str(request.config["region"])


def arn(request: Request, service: str, resource: str) -> str:
    """Of a resource in the provider's region."""
    return f"arn:aws:{service}:{region(request)}:{ACCOUNT}:{resource}"
