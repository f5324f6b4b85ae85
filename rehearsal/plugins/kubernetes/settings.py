"""The provider's configuration: its switches, and the API server that its kubeconfig leads to."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import yaml
from kubernetes.client import Configuration
from kubernetes.config import load_kube_config_from_dict  # pyright: ignore[reportUnknownVariableType]: it has no types
from kubernetes.config.config_exception import ConfigException

from rehearsal.plugins.kubernetes.errors import UnreachableError
from rehearsal.plugins.kubernetes.objects import dig, dig_list
from rehearsal.plugins.values import UNKNOWN, Json, is_object

_PREFIX = "kubernetes:config:"
_SERVER_KEYS = ("kubeconfig", "context", "cluster")


@dataclass(frozen=True)
class Settings:
    """What a stack may say about a provider; an environment variable `PULUMI_K8S_…` stands in for a missing switch."""

    kubeconfig: str = ""
    context: str = ""
    cluster: str = ""
    namespace: str = ""
    server_side_apply: bool = True
    patch_force: bool = False
    upsert_existing_objects: bool = False
    config_map_mutable: bool = False
    secret_mutable: bool = False
    delete_unreachable: bool = False
    skip_update_unreachable: bool = False
    request_timeout: float | None = None
    """Seconds that one request may take."""

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> Self:
        """From the variables of a `Configure` request. The pace (`qps`, `burst`) is the API server's own affair here."""

        def text(name: str) -> str:
            return variables.get(_PREFIX + name, "")

        def switch(name: str, environment: str, default: str = "false") -> bool:
            return (text(name) or os.environ.get(f"PULUMI_K8S_{environment}") or default) == "true"

        client: Json = json.loads(text("kubeClientSettings") or "{}")
        timeout = client.get("timeout") or os.environ.get("PULUMI_K8S_CLIENT_TIMEOUT")
        return cls(
            kubeconfig=text("kubeconfig"),
            context=text("context"),
            cluster=text("cluster"),
            namespace=text("namespace"),
            server_side_apply=switch("enableServerSideApply", "ENABLE_SERVER_SIDE_APPLY", "true"),
            patch_force=switch("enablePatchForce", "ENABLE_PATCH_FORCE"),
            upsert_existing_objects=switch("upsertExistingObjects", "UPSERT_EXISTING_OBJECTS"),
            config_map_mutable=switch("enableConfigMapMutable", "ENABLE_CONFIGMAP_MUTABLE"),
            secret_mutable=switch("enableSecretMutable", "ENABLE_SECRET_MUTABLE"),
            delete_unreachable=switch("deleteUnreachable", "DELETE_UNREACHABLE"),
            skip_update_unreachable=switch("skipUpdateUnreachable", "SKIP_UPDATE_UNREACHABLE"),
            request_timeout=float(timeout) if timeout else None,
        )


def kubeconfig(given: Any) -> Json:
    """A kubeconfig from a path, from its contents, or as the object itself; nothing means the user's own.

    Raises `UnreachableError` when there is none, or when it is not one.
    """
    if is_object(given):
        return given
    text = str(given or os.environ.get("KUBECONFIG") or "~/.kube/config")
    is_path = "\n" not in text and not text.lstrip().startswith("{")
    try:
        contents = Path(text).expanduser().read_text() if is_path else text
        found = yaml.safe_load(contents)
    except OSError as error:
        raise UnreachableError(f"the kubeconfig {text} cannot be read: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise UnreachableError(f"the kubeconfig {text if is_path else 'given as text'} is not YAML") from error
    if not is_object(found) or not found.get("clusters"):
        raise UnreachableError(f"the kubeconfig {text if is_path else 'given as text'} names no cluster")
    return found


@dataclass(frozen=True)
class Connection:
    """How to reach the API server."""

    configuration: Configuration
    namespace: str
    """Where objects go that name none."""


def connect(settings: Settings, folder: Path) -> Connection:
    """From the kubeconfig. `folder` is for certificates and keys that it holds inline, and gets the file `kubeconfig`
    with the chosen context, for programs. Raises `UnreachableError`.
    """
    found = {**kubeconfig(settings.kubeconfig)}
    if settings.context:
        found["current-context"] = settings.context
    context = _named(found, "contexts", found.get("current-context"))
    if context is None:
        raise UnreachableError(f"the kubeconfig has no context {found.get('current-context')!r}")
    if settings.cluster:
        context["cluster"] = settings.cluster
    configuration = Configuration()
    try:
        load_kube_config_from_dict(found, client_configuration=configuration, persist_config=False, temp_file_path=str(folder))
    except (ConfigException, OSError) as error:
        raise UnreachableError(f"the kubeconfig is not usable: {error}") from error
    file = folder / "kubeconfig"
    file.touch(mode=0o600)
    file.write_text(yaml.safe_dump(found))
    return Connection(configuration, settings.namespace or context.get("namespace") or "default")


def differences(olds: Json, news: Json) -> tuple[list[str], list[str]]:
    """The properties that changed, and those of them that mean another cluster, so that all its resources are replaced.

    A cluster has no identity of its own: another server in the kubeconfig is taken for another cluster, another user is
    not. `clusterIdentifier` overrides this: while it stays, nothing is replaced; when it changes, everything is.
    """
    changed = sorted(key for key in olds.keys() | news.keys() if olds.get(key) != news.get(key))
    before, after = olds.get("clusterIdentifier"), news.get("clusterIdentifier")
    if changed and after and before == after:
        return changed, []
    replaces = ["clusterIdentifier"] if before and after and before != after else []
    if unknown := [key for key in _SERVER_KEYS if news.get(key) is UNKNOWN]:
        return unknown[:1], [*replaces, unknown[0]]
    if changed and _server(olds) != _server(news) and _server(olds) and _server(news):
        replaces += [key for key in _SERVER_KEYS if key in changed]
    return changed, replaces


def _server(properties: Json) -> Json | None:
    """The cluster that a provider's properties lead to, or None when that cannot be told."""
    try:
        found = kubeconfig(properties.get("kubeconfig"))
    except UnreachableError:
        return None
    context = _named(found, "contexts", properties.get("context") or found.get("current-context")) or {}
    return _named(found, "clusters", properties.get("cluster") or context.get("cluster"))


def _named(config: Json, section: str, name: Any) -> Json | None:
    """An entry of a kubeconfig's lists, which are `{name: …, context: {…}}`."""
    for entry in dig_list(config, section):
        if dig(entry, "name") == name:
            return entry.get(section.removesuffix("s"))
    return None
