"""The contract of the provider for ordinary objects: read, diff, create, update, delete."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pulumi.runtime.proto.provider_pb2 import DiffResponse

from rehearsal.plugins import diff
from rehearsal.plugins.cancellation import Cancellation
from rehearsal.plugins.engine import Engine
from rehearsal.plugins.kubernetes import check, checkpoint, errors, objects
from rehearsal.plugins.kubernetes.apply import Applier, field_manager
from rehearsal.plugins.kubernetes.checkpoint import Checkpoint, kubernetes_form
from rehearsal.plugins.kubernetes.client import Client
from rehearsal.plugins.kubernetes.errors import (
    ApiError,
    NoSuchKindError,
    NotReadyError,
    PartialError,
    ProviderError,
    UnreachableError,
)
from rehearsal.plugins.kubernetes.immutable import IDENTITY, immutable
from rehearsal.plugins.kubernetes.normal import normal, without_dropped
from rehearsal.plugins.kubernetes.objects import Kind
from rehearsal.plugins.kubernetes.readiness import Readiness
from rehearsal.plugins.kubernetes.secrets import keep_secret
from rehearsal.plugins.kubernetes.settings import Settings
from rehearsal.plugins.target import Target
from rehearsal.plugins.values import Json, Unknown, contains

_RETRIES = (1, 2, 4, 8, 16)
"""Seconds between attempts to create what needs a namespace or a kind that is still being made, or a name that is being freed."""

_PROPAGATION = "pulumi.com/deletionPropagationPolicy"


@dataclass
class Provider:
    """One configured provider. `client` is None while there is no API server, and `unreachable` says why."""

    engine: Engine
    cancellation: Cancellation
    settings: Settings
    client: Client | None
    namespace: str
    unreachable: str = ""
    definitions: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    """Scopes of the custom kinds that this program defines, by group and kind, before the API server serves them."""

    def check(self, target: Target, old: Json, given: Json, seed: bytes, autonaming: check.Autonaming | None) -> Json:
        if target.type.endswith("List") and target.type.startswith("kubernetes:"):
            self._refuse_list(target)
        item = kubernetes_form(given)
        if target.is_patch(item) and not objects.metadata(item).get("name"):
            raise ProviderError("a Patch resource needs the name of its object: set `metadata.name`")
        item = check.checked(item, kubernetes_form(old), target.name, seed, autonaming)
        kind = Kind.of(item)
        if self._namespaced(kind):
            check.settle_namespace(item, True, self.namespace)
        if kind.name == "CustomResourceDefinition":
            group, scope = objects.dig(item, "spec", "group"), objects.dig(item, "spec", "scope")
            self.definitions[group, objects.dig(item, "spec", "names", "kind")] = scope
        return keep_secret(item, given)

    def diff(self, target: Target, state: Json, given: Json, ignored: Sequence[str]) -> DiffResponse:
        """Against the state, without a look at the cluster: drift is what `refresh` is for."""
        before = Checkpoint.read(state)
        sent = normal(before.inputs)
        live = objects.prune(before.live, sent)
        new = normal(kubernetes_form(given))
        kind = Kind.of(new)
        namespaced = self._namespaced(kind)
        for item in (live, new):
            check.settle_namespace(item, namespaced, "default")
        for key in ("apiVersion", "kind"):
            live.setdefault(key, new.get(key))
        if objects.name(new):
            objects.set_name(live, objects.name(before.live))
        if kind.built_in:
            new = without_dropped(new, sent, live)

        frozen = (
            IDENTITY
            if target.is_patch(new)
            else immutable(new, config_map_mutable=self.settings.config_map_mutable, secret_mutable=self.settings.secret_mutable)
        )
        differences = diff.detailed(live, new, frozen, ignored)
        replaces = diff.replaces(differences)
        in_the_way = bool(replaces) and not check.autonamed(new) and objects.identifier(new) == objects.identifier(live)
        return DiffResponse(
            changes=DiffResponse.DIFF_SOME if differences else DiffResponse.DIFF_NONE,
            replaces=replaces,
            deleteBeforeReplace=in_the_way,
            detailedDiff=differences,
            hasDetailedDiff=True,
        )

    def create(self, target: Target, given: Json, timeout: float, preview: bool) -> tuple[str, Json]:
        item = kubernetes_form(given)
        patch = target.is_patch(item)
        if preview and (patch or not self.settings.server_side_apply or not self._can_preview(item)):
            return "", given
        manager = field_manager(item, "")
        try:
            live = self._create(target, item, manager, patch, preview)
        except ApiError as error:
            if preview and self._plan_anyway(target, error):
                return "", given
            raise ProviderError(f"{Kind.of(item).name} '{objects.identifier(item)}' was not created: {error}") from error
        if preview:
            live.pop("status", None)  # what a controller will write there is not known
            return "", checkpoint.write(item, live, given, item["apiVersion"], manager)
        problem: NotReadyError | None = None
        try:
            live = self._readiness.wait(target.urn, item, live, None, timeout)
        except NotReadyError as error:
            problem, live = error, error.live
        state = checkpoint.write(item, live, given, item["apiVersion"], manager)
        if problem:
            raise PartialError(objects.identifier(live), f"created, but {problem}", problem.problems, state)
        return objects.identifier(live), state

    def update(self, target: Target, state: Json, given: Json, timeout: float, ignored: Sequence[str], preview: bool) -> Json:
        item = normal(kubernetes_form(given))
        if preview and not self._can_preview(item):
            return given
        before = Checkpoint.read(state)
        manager = field_manager(item, before.field_manager)
        applier = self._applier(preview)
        problem: ProviderError | None = None
        reasons: list[str] = []
        try:
            live = applier.update(item, manager, ignored, target.is_patch(item))
            if not preview:
                live = self._readiness.wait(target.urn, item, live, before.live, timeout)
        except NotReadyError as error:
            problem, reasons, live = error, error.problems, error.live
        except ProviderError as error:
            if preview:
                if isinstance(error, ApiError) and self._plan_anyway(target, error):
                    return given
                raise
            problem, live = error, self._live_after(error, before.live)
        after = checkpoint.write(item, live, given, before.api_version, manager)
        if problem:
            name = f"{Kind.of(item).name} '{objects.identifier(live)}'"
            message = str(problem) if isinstance(problem, NotReadyError) else f"{name} was not updated: {problem}"
            raise PartialError(objects.identifier(live), message, reasons, after)
        if not preview and before.field_manager and before.field_manager != manager:
            applier.relinquish(live, before.field_manager)
        return after

    def read(self, target: Target, identifier: str, state: Json, given: Json) -> tuple[str, Json, Json] | None:
        """The id, the state and the inputs as the cluster has them now; None when the object is gone."""
        client = self._reachable()
        before = Checkpoint.read(state)
        inputs = normal(kubernetes_form(given))
        importing = not inputs.get("kind") and not before.live.get("kind")
        place, name = objects.split_identifier(identifier)
        kind = next((kind for kind in (Kind.of(inputs), Kind.of(before.live)) if kind.name), Kind.of_token(target.type))
        if target.type.endswith("Patch") and importing:
            kind = Kind(kind.api_version, kind.name.removesuffix("Patch"))
        try:
            live = client.request("GET", client.resource(kind).path(place or objects.namespace(inputs), name))
        except NoSuchKindError:
            return None
        except ApiError as error:
            if error.not_found:
                return None
            raise
        if importing:
            now = normal({key: value for key, value in live.items() if key != "status"})
            for key in ("deployment.kubernetes.io/revision", "kubectl.kubernetes.io/last-applied-configuration"):
                now["metadata"].get("annotations", {}).pop(key, None)
        else:
            now = objects.prune(live, inputs)
        manager = field_manager(inputs, before.field_manager)
        after = checkpoint.write(now, live, given, before.api_version or kind.api_version, manager)
        now = keep_secret(now, given)
        if not importing:
            self._report_unready(identifier, inputs, live, after, now)
        return identifier or objects.identifier(live), after, now

    def delete(self, target: Target, identifier: str, state: Json, timeout: float) -> None:
        client = self._reachable()
        before = Checkpoint.read(state)
        try:
            if target.is_patch(before.inputs):
                self._applier(False).relinquish(before.live, before.field_manager)
                return
            resource = client.resource(Kind.of(before.live))
            policy = objects.annotation(before.inputs, _PROPAGATION).capitalize()
            options = {
                "apiVersion": "v1",
                "kind": "DeleteOptions",
                "propagationPolicy": policy if policy in ("Orphan", "Background") else "Foreground",
            }
            place = objects.split_identifier(identifier)[0] or objects.namespace(before.live)
            path = resource.path(place, objects.split_identifier(identifier)[1])
            client.request("DELETE", path, options)
            live = client.request("GET", path)
        except NoSuchKindError:
            return  # its definition is gone, and so is it
        except ApiError as error:
            if error.not_found:
                return
            raise
        try:
            self._readiness.wait_until_gone(target.urn, before.inputs, live, timeout)
        except NotReadyError as error:
            after = checkpoint.write(before.inputs, error.live, state, before.api_version, before.field_manager)
            message = "; ".join([str(error), *error.problems])  # of a deletion the engine shows no more than this
            raise PartialError(identifier, message, [], after) from error

    def _create(self, target: Target, item: Json, manager: str, patch: bool, preview: bool) -> Json:
        """Create the object, with patience for what comes into being, or goes, at the same time."""
        applier = self._applier(preview)
        for attempt, pause in enumerate((*_RETRIES, None), start=1):
            try:
                if patch or self.settings.upsert_existing_objects:
                    return applier.upsert(item, manager)
                return applier.create(item)
            except (ApiError, NoSuchKindError) as error:
                early = isinstance(error, NoSuchKindError) or error.not_found or error.still_going
                if preview or not early or pause is None:
                    if isinstance(error, NoSuchKindError):
                        raise ProviderError(errors.NO_SUCH_KIND.format(kind=Kind.of(item))) from error
                    raise
                self.engine.status(target.urn, f"attempt {attempt} failed, trying again: {error}")
                if self.cancellation.sleep(pause):
                    raise ProviderError("cancelled before it was created") from error
        raise AssertionError("the last attempt either returns or raises")

    def _report_unready(self, identifier: str, inputs: Json, live: Json, state: Json, now: Json) -> None:
        verdict = self._readiness.now(inputs, live)
        if verdict and not verdict.ready:
            message = f"{Kind.of(live).name} '{identifier}' is not ready: {verdict.status}"
            raise PartialError(identifier, message, verdict.problems, state, now)

    @property
    def _readiness(self) -> Readiness:
        return Readiness(self.engine, self.cancellation, self._reachable())

    def _applier(self, dry: bool) -> Applier:
        return Applier(self._reachable(), self.settings.patch_force, dry)

    def _reachable(self) -> Client:
        if self.client is None:
            raise UnreachableError(f"configured Kubernetes cluster is unreachable: {self.unreachable}")
        return self.client

    def _can_preview(self, item: Json) -> bool:
        """Whether the API server can be asked what it would make of the object."""
        if self.client is None or contains(item, Unknown):
            return False
        try:
            self.client.resource(Kind.of(item))
        except NoSuchKindError:
            return False
        return True

    def _plan_anyway(self, target: Target, error: ApiError) -> bool:
        """Whether a plan goes on although the API server did not agree to the dry run.

        The official plugin goes on silently when the user may not do it, when the namespace is still to be made, and when the
        object is in the way (it may be about to be deleted). What an admission check refuses is shown here, as a warning.
        """
        if error.denied_by_admission:
            self.engine.warn(target.urn, f"the API server will refuse this: {error}")
        return error.forbidden or error.namespace_missing or error.already_exists

    def _live_after(self, error: ProviderError, live: Json) -> Json:
        """The object as it is after a failed update, for the state."""
        try:
            return self._applier(False).read(live)
        except ProviderError:
            raise error from None

    def _namespaced(self, kind: Kind) -> bool:
        return check.is_namespaced(kind, self.client, self.definitions)

    def _refuse_list(self, target: Target) -> None:
        kind = Kind.of_token(target.type)
        if kind.built_in:
            raise ProviderError(f"{kind.name} is a list as YAML files have it; make a resource for each of its items instead")
