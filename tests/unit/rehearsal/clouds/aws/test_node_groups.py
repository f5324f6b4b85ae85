"""Node groups: what AWS refuses, whether machines join, and what they join as."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from rehearsal.autoscaling.group import Groups, SoldOut
from rehearsal.clouds.aws import addons, iam, instances, machines, network, routes, scaling
from rehearsal.clouds.aws.node_groups import NODE_GROUP
from rehearsal.clouds.cloud import Cloud, TimedOutError
from rehearsal.clouds.faults import Fault
from rehearsal.clouds.kind import RefusedError
from rehearsal.clouds.ledger import Entry
from tests.unit.rehearsal.clouds.aws.conftest import CONFIG, Check, Make, trust
from tests.unit.rehearsal.clouds.told import Told

Delete = Callable[[Entry], None]

SMALL = {"minSize": 0, "desiredSize": 0, "maxSize": 4}
GPU_TAINT = {"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"}
NODE_TEMPLATE = "k8s.io/cluster-autoscaler/node-template"


def labels(server: Told) -> dict[str, str]:
    return server.all_nodes[0]["metadata"]["labels"]


def annotation(server: Told, name: str) -> Any:
    return server.all_nodes[0]["metadata"]["annotations"][f"rehearsal.ml-platform.dev/{name}"]


def test_nodes_have_the_labels_that_eks_gives_them(server: Told, node_group: Make):
    made = node_group("l4", "g6.2xlarge", amiType="AL2023_x86_64_NVIDIA", labels={"team": "vision"})
    assert (
        labels(server).items()
        >= {
            "eks.amazonaws.com/nodegroup": "l4",
            "eks.amazonaws.com/capacityType": "ON_DEMAND",
            "eks.amazonaws.com/sourceLaunchTemplateId": made.get("launchTemplate")["id"],
            "eks.amazonaws.com/sourceLaunchTemplateVersion": "1",
            "node.kubernetes.io/instance-type": "g6.2xlarge",
            "topology.kubernetes.io/region": "eu-north-1",
            "topology.kubernetes.io/zone": "eu-north-1a",
            "topology.k8s.aws/zone-id": "eun1-az1",
            "nvidia.com/gpu.present": "true",
            "team": "vision",
        }.items()
    )
    assert "k8s.io/cloud-provider-aws" in labels(server)


def test_taints_are_those_of_the_group_and_no_others(server: Told, node_group: Make):
    node_group("l4", "g6.2xlarge", amiType="AL2023_x86_64_NVIDIA", taints=[GPU_TAINT])
    node_group("bare", "g6.2xlarge", amiType="AL2023_x86_64_NVIDIA")
    taints = [node["spec"]["taints"] for node in server.all_nodes]
    assert taints == [[{"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}], []]


@pytest.mark.parametrize(
    ("machine", "image", "devices", "plugin"),
    [
        ("g6.2xlarge", "AL2023_x86_64_NVIDIA", {"nvidia.com/gpu": "1"}, "pod"),
        ("g6.2xlarge", "BOTTLEROCKET_x86_64_NVIDIA", {"nvidia.com/gpu": "1"}, "image"),
        ("g6.2xlarge", "AL2023_x86_64_STANDARD", {}, "pod"),  # no driver, so nothing is found
        ("trn1.32xlarge", "AL2023_x86_64_NEURON", {"aws.amazon.com/neuron": "16"}, "pod"),
        ("m7i.4xlarge", "AL2023_x86_64_STANDARD", {}, "pod"),
    ],
)
def test_devices_are_found_where_the_image_has_their_driver(
    server: Told, node_group: Make, machine: str, image: str, devices: dict[str, str], plugin: str
):
    node_group("x", machine, amiType=image)
    assert json.loads(annotation(server, "devices")) == devices
    assert annotation(server, "device-plugin") == plugin


def test_a_machine_has_the_efa_interfaces_that_it_was_started_with(server: Told, node_group: Make):
    cards = [{"networkCardIndex": card, "deviceIndex": 1, "interfaceType": "efa-only"} for card in range(4)]
    node_group("h100", "p5.48xlarge", {"networkInterfaces": cards}, amiType="AL2023_x86_64_NVIDIA")
    assert json.loads(annotation(server, "devices")) == {"nvidia.com/gpu": "8", machines.EFA: "4"}


def test_a_node_is_called_by_its_address_in_its_subnet(cloud: Cloud, server: Told, node_group: Make):
    node_group("general", scalingConfig={"minSize": 3, "desiredSize": 3, "maxSize": 3})
    names = [node["metadata"]["name"] for node in server.all_nodes]
    assert [name.split("-")[:4] for name in names] == [["ip", "10", "0", "0"], ["ip", "10", "0", "1"], ["ip", "10", "0", "0"]]
    assert all(name.endswith(".eu-north-1.compute.internal") for name in names)
    assert len(set(names)) == 3
    (first, *_) = cloud.ledger.of(instances.INSTANCE)
    assert first.id in {node["spec"]["providerID"].rpartition("/")[2] for node in server.all_nodes}


def test_a_subnet_that_is_full_has_no_room(make: Make, cloud: Cloud, vpc: Entry, subnets: list[str]):
    tiny = make(network.SUBNET, "tiny", vpcId=vpc.id, cidrBlock="10.0.200.0/28", availabilityZone="eu-north-1a")
    assert len(instances.scale(cloud.ledger, "eu-north-1", "a", [tiny.id], 11)) == 11
    with pytest.raises(RefusedError, match="InsufficientFreeAddressesInSubnet"):
        instances.scale(cloud.ledger, "eu-north-1", "b", [tiny.id], 1)
    assert subnets


def test_machines_hold_their_subnets_until_the_group_goes(
    cloud: Cloud, server: Told, node_group: Make, subnets: list[str], delete: Delete
):
    made = node_group("general")
    with pytest.raises(RefusedError, match=r"has dependencies .*Instance i-"):
        cloud.delete(network.SUBNET, subnets[0], CONFIG)
    delete(made)
    assert not cloud.ledger.of(instances.INSTANCE)
    assert not server.nodes


@pytest.mark.parametrize(
    ("machine", "launch", "inputs", "refusal"),
    [
        ("p5.48xlarge", {}, {"amiType": "AL2023_ARM_64_STANDARD"}, r"\[p5.48xlarge\] is not a valid instance type for requested"),
        ("m7i.4xlarge", {}, {"amiType": "AL2023_x86_64_NVIDIA"}, "is not a valid instance type for requested amiType"),
        ("m7i.4xlarge", {}, {"instanceTypes": ["m7i.large"]}, "in both the launch template and the API request"),
        ("p5.48xlarge", {}, {"capacityType": "CAPACITY_BLOCK"}, "a capacity block needs CAPACITY_BLOCK and capacity-block"),
        (
            "p5.48xlarge",
            {"capacityReservationSpecification": {"capacityReservationTarget": {"capacityReservationId": "cr-1"}}},
            {"capacityType": "SPOT"},
            "Spot instances are not launched into a capacity reservation",
        ),
        ("m7i.4xlarge", {}, {"version": "1.36"}, "Requested Nodegroup version 1.36 is newer than the cluster's, 1.35"),
        ("m7i.4xlarge", {}, {"clusterName": "other"}, "No cluster found for name: other"),
        ("g6.2xlarge", {"networkInterfaces": [{"interfaceType": "efa"}]}, {}, "has 0 EFA interfaces, the launch template 1"),
    ],
)
def test_a_group_that_eks_would_not_make(node_group: Make, machine: str, launch: Any, inputs: dict[str, Any], refusal: str):
    with pytest.raises(RefusedError, match=refusal):
        node_group("x", machine, launch, **inputs)


@pytest.mark.parametrize(
    ("inputs", "path"),
    [
        ({"labels": {"kubernetes.io/role": "x"}}, 'labels["kubernetes.io/role"]'),
        ({"scalingConfig": {"minSize": 3, "desiredSize": 1, "maxSize": 4}}, "scalingConfig"),
        ({"diskSize": 100}, "diskSize"),
        ({"amiType": "AL2_x86_64"}, "amiType"),
        ({"taints": [GPU_TAINT] * 51}, "taints"),
    ],
)
def test_mistakes_that_a_preview_finds(check: Check, inputs: dict[str, Any], path: str):
    standard = {
        "clusterName": "prod",
        "nodeGroupName": "x",
        "nodeRoleArn": "arn",
        "subnetIds": ["subnet-1"],
        "launchTemplate": {"id": "lt-1", "version": "1"},
    }
    assert not check(NODE_GROUP, **standard)
    assert path in {mistake.path for mistake in check(NODE_GROUP, **{**standard, **inputs})}


def test_a_role_that_machines_may_not_take_on_is_refused(make: Make, node_group: Make):
    other = make(iam.ROLE, "other", assumeRolePolicy=trust("eks.amazonaws.com"))
    with pytest.raises(RefusedError, match=r"required service principals \[ec2\.amazonaws\.com\] were not found"):
        node_group("x", nodeRoleArn=other.get("arn"))


def _without_a_route(cloud: Cloud) -> None:
    for route in cloud.ledger.of(routes.ROUTE):
        cloud.ledger.remove(route)


def _without_a_policy(cloud: Cloud) -> None:
    for attachment in cloud.ledger.of(iam.ATTACHMENT):
        if attachment.get("policyArn").endswith("AmazonEKSWorkerNodePolicy"):
            cloud.ledger.remove(attachment)


def _without_its_network(cloud: Cloud) -> None:
    for addon in cloud.ledger.of(addons.ADDON):
        cloud.ledger.remove(addon)


@pytest.mark.parametrize(
    ("lacking", "reason"),
    [
        (_without_a_route, r"Instances failed to join the kubernetes cluster .*no route to the internet"),
        (_without_a_policy, r"Instances failed to join the kubernetes cluster .*lacks AmazonEKSWorkerNodePolicy"),
        (_without_its_network, r"Unhealthy nodes in the kubernetes cluster \(without kube-proxy, vpc-cni\)"),
    ],
)
def test_nodes_that_never_join(
    cloud: Cloud, server: Told, nodes_role: Entry, node_group: Make, lacking: Callable[[Cloud], None], reason: str
):
    assert nodes_role
    lacking(cloud)
    with pytest.raises(TimedOutError, match=f"unexpected state 'CREATE_FAILED': NodeCreationFailure: {reason}") as late:
        node_group("general")
    assert not server.nodes
    there = cloud.read(NODE_GROUP, late.value.entry.id)
    assert there
    assert "NodeCreationFailure" in there.unfinished


def test_a_zone_without_machines_gives_none_until_it_has_some(groups: Groups, server: Told, node_group: Make, change: Make):
    groups.sell_out(SoldOut("p5.48xlarge", capacity="spot"))
    spot = {"amiType": "AL2023_x86_64_NVIDIA", "capacityType": "SPOT"}
    with pytest.raises(TimedOutError, match=r"InsufficientInstanceCapacity .*sufficient p5\.48xlarge capacity") as late:
        node_group("spot", "p5.48xlarge", **spot)
    assert node_group("on-demand", "p5.48xlarge", **{**spot, "capacityType": "ON_DEMAND"})
    groups.sell_out()
    change(late.value.entry)
    assert len(server.nodes) == 2


@pytest.mark.parametrize(("how", "words"), [("quota", "VcpuLimitExceeded"), ("capacity", "InsufficientInstanceCapacity")])
def test_a_fault_is_told_in_the_words_of_aws(cloud: Cloud, node_group: Make, how: Any, words: str):
    cloud.faults.add(Fault(f"{NODE_GROUP}::general", how, 1))
    with pytest.raises(RefusedError, match=words):
        node_group("general")


def test_a_size_that_the_autoscaler_moved_is_kept(groups: Groups, server: Told, node_group: Make, change: Make):
    made = node_group("general", scalingConfig={"minSize": 1, "desiredSize": 1, "maxSize": 4})
    (group,) = groups.all().values()
    assert (group.min, group.max) == (1, 4)
    change(made, scalingConfig={"minSize": 1, "desiredSize": 1, "maxSize": 6})
    (group,) = groups.all().values()
    assert (group.min, group.max) == (1, 6)
    assert len(server.all_nodes) == 1


def test_a_group_of_fixed_size_is_not_scaled(groups: Groups, node_group: Make):
    node_group("general")
    assert not groups.all()


def _tag(make: Make, node_group: Entry, key: str, value: str) -> Entry:
    tag = {"key": f"{NODE_TEMPLATE}/{key}", "value": value, "propagateAtLaunch": False}
    return make(scaling.TAG, key, autoscalingGroupName=scaling.autoscaling_group(node_group), tag=tag)


def test_an_empty_group_is_scaled_only_when_tags_say_what_its_nodes_will_be(
    groups: Groups, make: Make, node_group: Make, delete: Delete
):
    made = node_group(
        "l4", "g6.2xlarge", amiType="AL2023_x86_64_NVIDIA", scalingConfig=SMALL, labels={"pool": "l4"}, taints=[GPU_TAINT]
    )
    assert not groups.all()
    _tag(make, made, "label/pool", "l4")
    wrong = _tag(make, made, "taint/nvidia.com/gpu", "present:NO_SCHEDULE")  # EKS's word, where Kubernetes' is wanted
    assert not groups.all()
    delete(wrong)
    right = _tag(make, made, "taint/nvidia.com/gpu", "present:NoSchedule")
    (group,) = groups.all().values()
    assert group.template.taints == ({"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"},)
    delete(right)  # no reason to take nodes away
    assert groups.all()
    delete(made)
    assert not groups.all()


def test_devices_other_than_nvidias_need_a_tag_too(groups: Groups, make: Make, node_group: Make):
    made = node_group("trn", "trn1.32xlarge", amiType="AL2023_x86_64_NEURON", scalingConfig=SMALL)
    assert not groups.all()
    _tag(make, made, "resources/aws.amazon.com/neuron", "16")
    assert groups.all()


def test_an_autoscaler_that_may_ask_eks_needs_no_tags_for_labels(groups: Groups, make: Make, role: Make, node_group: Make):
    rights = {"Effect": "Allow", "Action": "eks:DescribeNodegroup", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [rights]})
    make(iam.ROLE_POLICY, "ca", role=role("ca", "pods.eks.amazonaws.com").get("name"), policy=policy)
    node_group("l4", "g6.2xlarge", amiType="AL2023_x86_64_NVIDIA", scalingConfig=SMALL, labels={"pool": "l4"})
    assert groups.all()


def test_a_tag_is_for_a_group_that_is_there(make: Make):
    with pytest.raises(RefusedError, match="AutoScalingGroup name not found"):
        make(scaling.TAG, "x", autoscalingGroupName="eks-x", tag={"key": "a", "value": "b", "propagateAtLaunch": False})


def test_a_name_that_was_begun_is_completed_and_stays(node_group: Make, change: Make):
    made = node_group("x", nodeGroupName=None, nodeGroupNamePrefix="l4-")
    name = made.get("nodeGroupName")
    assert name.startswith("l4-")
    assert len(name) == len("l4-") + 26
    assert change(made).get("nodeGroupName") == name
