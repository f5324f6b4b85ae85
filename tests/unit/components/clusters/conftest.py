"""Whole stacks of the clouds, planned once, and changed ones; and a kubeconfig for clusters that are there already."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.load import stack_file
from tests.unit.conftest import Build, Values
from tests.unit.plan import Plan

Change = Callable[[Values], object]
"""Edits a stack's values in place."""

KUBECONFIG: dict[str, Any] = {
    "current-context": "mine",
    "contexts": [{"name": "mine", "context": {"cluster": "c", "user": "u"}}],
    "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}],
}


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


@pytest.fixture
def server() -> Iterator[str]:
    """Where something accepts connections."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def file(tmp_path: Path, server: str) -> Path:
    """A kubeconfig that leads to a server."""
    path = tmp_path / "kubeconfig"
    path.write_text(yaml.safe_dump({**KUBECONFIG, "clusters": [{"name": "c", "cluster": {"server": server}}]}))
    return path


def pool(values: Values, name: str) -> dict[str, Any]:
    """One of a stack's pools, to be changed."""
    return next(pool for pool in values["ml-platform:nodePools"] if pool["name"] == name)


def _values(stack: str) -> Values:
    return yaml.safe_load(stack_file(stack).read_text())["config"]
