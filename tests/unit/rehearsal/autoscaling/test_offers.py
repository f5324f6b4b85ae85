"""What Karpenter is told of the machines, and of the groups that it moves."""

import json
from pathlib import Path
from typing import Any

import pytest

from config import catalog
from rehearsal.autoscaling import aws, ec2
from rehearsal.autoscaling.group import Group, Groups, SoldOut
from rehearsal.autoscaling.ladder import weights
from rehearsal.autoscaling.machines import devices, instance_types
from rehearsal.autoscaling.nodes import missing
from rehearsal.autoscaling.offers import offers
from rehearsal.autoscaling.pools import node_pool
from rehearsal.clouds.nodes import Template

_TEMPLATE = Template("h100", "p5.48xlarge", "amd64", {"pool": "h100", "kubernetes.io/hostname": "x"}, (), {"cpu": "190"})
_GROUP = Group(_TEMPLATE, ("eu-central-1a",), min=1, max=8, scaler="cloud")


def _types(**options: Any) -> list[dict[str, Any]]:
    machines = [catalog.by_name()["p5.48xlarge"], catalog.by_name()["g6.xlarge"]]
    return json.loads(instance_types(machines, ("a", "b"), ("spot", "on-demand", "reserved"), **options))


def test_a_group_that_was_written_is_read_as_it_was(tmp_path: Path) -> None:
    groups = Groups(tmp_path)
    groups.put(_GROUP)
    assert groups.all() == {"h100": _GROUP}
    groups.remove("h100")
    groups.remove("h100")
    assert groups.all() == {}


def test_a_machine_has_its_devices_and_network_interfaces() -> None:
    assert devices(catalog.by_name()["p5.48xlarge"]) == {"nvidia.com/gpu": "8", "vpc.amazonaws.com/efa": "32"}
    assert _types()[0]["resources"]["nvidia.com/gpu"] == "8"


def test_a_spot_machine_is_cheaper_and_a_reserved_one_cheaper_still() -> None:
    for machine in json.loads(instance_types(catalog.machines(), ("a",), ("spot", "on-demand", "reserved"))):
        price = {each["Requirements"][0]["values"][0]: each["Price"] for each in machine["offerings"]}
        assert 0 < price["reserved"] < price["spot"] < price["on-demand"], machine["name"]


@pytest.mark.parametrize(
    ("sold_out", "left"),
    [
        (SoldOut("p5.48xlarge"), {"g6.xlarge": 6}),
        (SoldOut("p5.48xlarge", zone="a"), {"p5.48xlarge": 3, "g6.xlarge": 6}),
        (SoldOut(capacity="spot"), {"p5.48xlarge": 4, "g6.xlarge": 4}),
        (SoldOut("p5.48xlarge", "b", "reserved"), {"p5.48xlarge": 5, "g6.xlarge": 6}),
    ],
    ids=str,
)
def test_what_is_sold_out_is_not_available_and_the_rest_is(sold_out: SoldOut, left: dict[str, int]) -> None:
    available = {each["name"]: sum(offer["Available"] for offer in each["offerings"]) for each in _types(sold_out=[sold_out])}
    assert {name: count for name, count in available.items() if count} == left


def test_what_is_sold_out_can_be_said_in_a_command() -> None:
    assert SoldOut.parse("p5.48xlarge/*/spot") == SoldOut("p5.48xlarge", "*", "spot")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("p5.48xlarge", "is not MACHINE/ZONE/CAPACITY"),
        ("p5.48xlarge/a/spot/b", "is not MACHINE/ZONE/CAPACITY"),
        ("p5/*/spot", "no machine 'p5'"),
        ("*/a/cheap", "write reserved, on-demand, spot or \\*"),
    ],
)
def test_a_wrong_offering_is_answered_with_what_to_write(said: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SoldOut.parse(said)


def test_a_groups_pool_may_add_what_the_cloud_has_not_made() -> None:
    spec = node_pool(_GROUP, 7)["spec"]
    assert spec["limits"] == {"nodes": "7", "cpu": str(7 * 192)}
    assert spec["weight"] == 7


def test_labels_that_karpenter_sets_itself_are_not_in_the_template() -> None:
    labels = node_pool(_GROUP, 1)["spec"]["template"]["metadata"]["labels"]
    assert labels["pool"] == "h100"
    assert not labels.keys() & {"kubernetes.io/os", "kubernetes.io/hostname", "node.kubernetes.io/instance-type"}


def _node(**annotations: str) -> dict[str, Any]:
    labels = {"karpenter.sh/nodepool": "h100", "node.kubernetes.io/instance-type": "p4d.24xlarge"}
    return {"metadata": {"labels": labels, "annotations": annotations}}


def test_a_node_learns_which_devices_it_has() -> None:
    patch = missing(_node(), {"h100": _GROUP})
    assert patch
    assert json.loads(patch["metadata"]["annotations"]["rehearsal.ml-platform.dev/devices"])["nvidia.com/gpu"] == "8"
    assert patch["metadata"]["labels"]["pool"] == "h100"


def test_a_node_that_says_all_is_left_alone() -> None:
    assert missing(_node(**{"rehearsal.ml-platform.dev/devices": "{}"}), {}) is None


def test_a_machine_of_aws_is_described_as_karpenter_does_there() -> None:
    labels = aws.labels(catalog.by_name()["p5.48xlarge"])
    expected = {"family": "p5", "category": "p", "generation": "5", "size": "48xlarge", "gpu-name": "h100", "gpu-count": "8"}
    assert {f"karpenter.k8s.aws/instance-{key}": value for key, value in expected.items()}.items() <= labels.items()
    assert aws.labels(catalog.by_name()["trn1.32xlarge"])["karpenter.k8s.aws/instance-accelerator-name"] == "trainium"


def test_machines_of_aws_are_on_offer_where_the_stack_deploys_karpenter() -> None:
    requirement = {"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["eu-central-1a"]}
    pool = {"spec": {"template": {"spec": {"requirements": [requirement]}}}}
    described = json.loads(offers([], [{"spec": {}}], [pool], [], ()).text())
    assert {each["name"] for each in described} == {each.name for each in catalog.machines() if each.cloud == "aws"}
    assert {len(each["offerings"]) for each in described} == {2}, "nothing is reserved: no node class names a reservation"


def test_a_node_class_is_said_to_be_ready_once_a_generation() -> None:
    node_class: dict[str, Any] = {"metadata": {"generation": 3}}
    patch = ec2.status(node_class)
    assert patch
    assert ec2.status(node_class | patch) is None
    assert ec2.status({"metadata": {"generation": 4}} | patch)


@pytest.mark.parametrize(
    ("priorities", "expected"),
    [
        ("100: ['^eks-reserved$']\n90: [spot, '^eks-reserved$']", {"eks-reserved": 3, "eks-spot": 2, "eks-other": 1}),
        ("10: ['.*']", {"eks-reserved": 1, "eks-spot": 1, "eks-other": 1}),
        ("10: ['(']", {"eks-reserved": 1, "eks-spot": 1, "eks-other": 1}),
        ("ten", {"eks-reserved": 1, "eks-spot": 1, "eks-other": 1}),
    ],
)
def test_the_cluster_autoscalers_ladder_is_the_one_that_the_stack_deploys(priorities: str, expected: dict[str, int]) -> None:
    assert weights([{"data": {"priorities": priorities}}], list(expected)) == expected
