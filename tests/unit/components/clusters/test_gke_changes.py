"""What a change to a stack on Google Cloud does: the plan of each, as the simulated provider would make it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.load import PROJECT
from rehearsal.autoscaling.group import Groups
from rehearsal.clouds.cloud import Cloud
from rehearsal.clouds.faults import Faults
from rehearsal.clouds.gcp import cloud_of
from rehearsal.clouds.ledger import Ledger
from rehearsal.clouds.server import Server
from rehearsal.layout import Layout
from tests.unit.components.clusters.changes import steps
from tests.unit.conftest import Build
from tests.unit.plan import Plan

Pools = dict[str, dict[str, Any]]
Change = Callable[[dict[str, Any], Pools], None]

POOLS: Pools = {
    "general": {"size": {"min": 1, "max": 3}},
    "l4": {"accelerator": {"type": "l4", "count": 1}, "size": {"max": 8}, "capacity": ["spot", "on-demand"]},
    "h100": {"accelerator": {"type": "h100", "count": 8}, "size": {"max": 4}},
}


@pytest.fixture
def google(tmp_path: Path) -> Cloud:
    """The table of what can't be changed; nothing is made in it."""
    layout = Layout("dev", tmp_path)
    return cloud_of(Ledger(tmp_path), Faults(tmp_path / "faults.json"), Server(layout), Groups(tmp_path))


def _plan(build: Build, change: Change = lambda cluster, pools: None) -> Plan:
    values = yaml.safe_load((PROJECT / "Pulumi.dev.yaml").read_text())["config"]
    values = {key: value for key, value in values.items() if not key.endswith((":teams", ":training", ":serving"))}
    cluster, pools = values["ml-platform:cluster"], {name: dict(pool) for name, pool in POOLS.items()}
    change(cluster, pools)
    values["ml-platform:nodePools"] = [{"name": name, **pool} for name, pool in pools.items()]
    return build(values)


def _pool(name: str, **fields: Any) -> Change:
    def change(_cluster: dict[str, Any], pools: Pools) -> None:
        pools[name] = {**pools.get(name, {}), **fields}

    return change


def _cluster(**fields: Any) -> Change:
    return lambda cluster, _pools: cluster.update(fields)


def _renamed(_cluster: dict[str, Any], pools: Pools) -> None:
    pools["big"] = pools.pop("h100")


def _removed(_cluster: dict[str, Any], pools: Pools) -> None:
    del pools["l4"]


def _reordered(_cluster: dict[str, Any], pools: Pools) -> None:
    pools["general"] = pools.pop("general")


A100 = {"accelerator": {"type": "a100-40gb", "count": 1}, "size": {"max": 1}}

CHANGES: dict[str, tuple[Change, dict[str, str]]] = {
    "Kubernetes' next minor": (_cluster(version="1.36"), {"control-plane": "update"}),
    "another channel": (_cluster(channel="rapid"), {"control-plane": "update"}),
    "a public endpoint": (_cluster(endpoint={"public": True, "cidrs": ["203.0.113.0/24"]}), {"control-plane": "update"}),
    "another maintenance window": (_cluster(maintenance={"start": "03:00"}), {"control-plane": "update"}),
    "protection": (_cluster(deletionProtection=True), {"control-plane": "update"}),
    "a pool that is added": (_pool("a100", **A100), {"a100-on-demand": "create"}),
    "a pool that is resized": (_pool("h100", size={"min": 1, "max": 6}), {"h100-on-demand": "update"}),
    "a pool that is renamed": (_renamed, {"h100-on-demand": "delete", "big-on-demand": "create"}),
    "a pool that is removed": (_removed, {"l4-spot": "delete", "l4-on-demand": "delete"}),
    "pools in another order": (_reordered, {}),
    "a rung that is added": (_pool("l4", capacity=["spot", "flex", "on-demand"]), {"l4-flex": "create"}),
    "rungs in another order": (_pool("l4", capacity=["on-demand", "spot"]), {}),
    "a larger machine": (_pool("general", cpu=16), {"general-on-demand": "update"}),
    "a larger disk": (_pool("general", disk="300Gi"), {"general-on-demand": "update"}),
    "another label": (_pool("general", labels={"example.com/a": "b"}), {"general-on-demand": "update"}),
    "another driver": (_pool("h100", driver="latest"), {"h100-on-demand": "replace"}),
    "more GPUs a node": (_pool("l4", accelerator={"type": "l4", "count": 4}), {"l4-spot": "replace", "l4-on-demand": "replace"}),
    "node pools that GKE makes": (
        _cluster(autoCreation=True),
        {"control-plane": "update", "l4-spot": "delete", "l4-on-demand": "delete", "h100-on-demand": "delete"},
    ),
    "compact placement": (_pool("h100", placement="compact"), {"h100-on-demand": "replace"}),
}


@pytest.mark.parametrize(("change", "expected"), CHANGES.values(), ids=CHANGES)
def test_a_change_touches_what_it_is_about(google: Cloud, build: Build, change: Change, expected: dict[str, str]):
    assert steps(google, "gcp", _plan(build), _plan(build, change)) == expected
