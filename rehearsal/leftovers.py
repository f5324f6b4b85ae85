"""What is left of a stack that was destroyed: in its cloud, where it would go on to cost money, and in its cluster."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from rehearsal.clouds.ledger import FOREIGN
from rehearsal.control_plane.api import Json
from rehearsal.engine import Engine

_OURS: Final = "app.kubernetes.io/managed-by in (ml-platform,Helm)"
"""Whom objects say that they were made by: the program, or one of its charts."""

_UNLISTED: Final = ("metrics.k8s.io", "visibility.kueue.x-k8s.io")
"""APIs of what is measured: there are no objects behind them."""


@dataclass(frozen=True)
class Left:
    """What there still is, in words."""

    kept: list[str]
    """What is meant to stay."""
    lost: list[str]


def found(engine: Engine, retained: Collection[str]) -> Left:
    """`retained`: URNs of what the program keeps when its stack goes. Raises EngineError if the cluster can't be asked."""
    in_the_cloud = {f"{each.type} {each.id}": each.urn in retained for each in engine.cloud() if each.urn != FOREIGN}
    both = {**in_the_cloud, **{_name(item["kind"], item["metadata"]): _stays(item) for item in _in_the_cluster(engine)}}
    return Left(*(sorted(name for name, stays in both.items() if stays is meant) for meant in (True, False)))


def _in_the_cluster(engine: Engine) -> Iterator[Json]:
    listed = engine.told("kubectl", "api-resources", "--verbs=list", "--output=name").split()
    kinds = ",".join(kind for kind in listed if not kind.endswith(_UNLISTED))
    there = engine.told("kubectl", "get", kinds, "--all-namespaces", f"--selector={_OURS}", "--output=json")
    return (item for item in json.loads(there)["items"] if not _goes(item))


def _goes(item: Json) -> bool:
    """What something else has made of its own accord, such as a pod of a Deployment, goes after it."""
    return "ownerReferences" in item["metadata"]


def _stays(item: Json) -> bool:
    """What its chart keeps: with the definition of a kind would go all that others have made of that kind."""
    return item["metadata"].get("annotations", {}).get("helm.sh/resource-policy") == "keep"


def _name(kind: str, metadata: Json) -> str:
    return " ".join((kind, "/".join(filter(None, (metadata.get("namespace"), metadata["name"])))))
