"""EKS clusters: what AWS makes of them, what it refuses, and what stays behind."""

from collections.abc import Callable
from typing import Any

import pytest

from rehearsal.clouds.aws import access, addons, clusters, iam
from rehearsal.clouds.aws.account import CLUSTER
from rehearsal.clouds.aws.launch_templates import TEMPLATE
from rehearsal.clouds.aws.security_groups import GROUP, RULES
from rehearsal.clouds.cloud import Cloud, ThrottledError, TimedOutError
from rehearsal.clouds.faults import Fault, How
from rehearsal.clouds.kind import RefusedError
from rehearsal.clouds.ledger import Entry
from tests.unit.rehearsal.clouds.aws.conftest import Check, Make, trust
from tests.unit.rehearsal.clouds.told import Told

Delete = Callable[[Entry], None]


def test_a_cluster_is_answered_for_by_the_rehearsal(cluster: Make, vpc: Entry, cloud: Cloud):
    made = cluster()
    assert made.get("endpoint") == Told.url
    assert made.get("certificateAuthority") == {"data": Told.authority}
    group = made.get("vpcConfig")["clusterSecurityGroupId"]
    assert cloud.read(GROUP, group)
    assert made.get("vpcConfig")["vpcId"] == vpc.id


@pytest.mark.parametrize(
    ("inputs", "refusal"),
    [
        ({"version": "1.20"}, "unsupported Kubernetes version 1.20"),
        ({"kubernetesNetworkConfig": {"serviceIpv4Cidr": "8.8.0.0/16"}}, "is not within 10.0.0.0/8"),
        ({"enabledClusterLogTypes": ["everything"]}, "AWS takes one of api, audit"),
        ({"accessConfig": {"authenticationMode": "TRUST"}}, "AWS takes one of API"),
        ({"name": "a cluster"}, "does not match"),
    ],
)
def test_mistakes_that_a_preview_finds(check: Check, inputs: dict[str, Any], refusal: str):
    standard = {"name": "prod", "roleArn": "arn", "vpcConfig": {"subnetIds": ["subnet-1", "subnet-2"]}}
    assert any(refusal in mistake.reason for mistake in check(CLUSTER, **{**standard, **inputs}))


def test_a_cluster_spans_two_zones(cluster: Make, subnets: list[str]):
    with pytest.raises(RefusedError, match="Subnets specified must be in at least two different AZs"):
        cluster(vpcConfig={"subnetIds": subnets[:1]})


def test_addresses_of_services_are_no_others(cluster: Make):
    with pytest.raises(RefusedError, match=r"The service CIDR 10\.0\.128\.0/20 overlaps with that of the VPC, 10\.0\.0\.0/16"):
        cluster(kubernetesNetworkConfig={"serviceIpv4Cidr": "10.0.128.0/20"})


def test_a_role_that_eks_may_not_take_on_is_refused(cluster: Make, make: Make):
    other = make(iam.ROLE, "other", assumeRolePolicy=trust("ec2.amazonaws.com"))
    with pytest.raises(RefusedError, match=r"required service principals \[eks\.amazonaws\.com\] were not found"):
        cluster(roleArn=other.get("arn"))


@pytest.mark.parametrize(
    ("version", "refusal"),
    [("1.34", "can't be decremented from 1.35 to 1.34"), ("1.37", "minor version update from 1.35 to 1.37")],
)
def test_a_cluster_is_upgraded_by_one_minor(running: Entry, change: Make, version: str, refusal: str):
    with pytest.raises(RefusedError, match=refusal):
        change(running, version=version)
    assert change(running, version="1.36").get("version") == "1.36"


def test_a_protected_cluster_is_not_deleted(cluster: Make, change: Make, delete: Delete):
    made = cluster(deletionProtection=True)
    with pytest.raises(RefusedError, match="Cluster prod has deletion protection enabled"):
        delete(made)
    delete(change(made, deletionProtection=False))


def test_a_cluster_with_node_groups_is_not_deleted(node_group: Make, running: Entry, delete: Delete):
    made = node_group("general")
    with pytest.raises(RefusedError, match="ResourceInUseException: Cluster prod has nodegroups attached"):
        delete(running)
    delete(made)
    delete(running)


def test_a_cluster_takes_along_what_eks_made_for_it(cloud: Cloud, cluster: Make, delete: Delete):
    delete(cluster())
    assert not cloud.ledger.of(clusters.INTERFACE)
    assert not cloud.ledger.of(GROUP)


def test_interfaces_stay_behind_when_the_role_lost_its_policy_first(cloud: Cloud, cluster: Make, delete: Delete):
    made = cluster()
    for attachment in cloud.ledger.of(iam.ATTACHMENT):
        delete(attachment)
    delete(made)
    assert len(cloud.ledger.of(clusters.INTERFACE)) == 2


def test_a_security_group_that_rules_name_stays_behind(
    cloud: Cloud, cluster: Make, make: Make, vpc: Entry, delete: Delete, security_group: Callable[[Entry], str]
):
    made = cluster()
    other = make(GROUP, "files", vpcId=vpc.id)
    from_nodes = {"referencedSecurityGroupId": security_group(made), "ipProtocol": "-1"}
    make(RULES[0], "nodes", securityGroupId=other.id, **from_nodes)
    delete(made)
    assert cloud.read(GROUP, security_group(made))


def test_who_has_an_entry_with_a_policy_gets_in_and_no_longer(server: Told, way_in: Callable[[str], Entry], delete: Delete):
    policy = way_in("arn:aws:iam::123456789012:role/deployer")
    assert list(server.granted.values()) == [("User", "arn:aws:iam::123456789012:role/deployer", "cluster-admin")]
    delete(policy)
    assert not server.granted


def test_a_policy_needs_an_entry(make: Make, running: Entry):
    with pytest.raises(RefusedError, match="The specified principalArn could not be found"):
        make(
            access.POLICY,
            "policy",
            clusterName=running.id,
            principalArn="arn:aws:iam::123456789012:role/x",
            policyArn="arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
            accessScope={"type": "cluster"},
        )


def test_entries_are_for_clusters_that_go_by_them(make: Make, cluster: Make):
    cluster(accessConfig={"authenticationMode": "CONFIG_MAP"})
    with pytest.raises(RefusedError, match="authentication mode must be set to one of"):
        make(access.ENTRY, "entry", clusterName="prod", principalArn="arn:aws:iam::123456789012:role/x")


def test_pods_take_on_roles_that_trust_them(make: Make, running: Entry, role: Make):
    who = {"clusterName": running.id, "namespace": "kube-system", "serviceAccount": "karpenter"}
    with pytest.raises(RefusedError, match=r"\[pods\.eks\.amazonaws\.com\] were not found"):
        make(access.POD_IDENTITY, "x", **who, roleArn=role("wrong", "ec2.amazonaws.com").get("arn"))
    right = role("right", "pods.eks.amazonaws.com").get("arn")
    make(access.POD_IDENTITY, "x", **who, roleArn=right)
    with pytest.raises(RefusedError, match="Association already exists"):
        make(access.POD_IDENTITY, "y", **who, roleArn=right)


def test_an_add_on_fits_its_cluster(make: Make, cluster: Make, check: Check):
    cluster()
    with pytest.raises(RefusedError, match=r"Addon version specified is not supported in 1\.35 kubernetes version"):
        make(addons.ADDON, "x", clusterName="prod", addonName="kube-proxy", addonVersion="v1.36.0-eksbuild.1")
    standard = {"clusterName": "prod", "addonName": "coredns"}
    for wrong in ({"addonName": "corends"}, {"addonVersion": "1.14"}, {"configurationValues": "{"}):
        assert check(addons.ADDON, **{**standard, **wrong})


def test_an_add_on_of_pods_waits_for_a_node(cloud: Cloud, make: Make, node_group: Make, change: Make):
    coredns = {"clusterName": "prod", "addonName": "coredns"}
    with pytest.raises(TimedOutError, match=r"last state: 'DEGRADED'.*InsufficientNumberOfReplicas") as late:
        make(addons.ADDON, "coredns", **coredns)
    waiting = cloud.read(addons.ADDON, "prod:coredns")
    assert waiting
    assert "DEGRADED" in waiting.unfinished
    node_group("general")
    assert not change(late.value.entry).unfinished


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("capacity", "UnsupportedAvailabilityZoneException"),
        ("quota", "ResourceLimitExceededException: Cluster limit exceeded"),
        ("timeout", r"waiting for EKS Cluster \(prod\) create: timeout while waiting for state to become 'ACTIVE'"),
    ],
)
def test_a_fault_is_told_in_the_words_of_aws(cloud: Cloud, cluster: Make, how: How, words: str):
    cloud.faults.add(Fault(f"{CLUSTER}::*", how, 1))
    with pytest.raises((RefusedError, TimedOutError), match=words):
        cluster()


def test_ec2_has_its_own_words_for_too_many_requests(cloud: Cloud, make: Make):
    cloud.faults.add(Fault(f"{TEMPLATE}::*", "throttled", 1))
    with pytest.raises(ThrottledError, match="RequestLimitExceeded: Request limit exceeded"):
        make(TEMPLATE, "x", instanceType="m7i.large")
