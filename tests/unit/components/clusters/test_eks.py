"""EKS: what nobody gets into, what is encrypted, and in which order it goes away."""

import json
import re
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components.clusters.eks.account import Account, admins
from config.clusters import Eks
from tests.unit.components.clusters.conftest import Change, pool
from tests.unit.conftest import Values
from tests.unit.plan import Plan, Planned

With = Callable[[Change], Plan]


def _cluster(plan: Plan) -> Planned:
    (cluster,) = (resource for resource in plan.of("Cluster") if resource.type.startswith("aws:"))
    return cluster


def _aws(plan: Plan) -> list[Planned]:
    return [resource for resource in plan if resource.type.startswith("aws:")]


def _statements(policy: str) -> list[dict[str, Any]]:
    return json.loads(policy)["Statement"]


def _many(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _rights(plan: Plan) -> list[dict[str, Any]]:
    """What roles of ours may do."""
    return [statement for policy in plan.of("RolePolicy") for statement in _statements(policy.inputs["policy"])]


def test_everything_in_aws_is_made_by_the_clusters_own_provider(prod: Plan):
    (provider,) = prod.of("aws")
    assert provider.inputs["region"] == "eu-north-1"
    assert {resource.provider.rpartition("::")[0] for resource in _aws(prod)} == {provider.urn}


def test_the_api_is_reached_from_the_network_alone(prod: Plan):
    network = _cluster(prod).inputs["vpcConfig"]
    assert (network["endpointPrivateAccess"], network["endpointPublicAccess"]) == (True, False)


def test_a_public_endpoint_is_for_the_named_ranges(prod_with: With):
    def change(values: Values) -> None:
        values["ml-platform:cluster"]["endpoint"] = {"public": True, "cidrs": ["203.0.113.0/24"]}

    network = _cluster(prod_with(change)).inputs["vpcConfig"]
    assert (network["endpointPublicAccess"], network["publicAccessCidrs"]) == (True, ["203.0.113.0/24"])


def test_nothing_lets_the_whole_internet_in(prod: Plan):
    assert {rule.inputs.get("cidrIpv4") for rule in prod.of("SecurityGroupIngressRule")} == {"10.0.0.0/16", None}
    assert not any("mapPublicIpOnLaunch" in subnet.inputs for subnet in prod.of("Subnet"))
    (default,) = prod.of("DefaultSecurityGroup")
    assert (default.inputs["ingress"], default.inputs["egress"]) == ([], [])


def test_secrets_and_logs_are_encrypted_with_a_key_that_changes(prod: Plan):
    (key,) = prod.of("Key")
    assert key.inputs["enableKeyRotation"]
    (encryption,) = (_cluster(prod).inputs["encryptionConfig"],)
    assert encryption["resources"] == ["secrets"]
    assert key.urn in _cluster(prod).depends_on
    logs = prod.of("LogGroup")
    assert {log.inputs["name"] for log in logs} == {"/aws/eks/ml-platform-stack/cluster", "/aws/vpc/ml-platform-stack/flows"}
    assert all(log.inputs["kmsKeyId"] and log.inputs["retentionInDays"] == 90 and key.urn in log.depends_on for log in logs)


def test_the_control_plane_logs_all_it_can_into_a_group_that_is_ours(prod: Plan):
    cluster = _cluster(prod)
    assert len(cluster.inputs["enabledClusterLogTypes"]) == 5
    assert {log.urn for log in prod.of("LogGroup") if "/eks/" in log.inputs["name"]} <= prod.outliving(cluster)


def test_a_cluster_is_not_kept_beyond_standard_support_unseen(prod: Plan):
    assert _cluster(prod).inputs["upgradePolicy"] == {"supportType": "STANDARD"}


def test_a_cluster_is_protected_until_the_stack_says_otherwise(prod: Plan, prod_with: With):
    def change(values: Values) -> None:
        values["ml-platform:cluster"]["deletionProtection"] = False

    assert _cluster(prod).inputs["deletionProtection"] is True
    assert _cluster(prod_with(change)).inputs["deletionProtection"] is False


def test_nobody_is_let_in_for_having_made_the_cluster(prod: Plan):
    assert _cluster(prod).inputs["accessConfig"] == {
        "authenticationMode": "API",
        "bootstrapClusterCreatorAdminPermissions": False,
    }
    (entry,) = prod.of("AccessEntry")
    assert entry.inputs["principalArn"] == "arn:aws:iam::111122223333:role/ci/deployer"


def _admins(*names: str) -> Change:
    def change(values: Values) -> None:
        values["ml-platform:cluster"]["admins"] = [f"arn:aws:iam::111122223333:role/{name}" for name in names]

    return change


def test_naming_the_admins_takes_nobodys_place(prod: Plan, prod_with: With):
    alone = {entry.urn for entry in prod.of("AccessEntry")}
    assert alone < {entry.urn for entry in prod_with(_admins("platform", "ci/deployer")).of("AccessEntry")}


def test_named_admins_name_the_account_too(prod_with: With):
    (provider,) = prod_with(_admins("ci/deployer", "platform")).of("aws")
    assert json.loads(provider.inputs["allowedAccountIds"]) == ["111122223333"]


def test_whoever_could_not_reach_the_cluster_does_not_make_it(prod_with: With):
    with pytest.raises(pulumi.RunError) as refused:
        prod_with(_admins("platform"))
    assert str(refused.value) == (
        "ml-platform:cluster.admins: you are arn:aws:iam::111122223333:role/ci/deployer, and could not reach this cluster; "
        "add it, or become one of arn:aws:iam::111122223333:role/platform"
    )


def test_whoever_may_only_look_gets_a_preview(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: True)
    cluster = Eks(kind="eks", region="eu-north-1", admins=("arn:aws:iam::111122223333:role/platform",))
    reader = Account("111122223333", "eu-north-1", "arn:aws:iam::111122223333:role/reader")
    assert admins(cluster, reader) == cluster.admins


def test_the_kubeconfig_holds_no_credential(prod: Plan):
    (provider,) = prod.of("kubernetes")
    (user,) = json.loads(provider.inputs["kubeconfig"])["users"]
    assert user["user"].keys() == {"exec"}
    assert user["user"]["exec"]["command"] == "aws"
    assert user["user"]["exec"]["args"][:6] == [
        "eks",
        "get-token",
        "--region",
        "eu-north-1",
        "--cluster-name",
        "ml-platform-stack",
    ]
    assert provider.inputs["clusterIdentifier"] == "cluster"


def test_what_is_in_the_cluster_goes_before_the_way_in_and_what_it_stands_on(prod: Plan):
    (provider,) = prod.of("kubernetes")
    outliving = prod.outliving(provider)
    kinds = ("AccessPolicyAssociation", "AccessEntry", "Addon", "NodeGroup", "NatGateway", "Route", "MountTarget")
    for kind in kinds:
        assert {resource.urn for resource in prod.of(kind)} <= outliving, kind


def test_a_policy_is_given_to_an_entry_that_is_there(prod: Plan):
    (entry,), (association,) = prod.of("AccessEntry"), prod.of("AccessPolicyAssociation")
    assert entry.urn in association.depends_on


def test_nodes_go_before_what_drains_them(prod: Plan):
    addons = {addon.inputs["addonName"]: addon.urn for addon in prod.of("Addon")}
    policies = {each.urn for each in prod.of("RolePolicyAttachment") if "cluster-node" in each.name}
    assert len(policies) == 2
    for group in prod.of("NodeGroup"):
        outliving = prod.outliving(group)
        assert {addons[name] for name in ("vpc-cni", "kube-proxy", "eks-pod-identity-agent")} <= outliving
        assert policies <= outliving


def test_deployments_among_the_add_ons_come_when_there_are_nodes(prod: Plan):
    groups = {group.urn for group in prod.of("NodeGroup")}
    late = {addon.inputs["addonName"] for addon in prod.of("Addon") if groups <= prod.outliving(addon)}
    assert late == {"coredns", "aws-ebs-csi-driver", "aws-efs-csi-driver"}


def test_every_add_on_has_a_version_for_the_clusters_minor(prod_with: With):
    def change(values: Values) -> None:
        values["ml-platform:cluster"]["version"] = 1.36

    plan = prod_with(change)
    versions = {addon.inputs["addonName"]: addon.inputs["addonVersion"] for addon in plan.of("Addon")}
    assert versions["kube-proxy"].startswith("v1.36.")
    assert all(re.fullmatch(r"v\d+\.\d+\.\d+-eksbuild\.\d+", version) for version in versions.values())
    assert _cluster(plan).inputs["bootstrapSelfManagedAddons"] is False


def test_network_policies_are_enforced(prod: Plan):
    (plugin,) = (addon for addon in prod.of("Addon") if addon.inputs["addonName"] == "vpc-cni")
    assert json.loads(plugin.inputs["configurationValues"])["enableNetworkPolicy"] == "true"


def test_no_right_is_a_wildcard_and_what_changes_something_names_what(prod: Plan, karpenter: Plan):
    for statement in (*_rights(prod), *_rights(karpenter)):
        actions = _many(statement["Action"])
        assert not any("*" in action for action in actions)
        if statement["Resource"] == "*":
            assert all(re.match(r"\w+:(Describe|Get|List)", action) for action in actions), statement


def test_a_pods_role_is_for_the_pods_of_one_service_account(prod: Plan, karpenter: Plan):
    trusts = [
        statement
        for plan in (prod, karpenter)
        for role in plan.of("Role")
        if role.type.startswith("aws:")
        for statement in _statements(role.inputs["assumeRolePolicy"])
        if statement["Principal"]["Service"] == "pods.eks.amazonaws.com"
    ]
    assert len(trusts) == 8
    for trust in trusts:
        assert trust["Condition"]["StringEquals"].keys() == {
            "aws:SourceAccount",
            "aws:RequestTag/eks-cluster-arn",
            "aws:RequestTag/kubernetes-namespace",
            "aws:RequestTag/kubernetes-service-account",
        }


def test_a_node_may_join_and_pull_images_and_nothing_else(prod: Plan):
    attached = [each for each in prod.of("RolePolicyAttachment") if each.parent.endswith("cluster-node")]
    assert {each.inputs["policyArn"].rpartition("/")[2] for each in attached} == {
        "AmazonEKSWorkerNodePolicy",
        "AmazonEC2ContainerRegistryPullOnly",
    }
    assert not [each for each in prod.of("RolePolicy") if each.parent.endswith("cluster-node")]


def test_a_shared_volume_is_reached_in_every_zone_by_nodes_alone(prod: Plan):
    (files,) = prod.of("FileSystem")
    assert files.inputs["encrypted"]
    assert len(prod.of("MountTarget")) == 3
    (nfs,) = (rule for rule in prod.of("SecurityGroupIngressRule") if rule.inputs["fromPort"] == 2049)
    assert nfs.inputs["referencedSecurityGroupId"] == "sg-cluster"
    shared = prod.one("StorageClass", "shared")
    assert shared.inputs["provisioner"] == "efs.csi.aws.com"
    assert files.urn in shared.depends_on
    assert prod.one("StorageClass", "block").inputs["parameters"]["encrypted"] == "true"


def test_a_lustre_file_system_is_made_for_each_claim_and_reached_by_nodes_alone(prod_with: With):
    plan = prod_with(lambda values: values["ml-platform:cluster"].update(sharedStorage="fsx"))
    shared = plan.one("StorageClass", "shared").inputs
    assert (shared["provisioner"], shared["parameters"]["deploymentType"]) == ("fsx.csi.aws.com", "PERSISTENT_2")
    assert not plan.of("FileSystem")
    assert {addon.inputs["addonName"] for addon in plan.of("Addon")} >= {"aws-fsx-csi-driver"}
    lustre = [rule.inputs for rule in plan.of("SecurityGroupIngressRule") if rule.inputs["fromPort"] != 443]
    assert all("cidrIpv4" not in rule for rule in lustre)
    (policy,) = (policy for policy in plan.of("RolePolicy") if "fsx" in policy.name)
    delete = next(each for each in _statements(policy.inputs["policy"]) if "fsx:DeleteFileSystem" in each["Action"])
    assert delete["Condition"] == {"Null": {"aws:ResourceTag/CSIVolumeName": "false"}}


def test_an_accelerators_pool_says_what_its_image_brings(prod_with: With):
    def change(values: Values) -> None:
        pool(values, "l4")["image"] = "bottlerocket"
        pool(values, "h100")["image"] = "bottlerocket"

    assert "device-plugin" not in {daemon.metadata["name"] for daemon in prod_with(change).of("DaemonSet")}
