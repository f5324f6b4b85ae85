"""Karpenter on EKS."""

import json
from collections.abc import Mapping
from typing import Any

from config.versions import KARPENTER, KARPENTER_CRDS
from tests.unit.plan import Plan, Planned


def _specs(plan: Plan, kind: str) -> dict[str, Mapping[str, Any]]:
    return {each.metadata["name"]: each.spec for each in plan.of(kind)}


def _release(plan: Plan, name: str) -> Planned:
    (release,) = (release for release in plan.of("Release") if release.inputs["name"] == name)
    return release


def _required(pool: Mapping[str, Any]) -> dict[str, list[str]]:
    return {each["key"]: each["values"] for each in pool["template"]["spec"]["requirements"]}


def test_each_rung_is_a_pool_and_the_first_one_weighs_most(karpenter: Plan):
    pools = _specs(karpenter, "NodePool")
    weights = {name: pool["weight"] for name, pool in pools.items() if name.startswith("l4")}
    assert weights == {"l4-spot": 100, "l4-on-demand": 90}
    assert {name: _required(pool)["karpenter.sh/capacity-type"] for name, pool in pools.items() if name.startswith("l4")} == {
        "l4-spot": ["spot"],
        "l4-on-demand": ["on-demand"],
    }


def test_a_pools_machine_and_zones_are_required(karpenter: Plan):
    required = _required(_specs(karpenter, "NodePool")["h100-spot-b"])
    assert required["node.kubernetes.io/instance-type"] == ["p5.48xlarge"]
    assert required["topology.kubernetes.io/zone"] == ["us-east-2b"]


def test_its_nodes_are_those_that_pods_look_for(karpenter: Plan):
    template = _specs(karpenter, "NodePool")["l4-spot"]["template"]
    assert template["metadata"]["labels"]["ml-platform.dev/accelerator"] == "l4"
    assert template["metadata"]["labels"]["ml-platform.dev/capacity"] == "spot"
    assert template["spec"]["taints"] == [{"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}]


def test_a_gpu_node_with_work_stays_whatever_it_costs(karpenter: Plan):
    pools = _specs(karpenter, "NodePool")
    assert pools["l4-spot"]["disruption"]["consolidationPolicy"] == "WhenEmpty"
    assert pools["l4-spot"]["template"]["spec"]["expireAfter"] == "Never"
    assert pools["general-on-demand"]["disruption"]["consolidationPolicy"] == "WhenEmptyOrUnderutilized"


def test_a_pools_smallest_size_is_a_group_of_that_size_and_karpenter_makes_the_rest(karpenter: Plan):
    (group,) = karpenter.of("NodeGroup")
    assert group.inputs["scalingConfig"] == {"minSize": 2, "maxSize": 2, "desiredSize": 2}
    assert _specs(karpenter, "NodePool")["general-on-demand"]["limits"]["nodes"] == "8"
    assert _release(karpenter, "karpenter").inputs["values"]["replicas"] == 2
    assert not karpenter.of("Tag")


def test_a_machine_is_as_hard_to_misuse_as_one_of_a_group(karpenter: Plan):
    classes = _specs(karpenter, "EC2NodeClass")
    for each in classes.values():
        assert each["metadataOptions"] == {"httpEndpoint": "enabled", "httpTokens": "required", "httpPutResponseHopLimit": 1}
        assert all(disk["ebs"]["encrypted"] for disk in each["blockDeviceMappings"])
        assert all("@v" in term["alias"] for term in each["amiSelectorTerms"])
    assert len(classes["h100-spot-a"]["networkInterfaces"]) == 33
    assert "placementGroupSelector" in classes["h100-spot-a"]
    assert "networkInterfaces" not in classes["l4-spot"]


def test_nodes_are_gone_before_karpenter_is_and_karpenter_before_its_rights(karpenter: Plan):
    release = _release(karpenter, "karpenter")
    for pool in karpenter.of("NodePool"):
        assert pool.metadata["annotations"]["pulumi.com/deletionPropagationPolicy"] == "foreground"
        outliving = karpenter.outliving(pool)
        assert {release.urn, _release(karpenter, "karpenter-crd").urn} <= outliving
        assert {each.urn for each in karpenter.of("EC2NodeClass") if each.metadata["name"] == pool.metadata["name"]} <= outliving
        assert {each.urn for each in karpenter.of("AccessEntry") if each.inputs["type"] == "EC2_LINUX"} <= outliving
    outliving = karpenter.outliving(release)
    for kind in ("PodIdentityAssociation", "Queue", "QueuePolicy", "NodeGroup", "NatGateway"):
        assert {each.urn for each in karpenter.of(kind)} <= outliving, kind


def test_workloads_go_before_the_nodes_that_they_are_on(karpenter: Plan):
    pools = {pool.urn for pool in karpenter.of("NodePool")}
    (job,) = karpenter.of("Job")
    assert pools <= karpenter.outliving(job)
    assert pools <= karpenter.outliving(karpenter.one("Deployment", "chat"))


def test_it_hears_of_interruptions_from_aws_alone(karpenter: Plan):
    (policy,) = karpenter.of("QueuePolicy")
    (statement,) = json.loads(policy.inputs["policy"])["Statement"]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert len(statement["Condition"]["ArnEquals"]["aws:SourceArn"]) == len(karpenter.of("EventTarget")) == 5
    (queue,) = karpenter.of("Queue")
    assert queue.inputs["sqsManagedSseEnabled"]


def test_it_makes_and_ends_machines_of_this_cluster_alone(karpenter: Plan):
    (policy,) = (policy for policy in karpenter.of("RolePolicy") if "karpenter-controller" in policy.name)
    statements = json.loads(policy.inputs["policy"])["Statement"]
    mark = "kubernetes.io/cluster/ml-platform-stack"
    (end,) = (statement for statement in statements if "ec2:TerminateInstances" in statement["Action"])
    assert end["Condition"]["StringEquals"] == {f"aws:ResourceTag/{mark}": "owned"}
    (make,) = (statement for statement in statements if "ec2:CreateLaunchTemplate" in statement["Action"])
    assert make["Condition"]["StringEquals"] == {f"aws:RequestTag/{mark}": "owned"}
    assert "iam:CreateInstanceProfile" not in policy.inputs["policy"]


def test_its_api_follows_its_version(karpenter: Plan):
    assert KARPENTER.version == KARPENTER_CRDS.version
    assert _release(karpenter, "karpenter").inputs["skipCrds"]
