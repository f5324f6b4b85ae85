"""A pool's machines on EKS: how many groups, of what, bought how; and what a change to a pool is a change to."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from components.clusters.eks.groups import groups
from components.clusters.eks.machines import AMI_TYPES, network_cards
from config import catalog, node_images
from config.node_pool import NodePool
from tests.unit.components.clusters.conftest import Change, pool
from tests.unit.conftest import Values
from tests.unit.plan import Plan, Planned

With = Callable[[Change], Plan]

RESERVED = {"kind": "reserved", "reservation": "cr-0123456789abcdef0"}


def _groups(plan: Plan) -> dict[str, Planned]:
    """Key → node group."""
    return {group.name.removeprefix("cluster-").removesuffix("-group"): group for group in plan.of("NodeGroup")}


def _templates(plan: Plan) -> dict[str, Mapping[str, Any]]:
    """Key → launch template."""
    return {each.name.removeprefix("cluster-").removesuffix("-template"): each.inputs for each in plan.of("LaunchTemplate")}


def _sizes(plan: Plan) -> dict[str, tuple[int, int]]:
    sizes = {key: group.inputs["scalingConfig"] for key, group in _groups(plan).items()}
    return {key: (size["minSize"], size["maxSize"]) for key, size in sizes.items()}


def _of_h100(**changes: object) -> Change:
    return lambda values: pool(values, "h100").update(changes)


def test_a_pool_is_a_group_for_each_rung_and_where_zones_matter_for_each_zone(prod: Plan):
    assert _sizes(prod) == {
        "general-on-demand": (3, 12),
        **{f"h100-{rung}-{zone}": (0, 8) for rung in ("on-demand", "spot") for zone in "abc"},
        "l4-on-demand": (2, 12),
    }


def test_the_smallest_size_is_bought_once_and_on_the_first_rung(prod_with: With):
    sizes = _sizes(prod_with(_of_h100(size={"min": 2, "max": 8})))
    assert {key: least for key, (least, _) in sizes.items() if key.startswith("h100") and least} == {"h100-on-demand-a": 2}


def test_each_rung_is_bought_as_it_says(prod_with: With):
    plan = prod_with(_of_h100(capacity=[RESERVED, "on-demand", "spot"], zones=["eu-north-1b"]))
    bought = {key: group.inputs["capacityType"] for key, group in _groups(plan).items() if key.startswith("h100")}
    assert bought == {
        "h100-reserved-9abcdef0-b": "ON_DEMAND",
        "h100-on-demand-b": "ON_DEMAND",
        "h100-spot-b": "SPOT",
    }
    reserved = {key: each["capacityReservationSpecification"] for key, each in _templates(plan).items() if "reserved" in key}
    assert reserved == {
        "h100-reserved-9abcdef0-b": {"capacityReservationTarget": {"capacityReservationId": "cr-0123456789abcdef0"}}
    }


def test_a_capacity_block_is_asked_for_as_one(prod_with: With):
    plan = prod_with(_of_h100(capacity=[{**RESERVED, "block": True}], zones=["eu-north-1b"]))
    assert _groups(plan)["h100-reserved-9abcdef0-b"].inputs["capacityType"] == "CAPACITY_BLOCK"
    assert _templates(plan)["h100-reserved-9abcdef0-b"]["instanceMarketOptions"] == {"marketType": "capacity-block"}


def test_no_pod_gets_its_nodes_credentials(prod: Plan):
    assert all(
        template["metadataOptions"] == {"httpEndpoint": "enabled", "httpTokens": "required", "httpPutResponseHopLimit": 1}
        for template in _templates(prod).values()
    )


def test_every_disk_is_encrypted_and_as_large_as_the_pool_says(prod_with: With):
    templates = _templates(prod_with(_of_h100(disk="1Ti")))
    disks = {key: template["blockDeviceMappings"][0]["ebs"] for key, template in templates.items()}
    assert {disk["encrypted"] for disk in disks.values()} == {"true"}
    assert (disks["h100-spot-a"]["volumeSize"], disks["general-on-demand"]["volumeSize"]) == (1024, 100)


def test_a_bottlerocket_nodes_space_is_on_its_second_disk(prod_with: With):
    plan = prod_with(lambda values: pool(values, "general").update(image="bottlerocket"))
    assert _templates(plan)["general-on-demand"]["blockDeviceMappings"][0]["deviceName"] == "/dev/xvdb"
    assert _groups(plan)["general-on-demand"].inputs["amiType"] == "BOTTLEROCKET_x86_64"


def test_an_interconnect_is_one_efa_a_card_and_one_address(prod: Plan):
    template = _templates(prod)["h100-on-demand-a"]
    cards = template["networkInterfaces"]
    assert len(cards) == 33
    assert [card["networkCardIndex"] for card in cards if card["interfaceType"] == "interface"] == [0]
    assert sorted(card["networkCardIndex"] for card in cards if card["interfaceType"] == "efa-only") == list(range(32))
    assert all(card["securityGroups"] == ["sg-cluster"] for card in cards)
    assert "vpcSecurityGroupIds" not in template


@pytest.mark.parametrize("machine", [machine for machine in catalog.machines() if machine.interconnect == "efa"], ids=str)
def test_no_two_interfaces_are_at_one_place(machine: catalog.Machine):
    cards = network_cards(machine)
    assert len({(card.index, card.device) for card in cards}) == len(cards) == machine.interfaces + 1


def test_a_compact_pool_asks_for_machines_near_one_another_but_not_of_a_reservation(prod_with: With):
    plan = prod_with(_of_h100(capacity=[RESERVED, "on-demand"], zones=["eu-north-1b"], placement="compact"))
    (near,) = plan.of("PlacementGroup")
    assert near.inputs["strategy"] == "cluster"
    assert {key for key, template in _templates(plan).items() if "placement" in template} == {"h100-on-demand-b"}


def test_there_is_an_image_for_whatever_a_pool_of_aws_may_ask_for():
    wanted = {
        (image.name, machine.arch, machine.vendor)
        for machine in catalog.machines()
        for image in node_images.IMAGES
        if machine.cloud == image.cloud == "aws" and (machine.vendor is None or machine.vendor in image.drivers)
    }
    assert wanted == AMI_TYPES.keys()


def test_a_gpu_node_keeps_out_pods_that_ask_for_none_and_is_known_by_its_labels(prod: Plan):
    h100 = _groups(prod)["h100-spot-a"].inputs
    assert h100["taints"] == [{"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"}]
    assert (
        h100["labels"].items()
        >= {
            "ml-platform.dev/pool": "h100",
            "ml-platform.dev/accelerator": "h100",
            "ml-platform.dev/capacity": "spot",
            "nvidia.com/gpu.present": "true",
        }.items()
    )
    assert h100["amiType"] == "AL2023_x86_64_NVIDIA"
    assert not _groups(prod)["general-on-demand"].inputs["taints"]


def test_a_size_that_the_autoscaler_moved_is_no_difference(prod: Plan):
    assert {group.ignore_changes for group in prod.of("NodeGroup")} == {("scalingConfig.desiredSize",)}


def test_a_node_that_breaks_is_replaced_and_a_gpu_node_makes_room_for_its_successor(prod: Plan):
    assert all(group.inputs["nodeRepairConfig"] == {"enabled": True} for group in prod.of("NodeGroup"))
    strategies = {key: group.inputs["updateConfig"]["updateStrategy"] for key, group in _groups(prod).items()}
    assert {key for key, strategy in strategies.items() if strategy == "DEFAULT"} == {"general-on-demand"}


def test_a_groups_key_fits_a_label():
    longest = NodePool.model_validate(
        {
            "name": "x" * 40,
            "size": {"max": 1},
            "accelerator": {"type": "h100", "count": 8},
            "capacity": [RESERVED, "on-demand", "spot"],
            "interconnect": True,
        }
    )
    assert max(len(group.key) for group in groups((longest,), ("ap-southeast-1a",))) <= 63


def _add(values: Values) -> None:
    values["ml-platform:nodePools"].insert(0, {"name": "t4", "accelerator": {"type": "t4"}, "size": {"max": 4}})


def _remove(values: Values) -> None:
    values["ml-platform:nodePools"].remove(pool(values, "general"))
    values["ml-platform:nodePools"].append({"name": "other", "size": {"min": 2, "max": 3}})


def _reorder(values: Values) -> None:
    values["ml-platform:nodePools"].reverse()


def _turn(values: Values) -> None:
    pool(values, "h100")["capacity"].reverse()


CHANGES: dict[str, tuple[Change, set[str], set[str], set[str]]] = {
    "a pool more": (_add, {"t4-on-demand"}, set(), set()),
    "a pool under another name": (_remove, {"other-on-demand"}, {"general-on-demand"}, set()),
    "pools in another order": (_reorder, set(), set(), set()),
    "the ladder the other way up": (_turn, set(), set(), set()),
    "a larger pool": (lambda values: pool(values, "l4").update(size={"min": 2, "max": 20}), set(), set(), {"scalingConfig"}),
    "a larger disk": (_of_h100(disk="1Ti"), set(), set(), set()),
    "a label": (lambda values: pool(values, "l4").update(labels={"tier": "gold"}), set(), set(), {"labels"}),
    "another minor": (lambda values: values["ml-platform:cluster"].update(version="1.36"), set(), set(), {"version"}),
}
"""Change → groups that come, groups that go, and what of others differs: nothing that EKS would make a new group for."""


@pytest.mark.parametrize(("change", "come", "go", "differs"), CHANGES.values(), ids=CHANGES)
def test_a_change_is_one_of_the_pool_that_it_is_about(
    prod: Plan, prod_with: With, change: Change, come: set[str], go: set[str], differs: set[str]
):
    plan = prod_with(change)
    before, after = _groups(prod), _groups(plan)
    assert (after.keys() - before.keys(), before.keys() - after.keys()) == (come, go)
    changed = {
        field
        for key in before.keys() & after.keys()
        for field in before[key].inputs.keys() | after[key].inputs.keys()
        if before[key].inputs.get(field) != after[key].inputs.get(field)
    }
    assert changed == differs
    assert _lasting(plan) == _lasting(prod)


def _lasting(plan: Plan) -> dict[str, Mapping[str, Any]]:
    """What no change of a pool or of the minor is a change to."""
    kinds = ("Cluster", "Vpc", "Subnet", "NatGateway", "VpcEndpoint", "Key", "FileSystem", "AccessEntry")
    return {each.urn: {**each.inputs, "version": ""} for kind in kinds for each in plan.of(kind) if each.custom}
