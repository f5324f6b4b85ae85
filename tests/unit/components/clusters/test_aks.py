"""A cluster on Azure."""

import json
import sys

import pytest

from components import clusters
from config.load import PROJECT, parse
from tests.unit.components.clusters.aks import cluster, values
from tests.unit.conftest import Build, Values
from tests.unit.plan import Plan


@pytest.fixture
def stack() -> Values:
    """The example's values, to be changed at will."""
    return values()


@pytest.fixture(scope="module")
def aks(build: Build) -> Plan:
    """The plan of the example, made once."""
    return build(values())


def test_the_api_has_no_public_address_unless_one_is_asked_for(aks: Plan):
    access = cluster(aks).inputs["apiServerAccessProfile"]
    assert access == {
        "enablePrivateCluster": True,
        "enablePrivateClusterPublicFQDN": False,
        "privateDNSZone": "system",
        "disableRunCommand": True,
    }


def test_a_public_api_is_for_the_named_ranges_and_the_nodes_themselves(stack: Values, build: Build):
    stack["ml-platform:cluster"]["endpoint"] = {"public": True, "cidrs": ["203.0.113.0/24"]}
    access = cluster(build(stack)).inputs["apiServerAccessProfile"]
    assert access["authorizedIPRanges"] == ["203.0.113.0/24", "20.0.0.1/32"]
    assert access["enablePrivateCluster"] is False


def test_people_enter_by_their_groups_and_no_other_way(aks: Plan):
    inputs = cluster(aks).inputs
    assert inputs["disableLocalAccounts"] is True
    assert inputs["aadProfile"]["enableAzureRBAC"] is True
    admins = [role for role in aks.of("RoleAssignment") if role.inputs["principalType"] == "Group"]
    assert [role.inputs["principalId"] for role in admins] == ["5b2f3a0c-6d1e-4c7b-9a55-0c8d7e6f1a01"]
    assert {role.inputs["scope"] for role in admins} == {cluster(aks).name}


def test_without_named_groups_whoever_runs_pulumi_is_the_admin(stack: Values, build: Build):
    del stack["ml-platform:cluster"]["admins"]
    (admin,) = (role for role in build(stack).of("RoleAssignment") if role.name.endswith("-admin-caller"))
    assert admin.inputs["principalId"] == "66666666-0000-0000-0000-000000000001"
    assert "principalType" not in admin.inputs, "it may be a person or a program"


def test_the_clusters_own_identity_may_join_its_subnet_and_nothing_else(aks: Plan):
    (role,) = (role for role in aks.of("RoleAssignment") if role.inputs["principalType"] == "ServicePrincipal")
    assert role.inputs["scope"] == "cluster-network-nodes"
    assert role.urn in cluster(aks).depends_on


def test_a_cluster_is_protected_until_the_stack_says_otherwise(stack: Values, build: Build, aks: Plan):
    assert cluster(aks).protect
    stack["ml-platform:cluster"]["deletionProtection"] = False
    assert not cluster(build(stack)).protect


def test_what_is_in_the_cluster_goes_before_its_nodes_and_the_way_in(aks: Plan):
    (provider,) = aks.of("kubernetes")
    needed = {
        resource.urn for resource in aks if resource.kind in ("AgentPool", "RoleAssignment") and "joins" not in resource.name
    }
    assert needed <= provider.depends_on


def test_nodes_call_out_through_the_gateway_alone(aks: Plan):
    (subnet,) = aks.of("Subnet")
    assert subnet.inputs["defaultOutboundAccess"] is False
    assert subnet.inputs["natGateway"]
    assert cluster(aks).inputs["networkProfile"]["outboundType"] == "userAssignedNATGateway"
    assert not any(pool.inputs["enableNodePublicIP"] for pool in aks.of("AgentPool"))


def test_nodes_disks_are_encrypted_on_their_hosts_unless_a_machine_can_not(stack: Values, build: Build, aks: Plan):
    def encrypted(plan: Plan) -> set[bool]:
        (system,) = cluster(plan).inputs["agentPoolProfiles"]
        return {pool["enableEncryptionAtHost"] for pool in (system, *(each.inputs for each in plan.of("AgentPool")))}

    stack["ml-platform:cluster"]["hostEncryption"] = False
    assert (encrypted(aks), encrypted(build(stack))) == ({True}, {False})


def test_network_policies_are_enforced_and_pods_have_identities(aks: Plan):
    inputs = cluster(aks).inputs
    assert (inputs["networkProfile"]["networkPolicy"], inputs["networkProfile"]["networkPluginMode"]) == ("cilium", "overlay")
    assert inputs["oidcIssuerProfile"]["enabled"]
    assert inputs["securityProfile"]["workloadIdentity"]["enabled"]


def test_a_cluster_in_somebodys_subnet_makes_no_network(stack: Values, build: Build):
    theirs = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/n"
    stack["ml-platform:cluster"]["network"] = {"existing": theirs}
    plan = build(stack)
    assert not [resource for resource in plan if resource.type.startswith("azure-native:network:")]
    assert {pool.inputs["vnetSubnetID"] for pool in plan.of("AgentPool")} == {theirs}


def test_upgrades_happen_in_the_window_that_the_stack_names(stack: Values, build: Build):
    stack["ml-platform:cluster"]["maintenance"] = {"day": "Friday", "start": "22:00", "hours": 8}
    windows = {
        window.inputs["configName"]: window.inputs["maintenanceWindow"] for window in build(stack).of("MaintenanceConfiguration")
    }
    assert set(windows) == {"aksManagedAutoUpgradeSchedule", "aksManagedNodeOSUpgradeSchedule"}
    for window in windows.values():
        assert (window["schedule"]["weekly"]["dayOfWeek"], window["startTime"], window["durationHours"]) == ("Friday", "22:00", 8)


def test_the_kubeconfig_holds_no_credential(aks: Plan):
    (provider,) = aks.of("kubernetes")
    kubeconfig = json.loads(provider.inputs["kubeconfig"])
    (user,) = kubeconfig["users"]
    assert set(user["user"]) == {"exec"}
    assert user["user"]["exec"]["command"] == "kubelogin"
    assert kubeconfig["clusters"][0]["cluster"]["server"] == "https://private.example:443"


def test_without_azures_sdk_one_line_says_how_to_install_it(stack: Values, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "pulumi_azure_native", None)
    assert clusters.refusal(parse(stack, PROJECT)) == (
        "ml-platform:cluster.kind: aks clusters need pulumi_azure_native; pip install -r requirements-azure.txt"
    )
