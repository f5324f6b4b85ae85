"""Waiting on behalf of a resource: which rule, how long, and what the user sees meanwhile."""

from dataclasses import dataclass

from rehearsal.plugins.cancellation import Cancellation
from rehearsal.plugins.engine import Engine
from rehearsal.plugins.kubernetes import objects
from rehearsal.plugins.kubernetes.client import Client
from rehearsal.plugins.kubernetes.errors import ApiError, NotReadyError, ProviderError
from rehearsal.plugins.kubernetes.objects import Kind
from rehearsal.plugins.kubernetes.waiting import rules
from rehearsal.plugins.kubernetes.waiting.rule import Sight, Verdict
from rehearsal.plugins.kubernetes.waiting.watching import Waiter, timeout_for
from rehearsal.plugins.values import Json

_DELETION_SECONDS = 600

_MAY_LINGER = frozenset(
    {
        Kind("v1", "Namespace"),
        Kind("v1", "Pod"),
        Kind("v1", "ReplicationController"),
        Kind("apps/v1", "DaemonSet"),
        Kind("apps/v1", "Deployment"),
        Kind("apps/v1", "StatefulSet"),
        Kind("batch/v1", "Job"),
    }
)
"""Kinds for which `skipAwait` also means not to wait for their deletion."""


@dataclass(frozen=True)
class Readiness:
    """Of the objects of one cluster."""

    engine: Engine
    cancellation: Cancellation
    client: Client

    def wait(self, urn: str, item: Json, live: Json, before: Json | None, timeout: float) -> Json:
        """The object once it is ready. Raises `NotReadyError`, for wrong annotations too: the object is there."""
        try:
            rule = rules.rule_for(item)
        except ProviderError as error:
            raise NotReadyError(str(error), [], live) from error
        if rule is None:
            return live
        live = self._waiter(urn).until_ready(live, before, rule, timeout_for(item, timeout, rule.timeout))
        self.engine.status(urn, "")
        return live

    def wait_until_gone(self, urn: str, item: Json, live: Json, timeout: float) -> None:
        """Return once it is. Raises `NotReadyError`."""
        if objects.annotation(item, objects.SKIP_AWAIT) == "true" and Kind.of(live) in _MAY_LINGER:
            return
        self._waiter(urn).until_gone(live, timeout_for(item, timeout, _DELETION_SECONDS))
        self.engine.status(urn, "")

    def now(self, item: Json, live: Json) -> Verdict | None:
        """Whether an object is ready at this moment; None for kinds of which a refresh does not ask that."""
        rule = rules.RULES.get(Kind.of(live))
        if rule is None or not rule.on_read or objects.annotation(item, objects.SKIP_AWAIT) == "true":
            return None
        companion: Json | None = None
        if rule.companion:
            path = self.client.resource(rule.companion).path(objects.namespace(live), objects.name(live))
            try:
                companion = self.client.request("GET", path)
            except ApiError as error:
                if not error.not_found:
                    raise
        return rule.judge(Sight(self.client, live, companion=companion))

    def _waiter(self, urn: str) -> Waiter:
        shown: dict[bool, str] = {}

        def report(message: str, problem: bool) -> None:
            if shown.get(problem) != message:
                shown[problem] = message
                self.engine.status(urn, message, problem)

        return Waiter(self.client, self.cancellation, report)
