"""`kubernetes:helm.sh/v3:Release`: one Helm release as one resource, run by the real `helm` on a chart of a local folder."""

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pulumi.runtime.proto.provider_pb2 import DiffResponse

from rehearsal.plugins import diff
from rehearsal.plugins.kubernetes import helm, objects
from rehearsal.plugins.kubernetes.checkpoint import INPUTS
from rehearsal.plugins.kubernetes.client import Client
from rehearsal.plugins.kubernetes.errors import InvalidInputError, PartialError, ProviderError
from rehearsal.plugins.kubernetes.helm import Helm
from rehearsal.plugins.kubernetes.objects import Kind, dig
from rehearsal.plugins.kubernetes.secrets import keep_secret
from rehearsal.plugins.patterns import Pattern
from rehearsal.plugins.values import UNKNOWN, Json, Secret, Unknown, contains, is_object, plain

TYPE = "kubernetes:helm.sh/v3:Release"

_TIMEOUT = 300
"""Seconds that Helm waits, when the program does not say."""

_FLAGS = {
    "atomic": "--atomic",
    "cleanupOnFail": "--cleanup-on-fail",
    "createNamespace": "--create-namespace",
    "dependencyUpdate": "--dependency-update",
    "devel": "--devel",
    "disableOpenapiValidation": "--disable-openapi-validation",
    "disableWebhooks": "--no-hooks",
    "forceUpdate": "--force",
    "renderSubchartNotes": "--render-subchart-notes",
    "resetValues": "--reset-values",
    "reuseValues": "--reuse-values",
    "skipCrds": "--skip-crds",
    "verify": "--verify",
    "waitForJobs": "--wait-for-jobs",
}
_UNUSED = ("allowNullValues", "disableCRDHooks", "lint", "recreatePods", "replace", "skipAwait")
_DEFAULTS: Json = {
    **dict.fromkeys([*_FLAGS, *_UNUSED], False),
    **dict.fromkeys(["chart", "description", "keyring", "name", "namespace", "postrender", "version"], ""),
    "timeout": 0,
    "values": {},
}
"""What the official plugin writes into a state for what the program leaves out."""

_IDENTITY: list[Pattern] = [("name",), ("namespace",)]


@dataclass(frozen=True)
class Releases:
    """The releases of one provider."""

    client: Client | None
    helm: Helm
    namespace: str
    definitions: dict[tuple[str, str], str]
    """Filled with the scopes of the custom kinds that a chart defines, so that a plan knows them."""

    def check(self, name: str, old: Json, given: Json) -> Json:
        """The inputs with every default, the exact version of the chart, and a name."""
        release = {
            **_DEFAULTS,
            **{key: value for key, value in given.items() if key in (*_DEFAULTS, "repositoryOpts", "maxHistory")},
        }
        release["name"] = release["name"] or old.get("name") or f"{name}-{secrets.token_hex(4)}"
        release["namespace"] = release["namespace"] or self.namespace
        if "timeout" not in given and not given.get("skipAwait"):
            release["timeout"] = _TIMEOUT
        for file in plain(given.get("valueYamlFiles") or []):
            release["values"] = _merged(_asset(file), release["values"])
        if contains(release, Unknown):
            return release
        facts = plain(release)
        try:
            folder = helm.locate_chart(facts["chart"], facts["version"], os.environ.get("ML_PLATFORM_CHARTS"))
        except ProviderError as error:
            raise InvalidInputError("chart", str(error)) from error
        release["version"] = helm.chart_version(folder)
        if release["version"] != plain(old).get("version"):
            self._learn_definitions(facts, str(folder))
        return release

    def diff(self, state: Json, given: Json, ignored: Sequence[str]) -> DiffResponse:
        """The inputs against what is installed."""
        before = plain(state)
        sent = objects.dig_object(before, INPUTS)
        differences = diff.detailed(objects.prune(before, sent), plain(given), _IDENTITY, ignored)
        return DiffResponse(
            changes=DiffResponse.DIFF_SOME if differences else DiffResponse.DIFF_NONE,
            replaces=diff.replaces(differences),
            detailedDiff=differences,
            hasDetailedDiff=bool(differences),
        )

    def apply(self, given: Json, preview: bool) -> tuple[str, Json]:
        """Install or upgrade. In a preview nothing is run, and what Helm will answer is unknown."""
        if preview:
            return "", {**given, INPUTS: Secret(given), "resourceNames": UNKNOWN, "status": UNKNOWN}
        release = plain(given)
        name, namespace = release["name"], release["namespace"]
        self._recover(namespace, name)
        try:
            self.helm.run("upgrade", "--install", name, *self._arguments(release))
        except ProviderError as error:
            found = helm.record(self._reachable(), namespace, name)
            if found is None:
                raise
            message = f"Helm release {namespace}/{name} is {found['info']['status']}: {error}"
            raise PartialError(f"{namespace}/{name}", message, [], _state(given, found)) from error
        found = helm.record(self._reachable(), namespace, name)
        if found is None:
            raise ProviderError(f"Helm release {namespace}/{name} was installed, and its record is gone")
        return f"{namespace}/{name}", _state(given, found)

    def read(self, identifier: str, state: Json) -> tuple[str, Json, Json] | None:
        """From Helm's own record; None when the release is gone.

        Raises `PartialError` for one that is not whole, such as one whose installation was cut off: the engine then updates it.
        """
        namespace, name = objects.split_identifier(identifier)
        found = helm.record(self._reachable(), namespace, name)
        if found is None:
            return None
        marked = state.get(INPUTS)
        inputs: Json = marked.value if isinstance(marked, Secret) else marked or self._imported(found)
        after = _state(inputs, found)
        if (status := found["info"]["status"]) != "deployed":
            raise PartialError(identifier, f"Helm release {identifier} is {status}", [], after, inputs)
        return identifier, after, inputs

    def delete(self, state: Json) -> None:
        release = plain(state)
        arguments = ["--namespace", release["namespace"], "--ignore-not-found", "--cascade", "foreground"]
        if release.get("atomic") or not release.get("skipAwait"):
            arguments += ["--wait", "--timeout", f"{release.get('timeout') or _TIMEOUT}s"]
        self.helm.run("uninstall", release["name"], *arguments)

    def _arguments(self, release: Json) -> list[str]:
        folder = helm.locate_chart(release["chart"], release["version"], os.environ.get("ML_PLATFORM_CHARTS"))
        arguments = [str(folder), "--namespace", release["namespace"]]
        arguments += ["--values", str(self.helm.values_file(release["name"], release["values"]))]
        arguments += ["--timeout", f"{release['timeout'] or _TIMEOUT}s", "--history-max", str(release.get("maxHistory") or 0)]
        arguments += [flag for field, flag in _FLAGS.items() if release[field]]
        if not release["skipAwait"]:
            arguments.append("--wait")
        for field, flag in (("description", "--description"), ("postrender", "--post-renderer")):
            if release[field]:
                arguments += [flag, release[field]]
        return arguments

    def _recover(self, namespace: str, name: str) -> None:
        """Helm refuses to touch a release whose operation was killed; take it back to where it was before."""
        found = helm.record(self._reachable(), namespace, name)
        match dig(found, "info", "status"):
            case "pending-install" | "uninstalling":
                self.helm.run("uninstall", name, "--namespace", namespace, "--ignore-not-found", "--no-hooks")
            case "pending-upgrade" | "pending-rollback":
                self.helm.run("rollback", name, "--namespace", namespace)
            case _:
                pass

    def _learn_definitions(self, release: Json, folder: str) -> None:
        arguments = ["--namespace", release["namespace"], "--include-crds", "--values"]
        values = self.helm.values_file(release["name"], release["values"])
        try:
            manifest = self.helm.run("template", release["name"], folder, *arguments, str(values))
        except ProviderError:
            return  # the installation will say what is wrong with the chart or its values
        for item in yaml.safe_load_all(manifest):
            if item and Kind.of(item).name == "CustomResourceDefinition":
                spec = item["spec"]
                self.definitions[spec["group"], spec["names"]["kind"]] = spec["scope"]

    def _imported(self, found: Json) -> Json:
        """The inputs that would have made a release."""
        chart = found["chart"]["metadata"]
        return {
            **_DEFAULTS,
            "name": found["name"],
            "namespace": found["namespace"],
            "chart": chart["name"],
            "version": chart["version"],
            "values": found.get("config") or {},
            "timeout": _TIMEOUT,
        }

    def _reachable(self) -> Client:
        if self.client is None:
            raise ProviderError("a Helm release needs a cluster, and the configured one is unreachable")
        return self.client


def _state(inputs: Json, found: Json) -> Json:
    """The outputs, as the official plugin has them."""
    chart = found["chart"]["metadata"]
    outputs = {
        **plain(inputs),
        "values": _merged(plain(inputs).get("values") or {}, found.get("config") or {}),
        "version": chart["version"],
        "resourceNames": helm.resource_names(found["manifest"]),
        "status": {
            "appVersion": chart.get("appVersion", ""),
            "chart": chart["name"],
            "name": found["name"],
            "namespace": found["namespace"],
            "revision": found["version"],
            "status": found["info"]["status"],
            "version": chart["version"],
        },
    }
    return {**keep_secret(outputs, inputs), INPUTS: Secret(inputs)}


def _merged(base: Any, over: Any) -> Any:
    """Two sets of values; `over` wins."""
    if is_object(base) and is_object(over):
        return {**base, **{key: _merged(base.get(key), value) for key, value in over.items()}}
    return over


def _asset(asset: Any) -> Json:
    """The values in a file or text that a program gives as a Pulumi asset."""
    text = asset.get("text") if is_object(asset) else None
    if text is None and is_object(asset) and (path := asset.get("path")):
        text = Path(path).read_text(encoding="utf-8")
    return yaml.safe_load(text or "{}")
