"""A control plane with an autoscaler beside it."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from rehearsal.layout import Layout
from rehearsal.programs import obtain
from tests.rehearsal.cluster import Cluster
from tests.rehearsal.control_plane.gpus import plugin


@pytest.fixture(scope="module")
def autoscaled(programs: Mapping[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Without nodes, and with a device plugin for those to come."""
    scaler = obtain(("karpenter",), print)
    cluster = Cluster(Layout("scaled", tmp_path_factory.mktemp("scaled")), {**programs, **scaler})
    try:
        cluster.start()
        cluster.apply(plugin())
        yield cluster
    finally:
        cluster.stop()
