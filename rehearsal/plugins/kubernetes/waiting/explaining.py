"""Why an object is not ready: what its pods and its events say."""

from collections.abc import Iterator
from typing import Any

from rehearsal.plugins.kubernetes.client import Client
from rehearsal.plugins.kubernetes.errors import ProviderError
from rehearsal.plugins.kubernetes.objects import Kind, dig, dig_list, dig_object, name, namespace
from rehearsal.plugins.kubernetes.waiting.rule import condition
from rehearsal.plugins.values import Json

_POD = Kind("v1", "Pod")
_EVENT = Kind("v1", "Event")
_MOST = 5
"""Lines of each sort; a hundred pods fail for the same reason."""


def reasons(client: Client, live: Json) -> list[str]:
    """One line for each thing that is wrong, without repetition. Empty when the API server cannot be asked."""
    try:
        return [*dict.fromkeys([*_pods(client, live), *_events(client, live)])]
    except ProviderError:
        return []


def _pods(client: Client, live: Json) -> list[str]:
    if Kind.of(live) == _POD:
        return list(_pod(live))
    labels = dig_object(live, "spec", "selector", "matchLabels")
    if not labels:
        return []
    selector = ",".join(f"{key}={value}" for key, value in labels.items())
    listed = client.request("GET", client.resource(_POD).path(namespace(live)), labelSelector=selector)
    return [line for pod in listed["items"] for line in _pod(pod)][:_MOST]


def _pod(pod: Json) -> Iterator[str]:
    for step in ("PodScheduled", "Initialized", "Ready"):
        found = condition(pod, step)
        if found.get("status") == "False" and found.get("message"):
            yield f"Pod {name(pod)}: [{found.get('reason')}] {found['message']}"
            break
    for container in dig_list(pod, "status", "containerStatuses"):
        if not container.get("ready"):
            yield from _container(pod, container)


def _container(pod: Json, container: Json) -> Iterator[str]:
    states: list[Any] = [
        dig(container, "state", "waiting"),
        dig(container, "state", "terminated"),
        dig(container, "lastState", "terminated"),
    ]
    for state in states:
        if state and state.get("reason") not in (None, "ContainerCreating", "Completed"):
            detail = state.get("message") or f"exit code {state.get('exitCode', '?')}"
            yield f"Pod {name(pod)}, container {container.get('name')}: [{state['reason']}] {detail}"


def _events(client: Client, live: Json) -> list[str]:
    path = client.resource(_EVENT).path(namespace(live))
    selector = f"involvedObject.uid={live['metadata']['uid']},type=Warning"
    listed = client.request("GET", path, fieldSelector=selector)
    return [f"{event.get('reason')}: {event.get('message')}" for event in listed["items"]][-_MOST:]
