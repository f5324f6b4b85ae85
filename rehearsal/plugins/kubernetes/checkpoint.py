"""What Pulumi keeps of an object: the live object, and beside it the inputs that made it.

The layout is the official plugin's, so that a state written by one is read by the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from rehearsal.plugins.kubernetes.secrets import keep_secret
from rehearsal.plugins.values import Json, is_list, is_object, plain

INPUTS = "__inputs"
INITIAL_API_VERSION = "__initialApiVersion"
FIELD_MANAGER = "__fieldManager"

_DASHED = {
    f"x_kubernetes_{name}": f"x-kubernetes-{name.replace('_', '-')}"
    for name in (
        "embedded_resource",
        "int_or_string",
        "list_map_keys",
        "list_type",
        "map_type",
        "preserve_unknown_fields",
        "validations",
    )
}
"""Fields of a CRD's schema, as the SDKs name them and as Kubernetes does."""
_UNDERSCORED = {dashed: name for name, dashed in _DASHED.items()}


@dataclass(frozen=True)
class Checkpoint:
    """An object in Pulumi's state, without marks of secrecy."""

    inputs: Json
    live: Json
    api_version: str
    """The API version that it was made with."""
    field_manager: str
    """Its name towards server-side apply; empty in a state without one."""

    @classmethod
    def read(cls, state: Json) -> Self:
        live = kubernetes_form(state)
        inputs: Json = live.pop(INPUTS, {})
        api_version = live.pop(INITIAL_API_VERSION, "") or inputs.get("apiVersion", "")
        return cls(inputs, live, api_version, live.pop(FIELD_MANAGER, ""))


def write(inputs: Json, live: Json, given: Json, api_version: str, field_manager: str) -> Json:
    """The state to keep: `live`, with what is secret in `given` (the program's inputs) secret in it."""
    state = keep_secret(_renamed(live, _UNDERSCORED), given)
    return {
        **state,
        INPUTS: keep_secret(_renamed(inputs, _UNDERSCORED), given),
        INITIAL_API_VERSION: api_version,
        FIELD_MANAGER: field_manager,
    }


def kubernetes_form(properties: Json) -> Json:
    """Pulumi's properties as a Kubernetes object: a copy, without marks of secrecy, with Kubernetes' own field names."""
    return _renamed(plain(properties), _DASHED)


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if is_object(value):
        return {names.get(key, key): _renamed(item, names) for key, item in value.items()}
    if is_list(value):
        return [_renamed(item, names) for item in value]
    return value
