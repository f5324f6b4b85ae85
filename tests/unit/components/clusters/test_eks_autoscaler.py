"""The Cluster Autoscaler on EKS."""

import json
from collections.abc import Callable

import yaml

from tests.unit.components.clusters.conftest import Change
from tests.unit.components.pod_security import offences
from tests.unit.plan import Plan, Planned

With = Callable[[Change], Plan]


def _deployment(plan: Plan) -> Planned:
    return plan.one("Deployment", "cluster-autoscaler")


def test_it_is_of_the_clusters_own_minor(prod_with: With):
    for minor in ("1.34", "1.36"):
        plan = prod_with(lambda values, minor=minor: values["ml-platform:cluster"].update(version=minor))
        (container,) = _deployment(plan).pod["containers"]
        assert container["image"].rpartition(":v")[2].startswith(f"{minor}.")


def test_it_finds_this_clusters_groups_and_no_others(prod: Plan):
    (container,) = _deployment(prod).pod["containers"]
    assert container["command"][-1] == (
        "--node-group-auto-discovery=asg:tag=k8s.io/cluster-autoscaler/enabled,k8s.io/cluster-autoscaler/ml-platform-stack"
    )
    owned = {tag.inputs["autoscalingGroupName"] for tag in prod.of("Tag") if tag.inputs["tag"]["value"] == "owned"}
    assert owned == {f"eks-{group.name}" for group in prod.of("NodeGroup")}


def test_it_knows_what_a_group_without_nodes_would_have(prod: Plan):
    prefix = "k8s.io/cluster-autoscaler/"
    tags = {
        tag.inputs["tag"]["key"].removeprefix(prefix): tag.inputs["tag"]["value"]
        for tag in prod.of("Tag")
        if tag.inputs["autoscalingGroupName"] == "eks-cluster-h100-spot-a-group"
    }
    assert tags == {
        "enabled": "true",
        "ml-platform-stack": "owned",
        "node-template/label/ml-platform.dev/pool": "h100",
        "node-template/label/ml-platform.dev/accelerator": "h100",
        "node-template/label/ml-platform.dev/capacity": "spot",
        "node-template/label/nvidia.com/gpu.present": "true",
        "node-template/label/nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3",
        "node-template/label/k8s.amazonaws.com/accelerator": "h100",
        "node-template/taint/nvidia.com/gpu": "present:NoSchedule",
        "node-template/resources/nvidia.com/gpu": "8",
        "node-template/resources/vpc.amazonaws.com/efa": "32",
    }


def test_it_climbs_the_ladder_in_its_order(prod: Plan):
    ladder = prod.one("ConfigMap", "cluster-autoscaler-priority-expander")
    priorities = yaml.safe_load(ladder.inputs["data"]["priorities"])
    assert sorted(priorities) == [90, 100]
    assert sorted(priorities[90]) == [rf"^eks\-cluster\-h100\-spot\-{zone}\-group$" for zone in "abc"]
    assert len(priorities[100]) == 5
    (container,) = _deployment(prod).pod["containers"]
    assert "--expander=priority,least-waste" in container["command"]


def test_it_changes_the_size_of_this_clusters_groups_alone(prod: Plan):
    (policy,) = (policy for policy in prod.of("RolePolicy") if "autoscaler" in policy.name)
    (change, *read) = json.loads(policy.inputs["policy"])["Statement"]
    assert change["Condition"] == {"StringEquals": {"aws:ResourceTag/k8s.io/cluster-autoscaler/ml-platform-stack": "owned"}}
    assert all(
        action.split(":")[1].startswith(("Describe", "Get"))
        for statement in read
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    )


def test_it_may_do_little_on_its_node_and_in_the_cluster(prod: Plan):
    assert offences(_deployment(prod).pod) == []
    rules = [rule for kind in ("ClusterRole", "Role") for rule in prod.one(kind, "cluster-autoscaler").inputs["rules"]]
    assert not any("*" in rule["verbs"] or "*" in rule["resources"] or "secrets" in rule["resources"] for rule in rules)


def test_its_rights_are_there_before_it_and_gone_after_it(prod: Plan):
    outliving = prod.outliving(_deployment(prod))
    for kind in ("PodIdentityAssociation", "ClusterRoleBinding"):
        assert {each.urn for each in prod.of(kind) if "autoscaler" in each.name} <= outliving
    assert {each.urn for each in prod.of("RolePolicy") if "autoscaler" in each.name} <= outliving
