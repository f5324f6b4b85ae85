"""Whatever a stack file says, it is either a platform or a list of mistakes."""

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import reduce
from pathlib import Path
from typing import Any, Literal, TypeAlias

import yaml
from hypothesis import given
from hypothesis import strategies as st

from config.load import ConfigError, parse
from config.platform import Platform
from tests.unit.config.conftest import VALID

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | None"
Place = tuple[str | int, ...]
How = Literal["replace", "remove", "add"]

VALUES: dict[str, Any] = yaml.safe_load(VALID)["config"]


def _places(node: Json, here: Place = ()) -> Iterator[Place]:
    """Where everything in the file is, from the top down."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield (*here, key)
        yield from _places(value, (*here, key))


PLACES = list(_places(VALUES))
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["9" * 5000, "1e999", "NaN", "h100"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.sampled_from(["kind", "name"]), inner, max_size=3),
    max_leaves=6,
)


def _edit(values: Any, place: Place, how: How, junk: object) -> None:
    *above, last = place
    node = reduce(lambda outer, step: outer[step], above, values)
    if how == "replace":
        node[last] = junk
    elif how == "remove":
        del node[last]
    elif isinstance(last, int):
        node.append(deepcopy(node[last]))
    else:
        node[f"{last}{junk}"] = junk


@given(
    st.dictionaries(
        st.sampled_from(PLACES), st.tuples(st.sampled_from(["replace", "remove", "add"]), JUNK), min_size=1, max_size=3
    )
)
def test_a_spoiled_file_is_a_platform_or_a_configuration_error(edits: dict[Place, tuple[How, object]]):
    values = deepcopy(VALUES)
    for place in sorted(edits, key=PLACES.index, reverse=True):  # from the bottom up: the places above stay where they are
        _edit(values, place, *edits[place])
    as_engine = {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}
    try:
        outcome = parse(as_engine, Path("Pulumi.stack.yaml"))
    except ConfigError as error:
        outcome = error
    assert isinstance(outcome, Platform) or outcome.problems
