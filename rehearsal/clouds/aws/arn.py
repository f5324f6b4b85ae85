"""Names and ids in the rehearsal's account."""

from collections.abc import Callable

from rehearsal.clouds.aws.account import ACCOUNT
from rehearsal.clouds.cloud import digest
from rehearsal.clouds.kind import Request


def region(request: Request) -> str:
    """The provider's region."""
    return str(request.config["region"])


def arn(request: Request, service: str, resource: str) -> str:
    """Of a resource in the provider's region."""
    return f"arn:aws:{service}:{region(request)}:{ACCOUNT}:{resource}"


def identifier(prefix: str) -> Callable[[Request], str]:
    """An id such as `vpc-0a1b2c3d4e5f67890`: made of the resource's URN and inputs, so that a rehearsal repeats it."""
    return lambda request: f"{prefix}-{_drawn(request)[:17]}"


def name(request: Request, given: str = "name", prefix: str = "namePrefix") -> str:
    """The resource's name: as it was given, or begun and completed by AWS with 26 digits, the same from then on."""
    if request.before:
        return str(request.before.get(given))
    return str(request.inputs.get(given) or f"{request.inputs.get(prefix, '')}{_drawn(request)[:26]}")


def _drawn(request: Request) -> str:
    return digest(request.urn, repr(sorted(request.inputs.items())))
