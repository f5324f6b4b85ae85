"""`local`: what `Pulumi.local.yaml` makes; `build`: what any other configuration makes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import components.platform
from config.load import PROJECT, parse
from tests.unit.plan import Plan, plan

LOCAL = PROJECT / "Pulumi.local.yaml"

Values = dict[str, Any]
"""What is below `config` in a stack file."""

Build = Callable[[Values], Plan]


@pytest.fixture
def values() -> Values:
    """The local stack's, to be changed at will."""
    return yaml.safe_load(LOCAL.read_text())["config"]


@pytest.fixture(scope="session")
def build() -> Build:
    """Plan the platform that a stack file with these values asks for."""

    def build(values: Values) -> Plan:
        platform = parse(values, Path("Pulumi.stack.yaml"))
        return plan(lambda: components.platform.build(platform))

    return build


@pytest.fixture(scope="session")
def local(build: Build) -> Plan:
    """The plan of the local stack, made once: tests only look at it."""
    return build(yaml.safe_load(LOCAL.read_text())["config"])
