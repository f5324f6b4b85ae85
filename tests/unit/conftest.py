"""`local`: what `Pulumi.local.yaml` makes; `build`: what any other configuration makes."""

import gc
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pulumi.runtime.proto.source_pb2 import StackTrace

import components.platform
from config.load import PROJECT, parse
from tests.unit.plan import Plan, plan

LOCAL = PROJECT / "Pulumi.local.yaml"

Values = dict[str, Any]
"""What is below `config` in a stack file."""

Build = Callable[[Values], Plan]


@pytest.fixture(scope="session", autouse=True)
def quick() -> Generator[None]:
    """Without two things that take half of all time, and that no test looks at."""
    with pytest.MonkeyPatch.context() as patch:
        # Of each resource the SDK notes from where it was made: through all of pytest's frames.
        patch.setattr("pulumi.runtime.resource._get_stack_trace", StackTrace)
        # What a plan has made is looked through for garbage after every 700 objects, and the clouds' SDKs with it.
        gc.set_threshold(100_000, 50, 50)
        yield
        gc.freeze()  # and all of it several times in the end


@pytest.fixture
def values() -> Values:
    """The local stack's, to be changed at will."""
    return yaml.safe_load(LOCAL.read_text())["config"]


@pytest.fixture(scope="session")
def build() -> Build:
    """Plan the platform that a stack file with these values asks for; the same values once, as tests only look at a plan."""
    made: dict[str, Plan] = {}

    def build(values: Values) -> Plan:
        written = repr(values)
        if written not in made:
            platform = parse(values, Path("Pulumi.stack.yaml"))
            made[written] = plan(lambda: components.platform.build(platform))
        return made[written]

    return build


@pytest.fixture(scope="session")
def local(build: Build) -> Plan:
    """The plan of the local stack, made once: tests only look at it."""
    return build(yaml.safe_load(LOCAL.read_text())["config"])
