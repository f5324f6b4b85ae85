"""What a plan says of a change."""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pulumi.runtime.proto.provider_pb2 import PropertyDiff

from rehearsal.plugins import paths
from rehearsal.plugins.diff import detailed, replaces
from rehearsal.plugins.kubernetes.immutable import immutable
from rehearsal.plugins.values import UNKNOWN, Json

JSON = st.recursive(
    st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1), inner, max_size=3),
    max_leaves=10,
)
OBJECTS = st.dictionaries(st.text(min_size=1), JSON, max_size=4)


def kinds(old: Json, new: Json, *ignored: str) -> dict[str, str]:
    frozen = immutable(new, config_map_mutable=False, secret_mutable=False)
    return {path: PropertyDiff.Kind.Name(found.kind) for path, found in detailed(old, new, frozen, ignored).items()}


@given(OBJECTS)
def test_an_object_does_not_differ_from_itself(item: Json):
    assert not detailed(item, item, [], [])


@given(OBJECTS, OBJECTS)
def test_different_objects_differ(one: Json, other: Json):
    assume(one != other)
    assert detailed(one, other, [], [])


@given(st.lists(st.text(min_size=1) | st.integers(0, 99), min_size=1).filter(lambda steps: isinstance(steps[0], str)))
def test_a_path_is_read_as_it_was_written(steps: list[str | int]):
    simple = [step for step in steps if step != "*" and "\\" not in str(step)]
    assert paths.parse(paths.render(simple)) == tuple(simple)


def test_each_difference_has_its_path_and_kind():
    old = {"kind": "Service", "metadata": {"labels": {"a/b.c": "1", "gone": "x"}}, "spec": {"ports": [{"port": 1}]}}
    new = {"kind": "Service", "metadata": {"labels": {"a/b.c": "2"}}, "spec": {"ports": [{"port": 1}, {"port": 2}]}}
    assert kinds(old, new) == {
        'metadata.labels["a/b.c"]': "UPDATE",
        "metadata.labels.gone": "DELETE",
        "spec.ports[1]": "ADD",
    }


def test_an_unknown_is_a_difference():
    assert kinds({"kind": "A", "data": {"a": "1"}}, {"kind": "A", "data": {"a": UNKNOWN}}) == {"data.a": "UPDATE"}


def test_an_ignored_path_covers_what_is_below():
    old, new = {"kind": "A", "spec": {"replicas": 1, "paused": False}}, {"kind": "A", "spec": {"replicas": 2, "paused": True}}
    assert kinds(old, new, "spec.replicas") == {"spec.paused": "UPDATE"}
    assert kinds(old, new, "spec") == {}
    assert kinds(old, new, "spec.*") == {}


@pytest.mark.parametrize(
    ("version", "kind", "old", "new", "path"),
    [
        ("batch/v1", "Job", {"spec": {"template": {"a": 1}}}, {"spec": {"template": {"a": 2}}}, "spec.template.a"),
        ("apps/v1", "Deployment", {"spec": {"selector": {"matchLabels": {"a": "1"}}}}, {"spec": {}}, "spec.selector"),
        (
            "v1",
            "Pod",
            {"spec": {"containers": [{"image": "a"}]}},
            {"spec": {"containers": [{"image": "b"}]}},
            "spec.containers[0].image",
        ),
        ("v1", "Pod", {"spec": {"containers": []}}, {"spec": {"containers": [{"image": "b"}]}}, "spec.containers[0]"),
        ("v1", "ConfigMap", {"data": {"a": "1"}}, {"data": {"a": "2"}}, "data.a"),
        ("v1", "Secret", {}, {"data": {"a": "2"}}, "data"),
        ("v1", "Service", {"metadata": {"name": "a"}}, {"metadata": {"name": "b"}}, "metadata.name"),
        ("rbac.authorization.k8s.io/v1", "RoleBinding", {"roleRef": {"name": "a"}}, {"roleRef": {"name": "b"}}, "roleRef.name"),
    ],
)
def test_a_change_of_an_immutable_field_is_a_replacement(version: str, kind: str, old: Json, new: Json, path: str):
    identity = {"apiVersion": version, "kind": kind}
    frozen = immutable({**identity, **new}, config_map_mutable=False, secret_mutable=False)
    assert replaces(detailed({**identity, **old}, {**identity, **new}, frozen, [])) == [path]


@pytest.mark.parametrize(
    ("version", "kind", "old", "new"),
    [
        ("apps/v1", "Deployment", {"spec": {"replicas": 1}}, {"spec": {"replicas": 2}}),
        ("v1", "Service", {"spec": {"ports": [{"port": 1}]}}, {"spec": {"ports": [{"port": 2}]}}),
        ("batch/v1", "CronJob", {"spec": {"jobTemplate": {"a": 1}}}, {"spec": {"jobTemplate": {"a": 2}}}),
        ("example.com/v1", "Job", {"spec": {"template": 1}}, {"spec": {"template": 2}}),
    ],
)
def test_any_other_change_is_an_update(version: str, kind: str, old: Json, new: Json):
    identity = {"apiVersion": version, "kind": kind}
    frozen = immutable({**identity, **new}, config_map_mutable=False, secret_mutable=False)
    found = detailed({**identity, **old}, {**identity, **new}, frozen, [])
    assert found
    assert not replaces(found)


@pytest.mark.parametrize("kind", ["ConfigMap", "Secret"])
def test_data_can_be_made_mutable_but_not_that_of_an_immutable_object(kind: str):
    item: dict[str, Any] = {"apiVersion": "v1", "kind": kind}
    assert ("data",) not in immutable(item, config_map_mutable=True, secret_mutable=True)
    assert ("data",) in immutable({**item, "immutable": True}, config_map_mutable=True, secret_mutable=True)
