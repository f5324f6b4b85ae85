"""What can go wrong, each with a message for the user."""

from collections.abc import Sequence
from typing import Any

from rehearsal.plugins.values import Json


class ProviderError(Exception):
    """An operation failed and changed nothing that Pulumi must remember."""


class ApiError(ProviderError):
    """The API server refused a request; `str()` is its own message."""

    def __init__(self, status: Json):
        super().__init__(status.get("message") or status.get("reason") or "the API server gave no reason")
        self.code = int(status.get("code") or 0)
        self.reason = str(status.get("reason") or "")
        self.details: Json = status.get("details") or {}

    @property
    def not_found(self) -> bool:
        return self.code == 404

    @property
    def namespace_missing(self) -> bool:
        return self.not_found and self.details.get("kind") == "namespaces"

    @property
    def already_exists(self) -> bool:
        return self.reason == "AlreadyExists"

    @property
    def still_going(self) -> bool:
        """The name is that of an object whose deletion is not complete."""
        return self.already_exists and "object is being deleted" in str(self)

    @property
    def conflict(self) -> bool:
        return self.code == 409 and not self.already_exists

    @property
    def forbidden(self) -> bool:
        return self.code == 403

    @property
    def denied_by_admission(self) -> bool:
        """Refused for what the object asks for (quota, Pod Security, a policy), not for who asks."""
        return self.forbidden and "cannot" not in str(self).partition(":")[2].partition(" in ")[0]

    @property
    def expired(self) -> bool:
        """The resource version of a watch is too old to go on from."""
        return self.code == 410


class NoSuchKindError(ProviderError):
    """The API server serves no such kind; its custom resource definition may not be there yet."""


class UnreachableError(ProviderError):
    """There is no API server to talk to. `sent`: it went away after the request was sent, which it may have carried out."""

    def __init__(self, message: str, sent: bool = False):
        super().__init__(message)
        self.sent = sent


class InvalidInputError(ProviderError):
    """An input is wrong in a way that is known before anything is tried."""

    def __init__(self, field: str, message: str):
        super().__init__(message)
        self.field = field


class NotReadyError(ProviderError):
    """The object is in the cluster but did not become ready: `problems` say why, `live` is what was last seen of it."""

    def __init__(self, message: str, problems: Sequence[str], live: Json):
        super().__init__(message)
        self.problems = list(problems)
        self.live = live


class PartialError(Exception):
    """The operation changed something and then failed: Pulumi keeps `state`, and tries an update next time."""

    def __init__(self, identifier: str, message: str, reasons: Sequence[str], state: Json, inputs: Json | None = None):
        super().__init__(message)
        self.identifier = identifier
        self.reasons = [message, *reasons]
        self.state = state
        self.inputs = inputs


ALREADY_EXISTS = """{error}

It was not made by this stack, or Pulumi has lost track of it. What to do:
  - it was renamed in the program: give the resource an alias with its old name
  - it is to be managed by this stack: `pulumi import` it, or set `import_` in its options
  - only some of its fields are: use the Patch resource of its kind
  - it may be overwritten: set `upsert_existing_objects` on the provider"""

CONFLICT = """{error}

Another manager owns these fields, and this stack ({manager}) wants them too. What to do:
  - leave the fields to the other manager: take them out of the program, or list them in `ignore_changes`
  - take them over: set the annotation pulumi.com/patchForce: "true" on the resource"""

NO_SUCH_KIND = "the API server does not serve {kind}; are the custom resource definitions that it needs installed?"


def conflicting_fields(error: ApiError) -> list[str]:
    """One line for each field and the manager that owns it, from the API server's own causes."""
    causes: list[dict[str, Any]] = error.details.get("causes") or []
    return [f"{cause.get('field', '?')}: {cause.get('message', '')}" for cause in causes]
