"""`stack`: an empty stack with a namespace of its own on the shared control plane."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.programs import obtain
from tests.rehearsal.cluster import Cluster
from tests.rehearsal.provider.stack import Stack


@pytest.fixture(scope="session")
def pulumi() -> Path:
    """The real engine."""
    return obtain(("pulumi",), print)["pulumi"]


@pytest.fixture(scope="session")
def node(control_plane: Cluster) -> str:
    """The name of a simulated node for the pods of these tests."""
    control_plane.node("provider-tests", capacity={"cpu": "16", "memory": "64Gi", "pods": "110"})
    return "provider-tests"


@pytest.fixture
def stack(control_plane: Cluster, node: str, pulumi: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Stack]:
    """Its namespace is there already, and goes with the test."""
    namespace = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower())[:60].strip("-")
    control_plane.kubectl("create", "namespace", namespace)
    programs = {**control_plane.programs, "pulumi": pulumi}
    stack = Stack(tmp_path / "stack", programs, control_plane.kubeconfig, namespace, {})
    stack.create()
    yield stack
    control_plane.kubectl("delete", "namespace", namespace, "--wait=false")
