"""The real control plane for tests: one for all of them, and a way to get others."""

import signal
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from rehearsal.layout import Layout
from rehearsal.programs import obtain
from tests.rehearsal.cluster import Cluster

_PROGRAMS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl", "kwok", "kueue", "helm")

# What a shell runs in the background ignores Ctrl-C, and so would all that the tests start: some of them press it.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def programs() -> Mapping[str, Path]:
    """The programs of a control plane; the first time on a machine, this takes minutes."""
    return obtain(_PROGRAMS, print)


@pytest.fixture(scope="session")
def copies(programs: Mapping[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where copies of the project go; the programs that they need are there."""
    obtain([*programs, "pulumi"], print)
    return tmp_path_factory.mktemp("copies")


@pytest.fixture(scope="session")
def control_plane(programs: Mapping[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A control plane without nodes, shared by all tests: each works in objects of its own."""
    cluster = Cluster(Layout("test", tmp_path_factory.mktemp("checkout")), programs)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope="module")
def own_control_plane(programs: Mapping[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A control plane of this module's own, not started: its tests may do anything to it."""
    cluster = Cluster(Layout("own", tmp_path_factory.mktemp("own")), programs)
    try:
        yield cluster
    finally:
        cluster.stop()
