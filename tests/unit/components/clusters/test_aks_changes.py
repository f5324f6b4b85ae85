"""What a change to a stack on Azure does: the plan of each, as the simulated provider would make it."""

from pathlib import Path
from typing import Any

import pytest

from rehearsal.autoscaling.group import Groups
from rehearsal.clouds.azure.table import cloud_of
from rehearsal.clouds.cloud import Cloud
from rehearsal.clouds.faults import Faults
from rehearsal.clouds.ledger import Ledger
from rehearsal.clouds.server import Server
from rehearsal.layout import Layout
from tests.unit.components.clusters.aks import values
from tests.unit.components.clusters.changes import steps
from tests.unit.components.clusters.conftest import Change, pool
from tests.unit.conftest import Build, Values


@pytest.fixture
def azure(tmp_path: Path) -> Cloud:
    """The table of what can't be changed; nothing is made in it."""
    layout = Layout("aks", tmp_path)
    return cloud_of(Ledger(tmp_path), Faults(tmp_path / "faults.json"), Server(layout), Groups(tmp_path))


def _cluster(**fields: Any) -> Change:
    return lambda stack: stack["ml-platform:cluster"].update(fields)


def _pool(name: str, **fields: Any) -> Change:
    return lambda stack: pool(stack, name).update(fields)


def _added(stack: Values) -> None:
    stack["ml-platform:nodePools"].insert(
        0, {"name": "a100", "accelerator": {"type": "a100-80gb", "count": 1}, "size": {"max": 1}}
    )


def _renamed(stack: Values) -> None:
    pool(stack, "t4")["name"] = "serve"


def _reordered(stack: Values) -> None:
    stack["ml-platform:nodePools"].reverse()


_ALL = ("general-generalo", "h100-h100o", "h100-h100s", "t4-t4o")
_GROUP = ("h100-close", "h100-uses-close")
"""What holds nodes close to one another, and the cluster's right to use it."""
_SCHEDULES = ("control-plane-aksManagedAutoUpgradeSchedule", "control-plane-aksManagedNodeOSUpgradeSchedule")

CHANGES: dict[str, tuple[Change, dict[str, str]]] = {
    "Kubernetes' next minor": (_cluster(version="1.36"), {"control-plane-cluster": "update", **dict.fromkeys(_ALL, "update")}),
    "another maintenance window": (_cluster(maintenance={"start": "03:00"}), dict.fromkeys(_SCHEDULES, "update")),
    "a pool that is added": (_added, {"a100-a100o": "create"}),
    "a pool that is resized": (_pool("h100", size={"min": 2, "max": 6}), {"h100-h100o": "update", "h100-h100s": "update"}),
    "a pool that is renamed": (_renamed, {"t4-t4o": "delete", "serve-serveo": "create"}),
    "pools in another order": (_reordered, {}),
    "a rung that is added": (_pool("t4", capacity=["on-demand", "spot"]), {"t4-t4s": "create"}),
    "rungs in another order": (_pool("h100", capacity=["spot", "on-demand"]), {"h100-h100o": "update", "h100-h100s": "update"}),
    "a larger machine": (_pool("general", cpu=32), {"general-generalo": "replace"}),
    "a larger disk": (_pool("general", disk="300Gi"), {"general-generalo": "replace"}),
    "another label": (_pool("general", labels={"example.com/a": "b"}), {"general-generalo": "update"}),
    "compact placement": (
        _pool("h100", placement="compact"),
        {**dict.fromkeys(_GROUP, "create"), "h100-h100o": "replace", "h100-h100s": "replace"},
    ),
}


@pytest.mark.parametrize(("change", "expected"), CHANGES.values(), ids=CHANGES)
def test_a_change_touches_what_it_is_about(azure: Cloud, build: Build, change: Change, expected: dict[str, str]):
    changed = values()
    change(changed)
    assert steps(azure, "azure-native", build(values()), build(changed)) == expected
