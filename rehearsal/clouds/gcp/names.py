"""Names of resources in the rehearsal's project, and how Google Cloud words a refusal."""

from typing import Final

from rehearsal.clouds.cloud import digest
from rehearsal.clouds.kind import Request
from rehearsal.clouds.words import Words

CALLER: Final = "deployer@example.com"
"""Who runs Pulumi in a rehearsal."""

_COMPUTE: Final = "https://www.googleapis.com/compute/v1"
_DEFAULT: Final = "example-project"

WORDS: Final = Words(
    missing="googleapi: Error 404: The resource '{id}' was not found, notFound",
    taken="googleapi: Error 409: The resource '{id}' already exists, alreadyExists",
    in_use="googleapi: Error 400: The resource '{id}' is already being used, resourceInUseByAnotherResource",
    throttled="googleapi: Error 429: Quota exceeded for quota metric 'Write requests' and limit 'Write requests per minute', "
    "rateLimitExceeded",
    quota="googleapi: Error 403: Insufficient regional quota to satisfy request, insufficientQuota",
    capacity="googleapi: Error 400: ZONE_RESOURCE_POOL_EXHAUSTED: the zone does not have enough resources available to fulfill "
    "the request",
    timeout="Error waiting for creating {id}: timeout while waiting for state to become 'DONE'",
)


def refused(reason: str) -> str:
    """A request that is well formed and wrong, in Google's words."""
    return f"googleapi: Error 400: {reason}, badRequest"


def project(request: Request) -> str:
    """The provider's project, or that of the credentials."""
    return str(request.inputs.get("project") or request.config.get("project") or _DEFAULT)


def number(name: str) -> str:
    """A number that Google would give: a project's or a resource's."""
    return str(int(digest(name)[:10], 16))


def region(request: Request) -> str:
    """The resource's region or, if it has none of its own, the provider's."""
    return str(request.inputs.get("region") or request.inputs.get("location") or request.config["region"])


def last(path: str) -> str:
    """The name at the end of a resource's path."""
    return path.rpartition("/")[2]


def link(path: str) -> str:
    """The URL of a resource of Compute Engine."""
    return f"{_COMPUTE}/{path}"
