"""The versions of Kubernetes that GKE offers."""

from typing import Final

from config.versions import KUBERNETES
from rehearsal.clouds.gcp.names import refused
from rehearsal.clouds.kind import RefusedError, Request

_PATCHES: Final = {"1.34": "1.34.9-gke.1186000", "1.35": "1.35.8-gke.1036000", "1.36": "1.36.2-gke.1004000"}
"""Minor → the version that GKE takes for it."""

_STABLE: Final = KUBERNETES[:-1]
"""Minors of the stable channel, which comes to a new one last."""


def offered(asked: str, channel: str) -> str:
    """The version that a cluster of this channel gets; raises RefusedError for one that it can't have."""
    minor = ".".join(asked.split(".")[:2])
    minors = _STABLE if channel == "STABLE" else KUBERNETES
    if minor not in minors or (asked != minor and asked != _PATCHES[minor]):
        raise RefusedError(refused(f'Master version "{asked}" is unsupported'))
    return _PATCHES[minor]


def step(request: Request) -> None:
    """A cluster climbs one minor at a time, and never back."""
    if request.before:
        old, new = (int(str(inputs["minMasterVersion"]).split(".")[1]) for inputs in (request.before.inputs, request.inputs))
        if not old <= new <= old + 1:
            way = "downgraded" if new < old else "upgraded by more than one minor version"
            raise RefusedError(refused(f"Master cannot be {way}: from 1.{old} to 1.{new}"))
