"""What a destroyed stack has left is found."""

import json
from typing import Any, cast

import pytest

from rehearsal import leftovers
from rehearsal.clouds.ledger import FOREIGN, Entry
from rehearsal.control_plane.api import Json
from rehearsal.engine import Engine, EngineError
from rehearsal.leftovers import Left


class _Asked:
    """An engine of which the cloud and the cluster hold these."""

    def __init__(self, entries: list[Entry], objects: list[Json], refused: str = ""):
        self._entries, self._objects, self._refused = entries, objects, refused

    def cloud(self) -> list[Entry]:
        return self._entries

    def told(self, program: str, *arguments: str) -> str:
        if self._refused:
            raise EngineError(self._refused)
        assert program == "kubectl"
        if arguments[0] == "api-resources":
            return "pods\nnodes.metrics.k8s.io\n"
        assert arguments[:2] == ("get", "pods")
        return json.dumps({"items": self._objects})


def _found(entries: list[Entry], objects: list[Json], refused: str = "") -> Left:
    return leftovers.found(cast("Engine", _Asked(entries, objects, refused)), {"urn:kept"})


def _entry(urn: str) -> Entry:
    return Entry(type="aws:ec2/vpc:Vpc", id="vpc-1", urn=urn, inputs={}, properties={})


def test_what_the_program_retains_and_what_was_there_before_is_not_lost():
    assert _found([_entry("urn:kept"), _entry(FOREIGN)], []) == Left(["aws:ec2/vpc:Vpc vpc-1"], [])
    assert _found([_entry("urn:lost")], []) == Left([], ["aws:ec2/vpc:Vpc vpc-1"])


def _object(kind: str, name: str, **metadata: Any) -> Json:
    return {"kind": kind, "metadata": {"name": name, **metadata}}


def test_an_object_is_lost_but_not_what_goes_after_it():
    pod = _object("Pod", "a", namespace="b", ownerReferences=[{}])
    assert _found([], [pod, _object("Job", "a", namespace="b"), _object("ClusterRole", "c")]) == Left(
        [], ["ClusterRole c", "Job b/a"]
    )


def test_what_a_chart_keeps_on_purpose_is_not_lost():
    kept = _object("CustomResourceDefinition", "a.example.com", annotations={"helm.sh/resource-policy": "keep"})
    found = _found([], [kept, _object("ConfigMap", "a", annotations={"example.com/b": "c"})])
    assert found == Left(["CustomResourceDefinition a.example.com"], ["ConfigMap a"])


def test_a_cluster_that_does_not_answer_is_not_taken_for_an_empty_one():
    with pytest.raises(EngineError, match="refused"):
        _found([], [], refused="connection refused")
