"""Property values survive the wire."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rehearsal.plugins.kubernetes.secrets import keep_secret
from rehearsal.plugins.values import UNKNOWN, Secret, Unknown, contains, decode, encode, plain

_SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text() | st.just(UNKNOWN)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3) | inner.map(Secret),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), _VALUES, max_size=4))
def test_what_is_sent_is_what_was_received(properties: dict[str, Any]):
    assert decode(encode(properties)) == properties


@given(_VALUES)
def test_a_plain_value_has_no_mark_of_secrecy(value: Any):
    assert not contains(plain(value), Secret)
    assert contains(plain(value), Unknown) == contains(value, Unknown)


def test_whole_numbers_are_integers_as_kubernetes_wants_them():
    decoded = decode(encode({"replicas": 2.0, "ratio": 0.5}))
    assert decoded == {"replicas": 2, "ratio": 0.5}
    assert isinstance(decoded["replicas"], int)


def test_a_secret_never_shows_itself():
    assert "hunter2" not in repr({"password": Secret("hunter2")})


def test_only_the_secret_part_of_an_object_is_hidden():
    live = {"kind": "ConfigMap", "data": {"open": "sesame", "hidden": "treasure"}}
    kept = keep_secret(live, {"data": {"open": "sesame", "hidden": Secret("treasure")}})
    assert kept["data"] == {"open": "sesame", "hidden": Secret("treasure")}


def test_a_secret_in_a_list_hides_the_list_whose_order_may_change():
    env = [{"name": "a", "value": Secret("b")}]
    assert keep_secret({"env": plain(env)}, {"env": env}) == {"env": Secret(plain(env))}


def test_the_data_of_a_kubernetes_secret_is_hidden_unasked():
    assert keep_secret({"kind": "Secret", "data": {"a": "Yg=="}}, {}) == {"kind": "Secret", "data": Secret({"a": "Yg=="})}
