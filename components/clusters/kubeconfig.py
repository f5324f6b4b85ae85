"""Kubeconfig files, looked at before anything is made: a wrong one is one message, and not one for each object."""

import socket
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import yaml

_SECONDS: Final = 5
"""How long a server may take to accept a connection."""


class KubeconfigError(Exception):
    """A kubeconfig that leads nowhere; the text says what is wrong and what to do."""


def checked(path: Path, context: str | None) -> str:
    """The text of the kubeconfig at `path`, whose `context` (or current one) leads to a server that accepts connections.

    Raises KubeconfigError.
    """
    text = _read(path)
    server = _server(_parsed(text, path), context, path)
    _knock(server, path)
    return text


def _read(path: Path) -> str:
    try:
        return path.expanduser().read_text()
    except FileNotFoundError:
        raise KubeconfigError(f"there is no file {path}; write the path of a kubeconfig") from None
    except (OSError, UnicodeDecodeError) as error:
        raise KubeconfigError(f"{path} can't be read: {getattr(error, 'strerror', None) or 'it is not text'}") from None


def _parsed(text: str, path: Path) -> dict[str, Any]:
    try:
        content: Any = yaml.safe_load(text)
        # Lists of {name, context} and {name, cluster}.
        return {
            "current": content.get("current-context"),
            "contexts": {each["name"]: each["context"]["cluster"] for each in content["contexts"]},
            "clusters": {each["name"]: each["cluster"] for each in content["clusters"]},
        }
    except (yaml.YAMLError, AttributeError, KeyError, TypeError):
        raise KubeconfigError(
            f"{path} is not a kubeconfig; `kubectl config view --kubeconfig {path}` shows how kubectl reads it"
        ) from None


def _server(parsed: dict[str, Any], context: str | None, path: Path) -> dict[str, Any]:
    chosen = context or parsed["current"]
    if chosen not in parsed["contexts"]:
        known = ", ".join(parsed["contexts"]) or "none"
        what = f"no context {chosen!r}" if chosen else "no current context"
        raise KubeconfigError(f"{path} has {what}; set cluster.context to one of those it has: {known}")
    cluster = parsed["clusters"].get(parsed["contexts"][chosen])
    if not (cluster and cluster.get("server")):
        raise KubeconfigError(f"{path}: the cluster of context {chosen!r} is not in it; it may have been cut short")
    return cluster


def _knock(server: dict[str, Any], path: Path) -> None:
    if "proxy-url" in server:  # what is behind a proxy, only the proxy can reach
        return
    url = urlsplit(str(server["server"]))
    try:
        socket.create_connection((url.hostname or "", url.port or 443), timeout=_SECONDS).close()
    except OSError as error:
        reason = error.strerror or "no answer"
        raise KubeconfigError(
            f"{path} leads to {server['server']}, where nothing answers ({reason.lower()}); is the cluster running?"
        ) from None
