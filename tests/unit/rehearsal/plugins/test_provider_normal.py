"""What means the same has one form."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kubernetes.utils import parse_quantity  # pyright: ignore[reportUnknownVariableType]: it has no types

from rehearsal.plugins.kubernetes.normal import normal, quantity, without_dropped
from rehearsal.plugins.values import UNKNOWN, Json


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("1000m", "1"),
        (0.5, "500m"),
        ("0.1", "100m"),
        (2, "2"),
        ("2000", "2k"),
        ("1024Mi", "1Gi"),
        ("1.5Gi", "1536Mi"),
        ("0.5Ki", "512"),
        ("1536", "1536"),
        ("0", "0"),
        ("1e3", "1e3"),
        ("lots", "lots"),
    ],
)
def test_a_quantity_is_written_as_the_api_server_writes_it(written: Any, kept: str):
    assert quantity(written) == kept


@given(st.integers(0, 10**6), st.sampled_from(["", "m", "k", "M", "G", "Ki", "Mi", "Gi"]))
def test_a_quantity_keeps_its_amount_and_its_form(number: int, suffix: str):
    kept = quantity(f"{number}{suffix}")
    assert parse_quantity(kept) == parse_quantity(f"{number}{suffix}")
    assert quantity(kept) == kept


def test_string_data_is_data():
    secret = {"apiVersion": "v1", "kind": "Secret", "data": {"a": "YQ=="}, "stringData": {"b": "b"}}
    assert normal(secret) == {"apiVersion": "v1", "kind": "Secret", "data": {"a": "YQ==", "b": "Yg=="}}


def test_what_only_the_api_server_writes_is_no_input():
    item = {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "a", "uid": "1", "resourceVersion": "2"}}
    assert normal(item)["metadata"] == {"name": "a"}


def test_zero_values_that_are_not_kept_are_left_out_but_user_data_is_not_touched():
    item: Json = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"labels": {"empty": ""}, "annotations": {}},
        "spec": {"hostNetwork": False, "tolerations": [], "volumes": [{"name": "v", "emptyDir": {}}]},
    }
    assert normal(item) == {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"labels": {"empty": ""}},
        "spec": {"volumes": [{"name": "v", "emptyDir": {}}]},
    }


def test_an_empty_storage_class_says_something_and_stays():
    claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "spec": {"storageClassName": ""}}
    assert normal(claim) == claim


@pytest.mark.parametrize("kind", ["Thing", "Pod"])
def test_custom_resources_and_unknowns_are_left_alone(kind: str):
    version = "example.com/v1" if kind == "Thing" else "v1"
    item: Json = {
        "apiVersion": version,
        "kind": kind,
        "spec": {"limits": {"cpu": "1000m"}, "open": UNKNOWN if kind == "Pod" else []},
    }
    assert normal(item) == item


def test_a_field_that_the_api_server_dropped_is_no_difference_until_it_changes():
    sent: Json = {"spec": {"typo": 1}}
    live: Json = {"spec": {}}
    assert without_dropped({"spec": {"typo": 1}}, sent, live) == {"spec": {}}
    assert without_dropped({"spec": {"typo": 2}}, sent, live) == {"spec": {"typo": 2}}
