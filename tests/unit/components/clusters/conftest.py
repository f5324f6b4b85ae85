"""Whole stacks of the clouds, planned once, and changed ones."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from config.load import stack_file
from tests.unit.conftest import Build, Values
from tests.unit.plan import Plan

Change = Callable[[Values], object]
"""Edits a stack's values in place."""


@pytest.fixture
def prod_with(build: Build) -> Callable[[Change], Plan]:
    """The plan of the `prod` stack after a change."""

    def plan(change: Change) -> Plan:
        values = _values("prod")
        change(values)
        return build(values)

    return plan


@pytest.fixture(scope="session")
def prod(build: Build) -> Plan:
    """The plan of the `prod` stack: tests only look at it."""
    return build(_values("prod"))


@pytest.fixture(scope="session")
def karpenter(build: Build) -> Plan:
    """The plan of the `karpenter` stack."""
    return build(_values("karpenter"))


def pool(values: Values, name: str) -> dict[str, Any]:
    """One of a stack's pools, to be changed."""
    return next(pool for pool in values["ml-platform:nodePools"] if pool["name"] == name)


def _values(stack: str) -> Values:
    return yaml.safe_load(stack_file(stack).read_text())["config"]
