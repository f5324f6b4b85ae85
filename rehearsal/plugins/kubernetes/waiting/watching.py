"""Follows an object through the API server's own watch until a rule is satisfied, or the object is gone."""

import queue
import threading
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from rehearsal.plugins.cancellation import Cancellation
from rehearsal.plugins.kubernetes import objects
from rehearsal.plugins.kubernetes.client import Client, Watch
from rehearsal.plugins.kubernetes.errors import ApiError, NotReadyError, UnreachableError
from rehearsal.plugins.kubernetes.objects import Kind
from rehearsal.plugins.kubernetes.waiting import explaining
from rehearsal.plugins.kubernetes.waiting.rule import Rule, Sight, Verdict
from rehearsal.plugins.values import Json

_EXPLAIN_EVERY = 10.0
"""Seconds between looks at pods and events, for the user."""

_TIMEOUT = "pulumi.com/timeoutSeconds"

_Events = queue.SimpleQueue[Json | None]
"""Events of a watch; None wakes the waiter without one."""


@dataclass(frozen=True)
class Waiter:
    """Waits for one resource; `report` shows the user what is waited for, and whether it is a problem."""

    client: Client
    cancellation: Cancellation
    report: Callable[[str, bool], None]

    def until_ready(self, live: Json, before: Json | None, rule: Rule, timeout: float) -> Json:
        """The object once the rule is satisfied. Raises `NotReadyError` after `timeout` seconds, or when it is hopeless."""
        started = time.monotonic()
        companion: Json | None = None
        explained = started
        with ExitStack() as stack:
            events: _Events | None = None
            while True:
                waited = time.monotonic() - started
                verdict = _judged(rule, Sight(self.client, live, before, companion, waited))
                if verdict.ready:
                    return live
                late = waited >= timeout
                if verdict.failed or late or self.cancellation.requested:
                    problems = [*verdict.problems, *explaining.reasons(self.client, live)]
                    raise NotReadyError(self._message(live, verdict.status, late, timeout), problems, live)
                self.report(verdict.status, False)
                if events is None:
                    events = stack.enter_context(self._following(live, rule.companion))
                if time.monotonic() - explained >= _EXPLAIN_EVERY:
                    explained = time.monotonic()
                    for line in explaining.reasons(self.client, live)[:1]:
                        self.report(line, True)
                event = _next(events, min(_EXPLAIN_EVERY, timeout - waited))
                if event is None or event["type"] == "DELETED":
                    continue
                if Kind.of(event["object"]) == rule.companion:
                    companion = event["object"]
                elif _generation(event["object"]) >= _generation(live):
                    live = event["object"]

    def until_gone(self, live: Json, timeout: float) -> None:
        """Return once the API server no longer has the object. Raises `NotReadyError` after `timeout` seconds."""
        started = time.monotonic()
        uid = objects.dig(live, "metadata", "uid")
        with self._following(live, None) as events:
            while True:
                now = self._present(live)
                if now is None or objects.dig(now, "metadata", "uid") != uid:
                    return
                live = now
                while True:
                    remaining = timeout - (time.monotonic() - started)
                    if remaining <= 0 or self.cancellation.requested:
                        finalizers = objects.dig_list(live, "metadata", "finalizers")
                        problems = [f"finalizers that hold it: {', '.join(finalizers)}"] if finalizers else []
                        raise NotReadyError(self._message(live, "deletion", remaining <= 0, timeout), problems, live)
                    event = _next(events, min(_EXPLAIN_EVERY, remaining))
                    if event is None or event["type"] == "DELETED":
                        break
                    live = event["object"]
                    if finalizers := objects.metadata(live).get("finalizers"):
                        self.report(f"waiting for finalizers: {', '.join(finalizers)}", False)

    def _message(self, live: Json, status: str, late: bool, timeout: float) -> str:
        name = f"{Kind.of(live).name} '{objects.identifier(live)}'"
        if self.cancellation.requested:
            return f"{name}: cancelled while {status}" if status != "deletion" else f"{name}: cancelled while being deleted"
        if status == "deletion":
            return f"{name} was not gone after {timeout:g} seconds"
        return f"{name} was not ready after {timeout:g} seconds" if late else f"{name}: {status}"

    def _present(self, live: Json) -> Json | None:
        path = self.client.resource(Kind.of(live)).path(objects.namespace(live), objects.name(live))
        try:
            return self.client.request("GET", path)
        except ApiError as error:
            if error.not_found:
                return None
            raise
        except UnreachableError:
            return live  # it may come back, and until then nothing is known

    @contextmanager
    def _following(self, live: Json, companion: Kind | None) -> Generator[_Events]:
        """The events of the object, and of its companion, while in here; None when cancelled."""
        events: _Events = queue.SimpleQueue()
        with ExitStack() as stack:
            stack.enter_context(self.cancellation.waking(lambda: events.put(None)))
            for kind in (Kind.of(live), companion):
                if kind:
                    stack.enter_context(_Follower(self.client, kind, live, events))
            yield events


class _Follower:
    """A thread that copies one object's events into a queue, and connects again when the API server went away."""

    def __init__(self, client: Client, kind: Kind, live: Json, events: _Events):
        self._client = client
        self._path = client.resource(kind).path(objects.namespace(live))
        self._selector = f"metadata.name={objects.name(live)}"
        self._events = events
        self._stop = threading.Event()
        self._watch: Watch | None = None

    def __enter__(self) -> None:
        threading.Thread(target=self._follow, daemon=True).start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if watch := self._watch:
            watch.stop()

    def _follow(self) -> None:
        while not self._stop.is_set():
            try:
                # Without a resource version the watch begins with the object as it is now.
                with self._client.watch(self._path, fieldSelector=self._selector) as watch:
                    self._watch = watch
                    if self._stop.is_set():
                        return
                    for event in watch:
                        self._events.put(event)
            except (ApiError, UnreachableError):
                self._stop.wait(1)
            self._events.put(None)


def timeout_for(item: Json, requested: float, default: float) -> float:
    """Seconds to wait: the resource's own option, its annotation, or the default."""
    annotation = objects.annotation(item, _TIMEOUT)
    return requested or (float(annotation) if annotation.isdigit() else default)


def _judged(rule: Rule, sight: Sight) -> Verdict:
    try:
        return rule.judge(sight)
    except UnreachableError as error:  # it may come back within the time there is
        return Verdict(False, str(error), [str(error)])


def _next(events: _Events, seconds: float) -> Json | None:
    try:
        return events.get(timeout=max(seconds, 0))
    except queue.Empty:
        return None


def _generation(item: Any) -> int:
    return objects.dig(item, "metadata", "generation") or 0
