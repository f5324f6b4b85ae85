"""What AWS's own models say of requests: found in a preview, in the words of the program."""

from typing import Any

import pytest

from rehearsal.clouds.aws.models import Operation
from rehearsal.plugins.values import UNKNOWN

NODE_GROUP = Operation(
    "eks", "CreateNodegroup", {"nodeGroupName": "nodegroupName", "nodeRoleArn": "nodeRole", "subnetIds": "subnets"}
)
TEMPLATE = Operation(
    "ec2",
    "CreateLaunchTemplate",
    {
        "name": "LaunchTemplateName",
        "instanceType": "LaunchTemplateData.InstanceType",
        "networkInterfaces": "LaunchTemplateData.NetworkInterfaces",
        "networkInterfaces.*.securityGroups": "Groups",
    },
)
WHOLE = {"clusterName": "prod", "nodeGroupName": "l4", "nodeRoleArn": "arn", "subnetIds": ["subnet-1"]}


@pytest.mark.parametrize(
    ("inputs", "path", "reason"),
    [
        ({"capacityType": "SPOTTY"}, "capacityType", "is 'SPOTTY'; AWS takes one of ON_DEMAND, SPOT, CAPACITY_BLOCK"),
        ({"taints": [{"key": "a", "effect": "NoSchedule"}]}, "taints[0].effect", "NO_SCHEDULE"),
        ({"scalingConfig": {"maxSize": 0}}, "scalingConfig.maxSize", "is 0; AWS takes at least 1"),
        ({"labels": {"a" * 64: "b"}}, "labels.", "has 64 characters; AWS takes between 1 and 63"),
        ({"color": "red"}, "color", "is nothing that eks's CreateNodegroup knows"),
        ({"nodeRoleArn": None}, "nodeRoleArn", "is missing, and required"),
        ({"scalingConfig": 3}, "scalingConfig", "it must have minSize, maxSize, desiredSize"),
    ],
)
def test_a_mistake_is_told_where_the_program_made_it(inputs: dict[str, Any], path: str, reason: str):
    (mistake,) = NODE_GROUP({**WHOLE, **inputs})
    assert mistake.path.startswith(path)
    assert reason in mistake.reason


def test_what_is_right_or_not_known_yet_passes():
    assert not list(NODE_GROUP(WHOLE))
    assert not list(NODE_GROUP(dict.fromkeys(WHOLE, UNKNOWN) | {"taints": [{"key": UNKNOWN, "effect": UNKNOWN}]}))


def test_of_many_choices_those_are_told_that_may_have_been_meant():
    (mistake,) = TEMPLATE({"name": "x", "instanceType": "p5.48xlrge"})
    assert "p5.48xlarge" in mistake.reason
    assert len(mistake.reason) < 200


def test_names_may_differ_below_a_list():
    cards = [{"networkCardIndex": 0, "securityGroups": ["sg-1"], "interfaceType": "efa-only"}]
    assert not list(TEMPLATE({"name": "x", "networkInterfaces": cards}))


def test_what_pulumi_flattens_is_a_list_of_one():
    cluster = Operation("eks", "CreateCluster", {"vpcConfig": "resourcesVpcConfig"})
    inputs = {
        "name": "x",
        "roleArn": "y",
        "vpcConfig": {},
        "encryptionConfig": {"provider": {"keyArn": "k"}, "resources": ["secrets"]},
    }
    assert not list(cluster(inputs))


def test_a_pattern_that_python_can_not_read_is_not_checked():
    assert not list(Operation("iam", "CreateRole", {"name": "RoleName"})({"name": "x", "assumeRolePolicyDocument": "{}"}))
    (mistake,) = Operation("iam", "CreateRole", {"name": "RoleName"})({"name": "a b", "assumeRolePolicyDocument": "{}"})
    assert "does not match" in mistake.reason
