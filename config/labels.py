"""Kubernetes labels and taints that a stack file may put on nodes."""

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator

from config.model import Model

_WORD: Final = r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
_DOMAIN: Final = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
_KEY: Final = re.compile(rf"(?P<domain>(?=.{{1,253}}/){_DOMAIN})?(?(domain)/){_WORD}")
_VALUE: Final = re.compile(rf"({_WORD})?")

_RESERVED: Final = (
    *("ml-platform.dev", "kubernetes.io", "k8s.io", "karpenter.sh", "k8s.aws"),
    *("amazonaws.com", "cloud.google.com", "google.com", "azure.com", "nvidia.com", "amd.com", "aws.amazon.com"),
)
"""Domains, with those below them, whose labels and taints this program, Kubernetes, the cloud or a device plugin sets."""


def _key(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise ValueError(f"{key!r} is not a label's key; write for example team or example.com/team")
    domain = key.rpartition("/")[0]
    if any(domain == reserved or domain.endswith(f".{reserved}") for reserved in _RESERVED):
        raise ValueError(f"{key!r} is in a domain whose keys are set for you; write another, for example example.com/team")
    return key


def _value(value: str) -> str:
    if not _VALUE.fullmatch(value):
        raise ValueError(f"{value!r} is not a label's value; write at most 63 letters, digits, '-', '_' and '.'")
    return value


def _found(labels: dict[str, str]) -> dict[str, str]:
    for key, value in labels.items():
        if not _KEY.fullmatch(key):
            raise ValueError(f"{key!r} is not a label's key; write one that the nodes have, such as kubernetes.io/hostname")
        _value(value)
    return labels


def _own(labels: dict[str, str]) -> dict[str, str]:
    return {_key(key): _value(value) for key, value in labels.items()}


Labels = Annotated[dict[str, str], AfterValidator(_own)]
"""Labels that are the user's own to set."""

Selector = Annotated[dict[str, str], AfterValidator(_found)]
"""Labels, anyone's, that nodes have already."""


class Taint(Model):
    """Keeps pods away that do not tolerate it; the platform's own pods for the pool do."""

    key: Annotated[str, AfterValidator(_key)]
    value: Annotated[str, AfterValidator(_value)] = ""
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] = "NoSchedule"
