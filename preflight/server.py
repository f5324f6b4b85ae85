"""The API server of a cluster that is there already, asked and never changed."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import urllib3
import yaml
from kubernetes import client, config
from kubernetes.config import ConfigException

from preflight.cloud import UnaskedError
from preflight.programs import Program

_SECONDS: Final = 20
"""How long an answer may take."""

_LOOK: Final = "see what `kubectl get nodes` says"


class ServerError(Exception):
    """The API server can't be reached, or knows nobody by these credentials. The text says why."""

    def __init__(self, reason: str, advice: str) -> None:
        self.advice = advice
        super().__init__(reason)


class Server:
    """Somebody's access to it. Every method may raise ServerError."""

    def __init__(self, kubeconfig: Path, context: str | None) -> None:
        untyped: Any = config
        try:
            self._client = untyped.new_client_from_config(config_file=str(kubeconfig), context=context)
        except ConfigException as wrong:
            raise ServerError(f"{kubeconfig}: {wrong}", _LOOK) from None
        self._client.configuration.retries = False
        self._apis: Any = client  # its types are in comments

    def version(self) -> str:
        """Of Kubernetes, e.g. `v1.35.2`."""
        with _asking("to read the version"):
            return self._apis.VersionApi(self._client).get_code(_request_timeout=_SECONDS).git_version

    def may(self, verb: str, group: str, resource: str) -> bool:
        """Whether these credentials may do it, everywhere. A review is posted, and kept by nobody."""
        attributes = {"verb": verb, "group": group, "resource": resource}
        with _asking("to ask what you may"):
            review = self._apis.AuthorizationV1Api(self._client).create_self_subject_access_review(
                {"spec": {"resourceAttributes": attributes}}, _request_timeout=_SECONDS
            )
        return bool(review.status.allowed)

    def nodes(self, labels: str) -> list[Mapping[str, int]]:
        """Of each node with these labels how many devices it offers, by extended resource.

        Raises UnaskedError for somebody who may not list nodes.
        """
        with _asking("to list nodes"):
            listed = self._apis.CoreV1Api(self._client).list_node(label_selector=labels, _request_timeout=_SECONDS)
        offered: list[dict[str, str]] = [node.status.allocatable or {} for node in listed.items]
        return [{name: int(amount) for name, amount in each.items() if "/" in name} for each in offered]


def login(kubeconfig: Path, context: str | None) -> Program | None:
    """The program that the kubeconfig logs in with, if it does; the file has been found to be one."""
    content: Any = yaml.safe_load(kubeconfig.read_text())
    contexts = {each["name"]: each["context"] for each in content["contexts"]}
    users = {each["name"]: each["user"] for each in content.get("users") or ()}
    user: Any = users.get(contexts[context or content["current-context"]].get("user")) or {}
    if not (plugin := user.get("exec")):
        return None
    source = plugin.get("installHint") or "whoever made the kubeconfig knows where it comes from"
    return Program(plugin["command"], "to log in to the cluster", source)


@contextmanager
def _asking(permission: str) -> Generator[None]:
    try:
        yield
    except client.ApiException as error:
        refused: Any = error
        if refused.status == 403:
            raise UnaskedError(f"it answers: {refused.reason}", f"needs the permission {permission}") from None
        advice = "log in again" if refused.status == 401 else _LOOK
        raise ServerError(f"it answers: {refused.reason} ({refused.status})", advice) from None
    except urllib3.exceptions.HTTPError as unreached:
        raise ServerError(f"it can't be reached: {unreached}", _LOOK) from None
