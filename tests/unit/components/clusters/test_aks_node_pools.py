"""A pool of the stack as AKS agent pools."""

import pytest
import yaml

from tests.unit.components.clusters.aks import agent_pools, cluster, values
from tests.unit.conftest import Build, Values
from tests.unit.plan import Plan, Planned

RESERVATION = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/capacityReservationGroups/h100"


@pytest.fixture
def stack() -> Values:
    """The example's values, to be changed at will."""
    return values()


@pytest.fixture(scope="module")
def aks(build: Build) -> Plan:
    """The plan of the example, made once."""
    return build(values())


def test_a_ladder_is_one_agent_pool_for_each_rung(aks: Plan):
    pools = agent_pools(aks)
    assert sorted(pools) == ["generalo", "h100o", "h100s", "t4o"]
    assert [pools[name].inputs["minCount"] for name in ("h100o", "h100s")] == [2, 0]
    assert pools["h100s"].inputs["scaleSetPriority"] == "Spot"
    assert pools["h100s"].inputs["nodeLabels"]["ml-platform.dev/capacity"] == "spot"


def test_the_autoscaler_tries_the_rungs_in_their_order(aks: Plan):
    priorities = yaml.safe_load(aks.one("ConfigMap", "cluster-autoscaler-priority-expander").inputs["data"]["priorities"])
    assert priorities == {100: ["^aks-generalo-", "^aks-h100o-", "^aks-t4o-"], 90: ["^aks-h100s-"]}
    assert cluster(aks).inputs["autoScalerProfile"]["expander"] == "priority"


def test_gpu_nodes_keep_out_pods_that_ask_for_none_and_say_who_brings_the_driver(aks: Plan):
    pool = agent_pools(aks)["h100o"].inputs
    assert pool["nodeTaints"] == ["nvidia.com/gpu=present:NoSchedule"]
    assert pool["gpuProfile"] == {"driver": "Install"}
    assert "gpuProfile" not in agent_pools(aks)["generalo"].inputs


def test_gpu_pools_are_upgraded_without_a_machine_to_spare(aks: Plan):
    pools = agent_pools(aks)
    assert pools["h100o"].inputs["upgradeSettings"] == {"maxSurge": "0", "maxUnavailable": "1"}
    assert pools["generalo"].inputs["upgradeSettings"] == {"maxSurge": "1"}


def one_pool(build: Build, stack: Values, **pool: object) -> tuple[Plan, dict[str, Planned]]:
    """The plan of the example with another pool, and that pool's own agent pools."""
    stack["ml-platform:nodePools"].append({"name": "extra", "size": {"max": 4}, **pool})
    plan = build(stack)
    return plan, {name: each for name, each in agent_pools(plan).items() if name.startswith("extra")}


def test_a_reserved_rung_is_on_its_reservation_which_the_cluster_may_use(build: Build, stack: Values):
    rungs = [{"kind": "reserved", "reservation": RESERVATION}, "spot"]
    stack["ml-platform:nodePools"][1]["capacity"] = rungs
    plan, made = one_pool(build, stack, accelerator={"type": "h100", "count": 8}, capacity=rungs)
    (reserved,) = (pool for pool in made.values() if "capacityReservationGroupID" in pool.inputs)
    assert reserved.inputs["capacityReservationGroupID"] == RESERVATION
    (role,) = (role for role in plan.of("RoleAssignment") if role.inputs["scope"] == RESERVATION)
    assert role.urn in reserved.depends_on


def test_a_compact_pool_is_placed_together_where_the_cluster_may_place_it(build: Build, stack: Values):
    plan, made = one_pool(
        build, stack, accelerator={"type": "h100", "count": 8}, placement="compact", capacity=["on-demand", "spot"]
    )
    (close,) = plan.of("ProximityPlacementGroup")
    (role,) = (role for role in plan.of("RoleAssignment") if role.inputs["scope"] == close.name)
    assert {pool.inputs["proximityPlacementGroupID"] for pool in made.values()} == {close.name}
    assert all(role.urn in pool.depends_on for pool in made.values())


def test_amds_gpus_come_without_a_driver(build: Build, stack: Values):
    _, made = one_pool(build, stack, accelerator={"type": "mi300x", "count": 8}, driver="none")
    assert made["extrao"].inputs["gpuProfile"] == {"driver": "None"}
    assert made["extrao"].inputs["nodeTaints"] == ["amd.com/gpu=present:NoSchedule"]


def test_a_pool_without_devices_is_in_every_zone_and_one_with_devices_where_azure_has_some(aks: Plan):
    pools = agent_pools(aks)
    assert pools["generalo"].inputs["availabilityZones"] == ["1", "2", "3"]
    assert "availabilityZones" not in pools["h100o"].inputs


def test_the_autoscaler_may_move_a_pool_and_its_size_is_no_difference(aks: Plan):
    assert {pool.ignore_changes for pool in aks.of("AgentPool")} == {("count",)}
    assert cluster(aks).ignore_changes == ("agentPoolProfiles[*].count",)


def test_what_aks_fixes_when_a_pool_is_made_takes_a_new_pool(aks: Plan):
    for pool in aks.of("AgentPool"):
        assert {"osDiskSizeGB", "availabilityZones", "gpuProfile"} <= set(pool.replace_on_changes)


@pytest.mark.parametrize("position", [0, 1, 3])
def test_a_pool_more_changes_nothing_else(build: Build, stack: Values, aks: Plan, position: int):
    stack["ml-platform:nodePools"].insert(position, {"name": "extra", "size": {"max": 1}})
    more = {resource.urn: resource for resource in build(stack)}
    new = more.keys() - {resource.urn for resource in aks}
    assert {urn.rpartition("::")[2] for urn in new if "azure-native" in urn} == {"cluster-extra-extrao"}
    assert all(more[pool.urn].inputs == pool.inputs for pool in [*aks.of("AgentPool"), cluster(aks)])


def test_another_kubernetes_touches_versions_alone(build: Build, stack: Values, aks: Plan):
    stack["ml-platform:cluster"]["version"] = "1.36"
    newer = build(stack)
    assert {resource.urn for resource in newer} == {resource.urn for resource in aks}
    for name, pool in agent_pools(aks).items():
        assert {**pool.inputs, "orchestratorVersion": "1.36"} == agent_pools(newer)[name].inputs


def test_names_in_azure_are_short_and_stay_when_rungs_come_before_them(build: Build, stack: Values):
    pool = stack["ml-platform:nodePools"][1]
    pool["name"] = "h100-for-training"
    pool["capacity"] = [{"kind": "reserved", "reservation": RESERVATION}, "on-demand"]
    names = [name for name in agent_pools(build(stack)) if name.startswith("h100")]
    assert sorted(names) == ["h100fortro", "h100fortrr29"]
    assert all(len(name) <= 12 for name in names)
