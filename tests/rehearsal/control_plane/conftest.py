"""A control plane with an autoscaler beside it."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from rehearsal.autoscaling.group import Groups
from rehearsal.autoscaling.ladder import CONFIG_MAP
from rehearsal.layout import Layout
from rehearsal.programs import obtain
from tests.rehearsal.cluster import Cluster, eventually
from tests.rehearsal.control_plane.gpus import SCALE, plugin


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


@pytest.fixture
def groups(autoscaled: Cluster) -> Iterator[Groups]:
    """None yet; with them go their nodes, and all that was deployed."""
    groups = Groups(autoscaled.layout.state / "cloud")
    autoscaled.apply(plugin())
    yield groups
    autoscaled.kubectl("delete", "deployment", "--all")
    autoscaled.kubectl("delete", "configmap", CONFIG_MAP, "--namespace=kube-system", "--ignore-not-found")
    for name in groups.all():
        groups.remove(name)
    groups.sell_out()
    groups.make(None)

    def all_gone() -> None:
        assert not autoscaled.get("nodes")

    eventually(all_gone, within=SCALE)
