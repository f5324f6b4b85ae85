"""AKS agent pools, and the nodes that they become."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from rehearsal.autoscaling.group import Groups
from rehearsal.clouds.azure import callers
from rehearsal.clouds.azure.agent_pools import PLACEMENT, POOL
from rehearsal.clouds.cloud import Cloud
from rehearsal.clouds.kind import RefusedError
from rehearsal.clouds.ledger import Entry
from rehearsal.plugins import diff
from tests.unit.rehearsal.clouds.azure.conftest import CONFIG, CONTRIBUTOR, Make
from tests.unit.rehearsal.clouds.told import Told

Change = Callable[..., Entry]

H100 = "Standard_ND96isr_H100_v5"
MI300X = "Standard_ND96isr_MI300X_v5"
DEVICES = "rehearsal.ml-platform.dev/devices"


def nodes(server: Told, pool: str) -> list[Any]:
    (found,) = (nodes for group, nodes in server.nodes.items() if group.startswith(f"aks-{pool}-"))
    return found


def test_nodes_have_the_labels_that_aks_gives_them(pool: Make, server: Told):
    pool("h100o", H100, availabilityZones=["1", "2"], count=2, nodeLabels={"example.com/team": "vision"})
    one, two = (node["metadata"]["labels"] for node in nodes(server, "h100o"))
    assert (
        one.items()
        >= {
            "kubernetes.azure.com/agentpool": "h100o",
            "kubernetes.azure.com/cluster": "aks-nodes",
            "kubernetes.azure.com/mode": "user",
            "kubernetes.azure.com/priority": "regular",
            "kubernetes.azure.com/accelerator": "nvidia",
            "accelerator": "nvidia",
            "node.kubernetes.io/instance-type": H100,
            "topology.kubernetes.io/region": "swedencentral",
            "topology.kubernetes.io/zone": "swedencentral-1",
            "example.com/team": "vision",
        }.items()
    )
    assert two["topology.kubernetes.io/zone"] == "swedencentral-2"
    assert "kubernetes.azure.com/scalesetpriority" not in one


def test_spot_nodes_are_labelled_and_tainted_by_aks_itself(pool: Make, server: Told):
    pool("h100s", H100, scaleSetPriority="Spot", nodeTaints=["nvidia.com/gpu=present:NoSchedule"])
    (node,) = nodes(server, "h100s")
    assert node["metadata"]["labels"]["kubernetes.azure.com/scalesetpriority"] == "spot"
    assert node["spec"]["taints"] == [
        {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"},
        {"key": "kubernetes.azure.com/scalesetpriority", "value": "spot", "effect": "NoSchedule"},
    ]


@pytest.mark.parametrize(
    ("machine", "driver", "found"),
    [
        (H100, "Install", {"nvidia.com/gpu": "8"}),
        (H100, "None", {}),
        (MI300X, "None", {"amd.com/gpu": "8"}),  # whoever asks for them installs it
        ("Standard_D8s_v5", "Install", {}),
    ],
)
def test_a_device_plugin_finds_what_there_is_a_driver_for(pool: Make, server: Told, machine: str, driver: str, found: object):
    pool("p", machine, gpuProfile={"driver": driver})
    (node,) = nodes(server, "p")
    assert json.loads(node["metadata"]["annotations"][DEVICES]) == found


def test_the_autoscaler_may_move_a_pool_between_its_bounds(cloud: Cloud, pool: Make, groups: Groups):
    made = pool("h100s", H100, scaleSetPriority="Spot", minCount=0, count=0, maxCount=4)
    (group,) = groups.all().values()
    assert (group.min, group.max, group.scaler, group.capacity, group.zones) == (0, 4, "cloud", "spot", ("0",))
    assert group.name.startswith("aks-h100s-"), "as the priorities that the stack deploys name it"
    cloud.delete(POOL, made.id, CONFIG)
    assert groups.all() == {}


def test_a_larger_smallest_size_is_there_at_once(pool: Make, change: Change, server: Told):
    change(pool("p"), minCount=3)
    assert len(nodes(server, "p")) == 3


def test_a_pool_that_is_deleted_takes_its_nodes_along(cloud: Cloud, pool: Make, server: Told):
    made = pool("p")
    cloud.delete(POOL, made.id, CONFIG)
    assert [group.split("-")[1] for group in server.nodes] == ["system"]


def mistakes(cloud: Cloud, entry: Entry, inputs: dict[str, Any]) -> list[str]:
    found = cloud.check(POOL, entry.urn, {**entry.inputs, **inputs}, {})[1]
    return [f"{mistake.path}: {mistake.reason}" for mistake in found]


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"agentPoolName": "GPU-pool"}, "agentPoolName: 'GPU-pool': at most 12 lower-case letters and digits, a letter first"),
        ({"minCount": 4}, "minCount: 4 is more than maxCount, 3"),
        ({"nodeTaints": ["gpu"]}, "nodeTaints: 'gpu' is not of the form key=value:effect"),
        (
            {"nodeLabels": {"kubernetes.azure.com/mode": "x"}},
            "nodeLabels: 'kubernetes.azure.com/mode' has a prefix that is reserved for AKS",
        ),
        ({"upgradeSettings": {"maxSurge": "0"}}, "upgradeSettings: maxSurge and maxUnavailable can't both be 0"),
        ({"mode": "System", "scaleSetPriority": "Spot"}, "scaleSetPriority: a system pool can't be a spot pool"),
    ],
)
def test_what_can_be_seen_without_azure_is_refused_in_a_preview(cloud: Cloud, pool: Make, inputs: dict[str, Any], message: str):
    assert mistakes(cloud, pool("p"), inputs) == [message]


@pytest.mark.parametrize(
    ("machine", "inputs", "message"),
    [
        ("Standard_X1", {}, "The VM size of Standard_X1 is not allowed in your subscription in location 'swedencentral'"),
        (H100, {"availabilityZones": ["4"]}, "AvailabilityZoneNotSupported"),
        (H100, {"orchestratorVersion": "1.36"}, "NodePoolMcVersionIncompatible"),
        (H100, {"maxCount": 400, "count": 300}, "InsufficientSubnetSize"),
        (H100, {"capacityReservationGroupID": "/subscriptions/s/x"}, "LinkedAuthorizationFailed"),
        (MI300X, {}, "the GPU driver must be skipped on AMD GPU node pools"),
        (MI300X, {"gpuProfile": {"driver": "None"}, "osSKU": "AzureLinux"}, "is not supported with AMD GPUs"),
    ],
)
def test_a_pool_that_azure_can_not_give_is_refused(pool: Make, machine: str, inputs: dict[str, Any], message: str):
    with pytest.raises(RefusedError, match=message):
        pool("p", machine, **inputs)


def test_a_pool_is_placed_together_once_its_cluster_may_use_the_place(make: Make, pool: Make, identity: Entry):
    place = make(PLACEMENT, "close", resourceGroupName="aks").id
    with pytest.raises(RefusedError, match="LinkedAuthorizationFailed"):
        pool("p", H100, proximityPlacementGroupID=place)
    make(callers.ASSIGNMENT, "c", scope=place, roleDefinitionId=CONTRIBUTOR, principalId=identity.get("principalId"))
    assert pool("p", H100, proximityPlacementGroupID=place)


@pytest.mark.parametrize("inputs", [{"osDiskSizeGB": 256}, {"availabilityZones": ["1"]}, {"gpuProfile": {"driver": "None"}}])
def test_what_is_fixed_when_a_pool_is_made_stays(pool: Make, change: Change, inputs: dict[str, Any]):
    with pytest.raises(RefusedError, match=f"PropertyChangeNotAllowed.*{next(iter(inputs))}"):
        change(pool("p", H100), **inputs)


def test_labels_taints_and_sizes_are_changed_in_place(pool: Make, change: Change, server: Told):
    changed = {"nodeTaints": ["a=b:NoSchedule"], "nodeLabels": {"a": "b"}, "count": 2, "maxCount": 9}
    change(pool("p"), **changed)
    assert [node["spec"]["taints"][0]["key"] for node in nodes(server, "p")] == ["a", "a"]


@pytest.mark.parametrize(
    ("changed", "replaced"), [({"vmSize": H100}, True), ({"maxCount": 9}, False), ({"osDiskSizeGB": 9}, False)]
)
def test_azures_provider_replaces_a_pool_for_its_machine_alone(cloud: Cloud, pool: Make, changed: dict[str, Any], replaced: bool):
    old = pool("p").inputs
    assert bool(diff.replaces(diff.detailed(old, {**old, **changed}, cloud.kind(POOL).patterns, ()))) == replaced
