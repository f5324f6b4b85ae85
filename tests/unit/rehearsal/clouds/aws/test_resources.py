"""Roles, keys, logs, queues and files: mistakes that a preview finds, and what AWS refuses."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from rehearsal.clouds.aws import files, iam, keys, lookups, queues
from rehearsal.clouds.aws.account import ACCOUNT, CALLER
from rehearsal.clouds.aws.logs import GROUP
from rehearsal.clouds.cloud import Cloud
from rehearsal.clouds.kind import RefusedError
from rehearsal.clouds.ledger import Entry
from rehearsal.plugins.values import UNKNOWN
from tests.unit.rehearsal.clouds.aws.conftest import CONFIG, Check, Make, trust

Delete = Callable[[Entry], None]


def document(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


ANYONE = {"Principal": {"AWS": "*"}, "Action": "sqs:SendMessage", "Resource": "*"}


@pytest.mark.parametrize(
    ("resource", "inputs", "reason"),
    [
        (iam.ROLE, {"assumeRolePolicy": "{"}, "MalformedPolicyDocument: this policy contains invalid Json"),
        (iam.ROLE, {"assumeRolePolicy": document(Action="sts:AssumeRole")}, "a statement has no Principal"),
        (iam.ROLE, {"assumeRolePolicy": document(**ANYONE)}, "a statement has a Resource, which has no place"),
        (iam.ROLE_POLICY, {"role": "r", "policy": document(Action="s3:*")}, "a statement has no Resource"),
        (iam.ROLE_POLICY, {"role": "r", "policy": document(Action="ec2 describe", Resource="*")}, "is no action"),
        (keys.KEY, {"deletionWindowInDays": 3}, "is 3; AWS takes 7 to 30"),
        (keys.KEY, {"keyUsage": "FUN"}, "AWS takes one of"),
        (keys.KEY, {"policy": document(**ANYONE)}, "will not allow you to update the key policy"),
        (keys.ALIAS, {"name": "key", "targetKeyId": "k"}, "it must begin with 'alias/'"),
        (GROUP, {"retentionInDays": 42}, "is 42; AWS takes one of 0, 1, 3"),
        (GROUP, {"name": "a group"}, "does not match"),
        (queues.QUEUE, {"messageRetentionSeconds": 5}, "is 5; AWS takes 60 to 1209600"),
        (queues.RULE, {}, "a rule needs one of them"),
        (queues.RULE, {"eventPattern": "{"}, "Event pattern is not valid"),
        (queues.QUEUE_POLICY, {"queueUrl": "u", "policy": "{"}, "invalid Json"),
        (files.FILE_SYSTEM, {"throughputMode": "fast"}, "AWS takes one of bursting, provisioned, elastic"),
        (files.LUSTRE, {"subnetIds": "s", "deploymentType": "FAST"}, "AWS takes one of"),
    ],
)
def test_mistakes_that_a_preview_finds(check: Check, resource: str, inputs: dict[str, Any], reason: str):
    assert any(reason in mistake.reason for mistake in check(resource, **inputs))


def test_what_is_not_known_yet_is_no_mistake(check: Check):
    assert not check(iam.ROLE, assumeRolePolicy=UNKNOWN)
    assert not check(keys.KEY, policy=UNKNOWN)
    assert not check(queues.QUEUE, name=UNKNOWN, messageRetentionSeconds=UNKNOWN)


def test_a_policy_that_is_not_there_is_not_attached(role: Make):
    with pytest.raises(RefusedError, match=r"NoSuchEntity: Policy .*/AmazonEKSClusterPolicies does not exist"):
        role("x", "eks.amazonaws.com", "AmazonEKSClusterPolicies")


def test_a_role_with_policies_is_not_deleted(cloud: Cloud, role: Make, delete: Delete):
    made = role("x", "eks.amazonaws.com", "AmazonEKSClusterPolicy")
    with pytest.raises(RefusedError, match="DeleteConflict: Cannot delete entity x-"):
        delete(made)
    delete(cloud.ledger.of(iam.ATTACHMENT)[0])
    delete(made)


def test_a_role_in_an_instance_profile_is_not_deleted(make: Make, role: Make, delete: Delete):
    made = role("x", "ec2.amazonaws.com")
    make(iam.PROFILE, "x", role=made.get("name"))
    with pytest.raises(RefusedError, match="InstanceProfile x-"):
        delete(made)


def test_a_name_is_given_once(make: Make):
    make(iam.ROLE, "a", name="nodes", assumeRolePolicy=trust("ec2.amazonaws.com"))
    with pytest.raises(RefusedError, match=r"EntityAlreadyExists: Role with name nodes already exists\."):
        make(iam.ROLE, "b", name="nodes", assumeRolePolicy=trust("ec2.amazonaws.com"))


def test_logs_are_encrypted_with_a_key_that_lets_them(make: Make):
    administered = {"Effect": "Allow", "Principal": {"AWS": "arn"}, "Action": "kms:*", "Resource": "*"}
    key = make(keys.KEY, "key", policy=json.dumps({"Statement": [administered]}))
    with pytest.raises(RefusedError, match=r"AccessDeniedException.*its policy does not name logs\.eu-north-1\.amazonaws\.com"):
        make(GROUP, "logs", name="/aws/eks/prod/cluster", kmsKeyId=key.get("arn"))
    logging = {**administered, "Principal": {"Service": "logs.eu-north-1.amazonaws.com"}, "Action": "kms:Encrypt"}
    other = make(keys.KEY, "other", policy=json.dumps({"Statement": [administered, logging]}))
    assert make(GROUP, "logs", name="/aws/eks/prod/cluster", kmsKeyId=other.get("arn"))


def test_a_rule_with_targets_is_not_deleted(make: Make, delete: Delete):
    queue, rule = make(queues.QUEUE, "q"), make(queues.RULE, "spot", eventPattern="{}")
    target = make(queues.TARGET, "spot", rule=rule.get("name"), arn=queue.get("arn"))
    with pytest.raises(RefusedError, match="can't be deleted since it has targets"):
        delete(rule)
    delete(target)
    delete(rule)


def test_one_mount_target_a_zone(make: Make, subnets: list[str]):
    system = make(files.FILE_SYSTEM, "files")
    make(files.MOUNT_TARGET, "a", fileSystemId=system.id, subnetId=subnets[0])
    with pytest.raises(RefusedError, match="MountTargetConflict: mount target already exists in this AZ"):
        make(files.MOUNT_TARGET, "b", fileSystemId=system.id, subnetId=subnets[0])
    assert make(files.MOUNT_TARGET, "c", fileSystemId=system.id, subnetId=subnets[1])


def test_who_calls_and_the_role_behind(cloud: Cloud):
    caller = cloud.invoke("aws:index/getCallerIdentity:getCallerIdentity", {}, CONFIG)
    assert caller["accountId"] == ACCOUNT
    context = cloud.invoke("aws:iam/getSessionContext:getSessionContext", {"arn": caller["arn"]}, CONFIG)
    assert context["issuerArn"] == CALLER


def test_zones_are_those_of_the_region(cloud: Cloud):
    zones = cloud.invoke("aws:index/getAvailabilityZones:getAvailabilityZones", {}, CONFIG)
    assert zones["names"] == ["eu-north-1a", "eu-north-1b", "eu-north-1c"]


def test_subnets_are_found_by_their_network(cloud: Cloud, vpc: Entry, subnets: list[str]):
    found = cloud.invoke("aws:ec2/getSubnets:getSubnets", {"filters": [{"name": "vpc-id", "values": [vpc.id]}]}, CONFIG)
    assert {*found["ids"]} > {*subnets}


@pytest.mark.parametrize(
    ("zone", "id_"),
    [("us-east-1a", "use1-az1"), ("ap-southeast-2b", "apse2-az2"), ("eu-north-1c", "eun1-az3"), ("ca-central-1a", "cac1-az1")],
)
def test_zone_ids_are_written_as_aws_does(zone: str, id_: str):
    assert lookups.zone_id(zone) == id_
