"""Making and changing objects the way the official plugin does.

An object is made with POST, under one manager name for all, so that what exists already is an error. It is changed by
server-side apply under a manager name of its own, which first takes over what the POST made.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rehearsal.plugins.kubernetes import errors, objects
from rehearsal.plugins.kubernetes.client import APPLY, JSON_PATCH, Client
from rehearsal.plugins.kubernetes.errors import ApiError, ProviderError, UnreachableError
from rehearsal.plugins.kubernetes.objects import Kind
from rehearsal.plugins.paths import parse
from rehearsal.plugins.values import Json, is_object

_CREATOR = "pulumi-kubernetes"
_PATCH_FORCE = "pulumi.com/patchForce"
_PATCH_FIELD_MANAGER = "pulumi.com/patchFieldManager"

_TAKEN_OVER = {
    ("kubectl", "Apply"),
    ("kubectl", "Update"),
    ("before-first-apply", "Update"),
    (_CREATOR, "Update"),
    ("pulumi-resource-kubernetes", "Update"),
}
"""Managers (the beginning of their names) and operations whose fields a stack takes over when it first applies."""


@dataclass(frozen=True)
class Applier:
    """Writes objects to one API server; `dry` runs everything except the storing, for a preview."""

    client: Client
    force: bool
    dry: bool

    def create(self, item: Json) -> Json:
        """POST. Raises `ApiError`, with what to do when the object exists."""
        resource = self.client.resource(Kind.of(item))
        began = datetime.now(UTC)
        try:
            return self.client.request(
                "POST", resource.path(objects.namespace(item)), item, fieldManager=_CREATOR, dryRun=self._dry_run
            )
        except UnreachableError as lost:
            if not lost.sent or self.dry:
                raise
            return self._made_since(began, item) or self.create(item)
        except ApiError as error:
            if error.already_exists and not error.still_going and not self.dry:
                raise ProviderError(errors.ALREADY_EXISTS.format(error=error)) from error
            raise

    def _made_since(self, began: datetime, item: Json) -> Json | None:
        """The object, if the API server made it before it went away without an answer."""
        try:
            live = self.read(item)
        except ApiError as error:
            if error.not_found:
                return None
            raise
        mine = any(entry["manager"] == _CREATOR for entry in live["metadata"].get("managedFields", []))
        # Its clock tells whole seconds.
        recent = datetime.fromisoformat(live["metadata"]["creationTimestamp"]) >= began.replace(microsecond=0)
        return live if mine and recent else None

    def upsert(self, item: Json, manager: str) -> Json:
        """Server-side apply, whether or not the object exists."""
        return self._apply(item, manager, force=self.force or self.dry or _forced(item))

    def update(self, item: Json, manager: str, ignored: Sequence[str], patch: bool) -> Json:
        """Change an existing object. `patch`: a Patch resource, which owns nothing but what it says."""
        live = self.read(item)
        if Kind.of(item).name == "CustomResourceDefinition":
            return self._replace(item, live, manager)
        force = self.force or _forced(item) or not live["metadata"].get("managedFields")
        if self.dry:  # nothing is taken over in a preview, so that what would be must not count as a conflict
            force = force or any(
                entry["manager"].startswith(_CREATOR) and entry["operation"] == "Update"
                for entry in live["metadata"].get("managedFields", [])
            )
        elif not patch:
            live = self._take_over(live, manager)
        for path in ignored:
            _leave(item, live, path, manager)
        return self._apply(item, manager, force)

    def read(self, item: Json) -> Json:
        resource = self.client.resource(Kind.of(item))
        return self.client.request("GET", resource.path(objects.namespace(item), objects.name(item)))

    def relinquish(self, item: Json, manager: str) -> None:
        """Give up all fields of an object; those that nobody else manages return to their defaults."""
        identity = {key: value for key, value in item["metadata"].items() if key in ("name", "namespace")}
        stub = {"apiVersion": item["apiVersion"], "kind": item["kind"], "metadata": identity}
        self._apply(stub, manager, force=False)

    def _apply(self, item: Json, manager: str, force: bool) -> Json:
        resource = self.client.resource(Kind.of(item))
        path = resource.path(objects.namespace(item), objects.name(item))
        try:
            return self.client.request(
                "PATCH", path, item, APPLY, fieldManager=manager, force=json.dumps(force), dryRun=self._dry_run
            )
        except ApiError as error:
            if error.conflict:
                fields = "\n".join(f"  {line}" for line in errors.conflicting_fields(error))
                raise ProviderError(errors.CONFLICT.format(error=f"{error}\n{fields}", manager=manager)) from error
            raise

    def _replace(self, item: Json, live: Json, manager: str) -> Json:
        """PUT, for CRDs: custom resources stay, and fields left out of the program go."""
        item = {**item, "metadata": {**item["metadata"], "resourceVersion": live["metadata"]["resourceVersion"]}}
        path = self.client.resource(Kind.of(item)).path("", objects.name(item))
        return self.client.request("PUT", path, item, fieldManager=manager, dryRun=self._dry_run)

    def _take_over(self, live: Json, manager: str) -> Json:
        """Hand the fields of `_TAKEN_OVER` to `manager`, so that applying them again is no conflict."""
        kept: list[Json] = []
        own: Json | None = None
        taken: list[Json] = []
        for entry in live["metadata"].get("managedFields", []):
            if entry["manager"] == manager and entry["operation"] == "Apply":
                own = entry
            elif not entry.get("subresource") and any(
                entry["manager"].startswith(name) and entry["operation"] == operation for name, operation in _TAKEN_OVER
            ):
                taken.append(entry)
            else:
                kept.append(entry)
        if not taken:
            return live
        own = own or {**taken[0], "manager": manager, "operation": "Apply"}
        for entry in taken:
            own = {**own, "fieldsV1": _merged(own["fieldsV1"], entry["fieldsV1"])}
        steps = [
            {"op": "replace", "path": "/metadata/managedFields", "value": [*kept, own]},
            {"op": "replace", "path": "/metadata/resourceVersion", "value": live["metadata"]["resourceVersion"]},
        ]
        resource = self.client.resource(Kind.of(live))
        return self.client.request("PATCH", resource.path(objects.namespace(live), objects.name(live)), steps, JSON_PATCH)

    @property
    def _dry_run(self) -> str | None:
        return "All" if self.dry else None


def field_manager(item: Json, known: str) -> str:
    """The name for server-side apply: the annotation's, that of the state, or a new one."""
    return objects.annotation(item, _PATCH_FIELD_MANAGER) or known or f"{_CREATOR}-{secrets.token_hex(4)}"


def _forced(item: Json) -> bool:
    return objects.annotation(item, _PATCH_FORCE) == "true"


def _leave(item: Json, live: Json, path: str, manager: str) -> None:
    """Keep an ignored field as it is: leave it out when it is another manager's, else send the value that it has."""
    *parents, last = [str(step) for step in parse(path)]
    owners = {
        entry["manager"]
        for entry in live["metadata"].get("managedFields", [])
        if objects.dig(entry, "fieldsV1", *(f"f:{step}" for step in (*parents, last))) is not None
    }
    holder = objects.dig(item, *parents) if parents else item
    present = objects.dig(live, *parents, last)
    if not is_object(holder):
        return
    if owners and manager not in owners:
        holder.pop(last, None)
    elif present is not None:
        holder[last] = present


def _merged(left: Any, right: Any) -> Any:
    """Two sets of managed fields, which are nested objects."""
    return {key: _merged(left.get(key, {}), right.get(key, {})) for key in left.keys() | right.keys()}
