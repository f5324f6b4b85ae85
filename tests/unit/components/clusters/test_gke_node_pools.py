"""Node pools on Google Cloud."""

from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import pulumi
import pytest
import yaml

from components.clusters.gke.node_pools import short
from config.load import PROJECT
from tests.unit.conftest import Build, Values
from tests.unit.plan import Plan, Planned

Planner = Callable[..., Plan]
Pools = Callable[..., dict[str, Planned]]

GENERAL = {"name": "general", "size": {"min": 1, "max": 3}}


@pytest.fixture
def values() -> Values:
    """Those of a stack with a cluster and no pools yet."""
    values = yaml.safe_load((PROJECT / "Pulumi.dev.yaml").read_text())["config"]
    return {key: values[key] for key in values if not key.endswith((":teams", ":training", ":serving"))}


@pytest.fixture
def planned(values: Values, build: Build) -> Planner:
    """What is planned for these pools beside a general one."""
    return lambda *asked: build({**values, "ml-platform:nodePools": [GENERAL, *asked]})


@pytest.fixture
def pools(planned: Planner) -> Pools:
    """The node pools that GKE is asked for, by name."""
    return lambda *asked: {pool.inputs["name"]: pool for pool in planned(*asked).of("NodePool")}


H100 = {"name": "h100", "accelerator": {"type": "h100", "count": 8}, "size": {"max": 4}}
IN_ONE_ZONE = {**H100, "zones": ["europe-west4-b"]}
LADDER = [{"kind": "reserved", "reservation": "h100-a"}, "on-demand", {"kind": "flex", "hours": 24}, "spot"]


def test_each_rung_is_a_pool_and_the_smallest_size_is_bought_on_the_first(pools: Pools):
    made = pools({**IN_ONE_ZONE, "size": {"min": 2, "max": 4}, "capacity": LADDER})
    sizes = {name: pool.inputs["autoscaling"]["totalMinNodeCount"] for name, pool in made.items()}
    assert sizes == {
        "general-on-demand": 1,
        "h100-reserved-h100-a": 2,
        "h100-on-demand": 0,
        "h100-flex": 0,
        "h100-spot": 0,
    }
    assert made["h100-reserved-h100-a"].inputs["initialNodeCount"] == 2


def test_a_pool_is_made_with_enough_nodes_in_each_zone(pools: Pools):
    made = pools({**H100, "size": {"min": 3, "max": 4}})["h100-on-demand"].inputs
    assert (made["initialNodeCount"], made["nodeLocations"]) == (2, ["europe-west4-b", "europe-west4-c"])


def test_a_rung_is_bought_as_it_says(pools: Pools):
    made = {name: pool.inputs["nodeConfig"] for name, pool in pools({**IN_ONE_ZONE, "capacity": LADDER}).items()}
    assert made["h100-reserved-h100-a"]["reservationAffinity"] == {
        "consumeReservationType": "SPECIFIC_RESERVATION",
        "key": "compute.googleapis.com/reservation-name",
        "values": ["h100-a"],
    }
    assert made["h100-spot"]["spot"] is True
    assert made["h100-flex"]["flexStart"] is True
    assert made["h100-flex"]["maxRunDuration"] == "86400s"
    assert made["h100-flex"]["reservationAffinity"] == {"consumeReservationType": "NO_RESERVATION"}
    assert {"spot", "flexStart", "reservationAffinity"} & made["h100-on-demand"].keys() == set()


def test_spot_reserved_and_flex_machines_are_taken_wherever_they_are(pools: Pools):
    made = pools({**IN_ONE_ZONE, "capacity": LADDER})
    assert {name: pool.inputs["autoscaling"]["locationPolicy"] for name, pool in made.items()} == {
        "general-on-demand": "BALANCED",
        "h100-reserved-h100-a": "ANY",
        "h100-on-demand": "BALANCED",
        "h100-flex": "ANY",
        "h100-spot": "ANY",
    }


def test_pods_on_a_spot_node_have_their_minute(pools: Pools):
    made = pools({**H100, "capacity": ["spot", "on-demand"]})
    assert made["h100-spot"].inputs["nodeConfig"]["kubeletConfig"] == {
        "insecureKubeletReadonlyPortEnabled": "FALSE",
        "shutdownGracePeriodSeconds": 75,
        "shutdownGracePeriodCriticalPodsSeconds": 15,
    }
    assert "shutdownGracePeriodSeconds" not in made["h100-on-demand"].inputs["nodeConfig"]["kubeletConfig"]


def test_flex_nodes_are_not_repaired(pools: Pools):
    assert pools({**H100, "capacity": ["flex"]})["h100-flex"].inputs["management"]["autoRepair"] is False


def test_the_autoscaler_is_told_the_order_of_the_rungs(planned: Planner):
    plan = planned({**IN_ONE_ZONE, "capacity": LADDER})
    (order,) = plan.of("ComputeClass")
    assert order.spec["priorities"] == [
        {"nodepools": ["h100-reserved-h100-a"]},
        {"nodepools": ["h100-on-demand"]},
        {"nodepools": ["h100-flex"]},
        {"nodepools": ["h100-spot"]},
    ]
    assert order.spec["whenUnsatisfiable"] == "DoNotScaleUp"
    for pool in plan.of("NodePool"):
        config = pool.inputs["nodeConfig"]
        in_class = config["labels"].get("cloud.google.com/compute-class")
        assert [taint["value"] for taint in config["taints"]] == ([in_class] if in_class else [])


def test_a_pool_of_one_rung_needs_no_order(planned: Planner):
    assert planned(H100).of("ComputeClass") == []


def test_the_taint_that_gke_sets_is_not_set_twice(planned: Planner):
    plan = planned({**H100, "taints": [{"key": "example.com/only", "value": "us"}]})
    (gpu,) = (pool for pool in plan.of("NodePool") if pool.inputs["name"] == "h100-on-demand")
    assert gpu.inputs["nodeConfig"]["taints"] == [{"key": "example.com/only", "value": "us", "effect": "NO_SCHEDULE"}]
    (plain,) = (pool for pool in plan.of("NodePool") if pool.inputs["name"] == "general-on-demand")
    (around_it,) = (component for component in plan if component.urn == gpu.parent)
    assert plain.urn in around_it.depends_on, "GKE taints GPU nodes only where another pool is there already"


@pytest.mark.parametrize(
    ("driver", "version"),
    [(None, "DEFAULT"), ("default", "DEFAULT"), ("latest", "LATEST"), ("none", "INSTALLATION_DISABLED")],
)
def test_the_driver_is_always_said(pools: Pools, driver: str | None, version: str):
    asked = {**H100, **({"driver": driver} if driver else {})}
    assert pools(asked)["h100-on-demand"].inputs["nodeConfig"]["guestAccelerators"] == [
        {"type": "nvidia-h100-80gb", "count": 8, "gpuDriverInstallationConfig": {"gpuDriverVersion": version}}
    ]


def test_a_size_that_the_autoscaler_moves_is_not_a_difference(pools: Pools):
    for pool in pools(H100).values():
        assert pool.ignore_changes == ("initialNodeCount",)
        assert "nodeCount" not in pool.inputs


def test_nodes_with_devices_are_upgraded_without_a_spare_one(pools: Pools):
    made = pools(H100)
    assert made["h100-on-demand"].inputs["upgradeSettings"] == {"strategy": "SURGE", "maxSurge": 0, "maxUnavailable": 1}
    assert made["general-on-demand"].inputs["upgradeSettings"] == {"strategy": "SURGE", "maxSurge": 1, "maxUnavailable": 0}


def test_nodes_are_where_their_machines_are(pools: Pools):
    assert pools(H100)["h100-on-demand"].inputs["nodeLocations"] == ["europe-west4-b", "europe-west4-c"]


def test_compact_nodes_are_in_one_zone(pools: Pools):
    compact = pools({**H100, "placement": "compact"})["h100-on-demand"].inputs
    assert compact["placementPolicy"] == {"type": "COMPACT"}
    assert compact["nodeLocations"] == ["europe-west4-b"]


def test_an_interconnect_that_no_pod_could_use_is_not_made_and_the_user_is_told(pools: Pools, monkeypatch: pytest.MonkeyPatch):
    warn = Mock()
    monkeypatch.setattr(pulumi, "warn", warn)
    joined, alone = (
        {name: each.inputs for name, each in pools({**H100, **more}).items()} for more in ({"interconnect": True}, {})
    )
    assert joined == alone
    (said,) = (call.args[0] for call in warn.call_args_list)
    assert said == (
        "node pool h100: made without its interconnect. GPUDirect-TCPX on GKE needs a helper in every pod that administers the "
        "node's network, which teams' namespaces forbid: jobs use the nodes' ordinary network"
    )


def test_a_tpu_slice_is_a_topology_in_one_zone(pools: Pools):
    tpu = {"type": "tpu-v6e", "count": 4, "topology": "4x4"}
    made = pools({"name": "slice", "accelerator": tpu, "size": {"max": 4}})["slice-on-demand"].inputs
    assert made["placementPolicy"] == {"type": "COMPACT", "tpuTopology": "4x4"}
    assert made["nodeConfig"]["machineType"] == "ct6e-standard-4t"
    assert made["nodeConfig"]["guestAccelerators"] == []
    assert made["nodeLocations"] == ["europe-west4-a"]


def test_a_machine_that_takes_no_older_disk_gets_a_newer_one(pools: Pools):
    made = pools({"name": "b200", "accelerator": {"type": "b200", "count": 8}, "size": {"max": 1}, "disk": "500Gi"})
    config = made["b200-on-demand"].inputs["nodeConfig"]
    assert (config["diskType"], config["diskSizeGb"]) == ("hyperdisk-balanced", 500)


def test_ubuntu_with_gpus_has_no_secure_boot(pools: Pools):
    made = pools({**H100, "image": "ubuntu"})["h100-on-demand"].inputs["nodeConfig"]
    assert made["imageType"] == "UBUNTU_CONTAINERD"
    assert made["shieldedInstanceConfig"]["enableSecureBoot"] is False


def test_a_pool_that_is_added_or_renamed_leaves_the_others_alone(planned: Planner):
    def keyed(plan: Plan) -> dict[str, Any]:
        return {resource.urn: resource.inputs for resource in plan if resource.type.startswith("gcp:")}

    l4 = {"name": "l4", "accelerator": {"type": "l4", "count": 1}, "size": {"max": 2}}
    before = keyed(planned(H100))
    added = keyed(planned(l4, H100))
    assert before.items() <= added.items()
    renamed = keyed(planned({**H100, "name": "big"}))
    assert {urn.rpartition("::")[2] for urn in before.keys() ^ renamed.keys()} == {
        "cluster-h100-on-demand",
        "cluster-big-on-demand",
    }


def test_a_long_name_is_cut_and_stays_unique():
    long = "a" * 40
    assert len(short(f"{long}-on-demand")) == 40
    assert short(f"{long}-on-demand") != short(f"{long}-spot")
    assert short("l4-spot") == "l4-spot"
