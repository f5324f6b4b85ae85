"""A cluster on Azure."""

import json
import subprocess
import sys

import pytest
import yaml

from components import clusters
from config.load import PROJECT, parse
from tests.unit.conftest import Build, Values
from tests.unit.plan import Plan, Planned

STACK = PROJECT / "examples/stacks/Pulumi.aks.yaml"


@pytest.fixture
def stack() -> Values:
    """The example's values, to be changed at will."""
    return yaml.safe_load(STACK.read_text())["config"]


@pytest.fixture(scope="module")
def aks(build: Build) -> Plan:
    """The plan of the example, made once."""
    return build(yaml.safe_load(STACK.read_text())["config"])


def cluster(plan: Plan) -> Planned:
    (found,) = plan.of("ManagedCluster")
    return found


def agent_pools(plan: Plan) -> dict[str, Planned]:
    return {pool.inputs["agentPoolName"]: pool for pool in plan.of("AgentPool")}


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


def test_the_kubeconfig_holds_no_credential(aks: Plan):
    (provider,) = aks.of("kubernetes")
    kubeconfig = json.loads(provider.inputs["kubeconfig"])
    (user,) = kubeconfig["users"]
    assert set(user["user"]) == {"exec"}
    assert user["user"]["exec"]["command"] == "kubelogin"
    assert kubeconfig["clusters"][0]["cluster"]["server"] == "https://private.example:443"


def test_a_ladder_is_one_agent_pool_for_each_rung(aks: Plan):
    pools = agent_pools(aks)
    assert sorted(pools) == ["generalo", "h100o", "h100s", "t4o"]
    assert [pools[name].inputs["minCount"] for name in ("h100o", "h100s")] == [2, 0]
    assert pools["h100s"].inputs["scaleSetPriority"] == "Spot"
    assert pools["h100s"].inputs["nodeLabels"]["ml-platform.dev/capacity"] == "spot"


def test_the_autoscaler_tries_the_rungs_in_their_order(aks: Plan):
    priorities = yaml.safe_load(aks.one("ConfigMap", "cluster-autoscaler-priority-expander").inputs["data"]["priorities"])
    assert priorities == {100: ["^aks-generalo-", "^aks-h100o-", "^aks-t4o-"], 90: ["^aks-h100s-"]}
    assert cluster(aks).inputs["autoScalerProfile"]["expander"] == "priority"


def test_gpu_nodes_keep_out_pods_that_ask_for_none_and_say_who_brings_the_driver(aks: Plan):
    pool = agent_pools(aks)["h100o"].inputs
    assert pool["nodeTaints"] == ["nvidia.com/gpu=present:NoSchedule"]
    assert pool["gpuProfile"] == {"driver": "Install"}
    assert "gpuProfile" not in agent_pools(aks)["generalo"].inputs


def test_gpu_pools_are_upgraded_without_a_machine_to_spare(aks: Plan):
    pools = agent_pools(aks)
    assert pools["h100o"].inputs["upgradeSettings"] == {"maxSurge": "0", "maxUnavailable": "1"}
    assert pools["generalo"].inputs["upgradeSettings"] == {"maxSurge": "1"}


def test_no_other_clouds_sdk_is_imported():
    program = "import sys, components.clusters.aks; print([sdk for sdk in ('pulumi_aws', 'pulumi_gcp') if sdk in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_without_azures_sdk_one_line_says_how_to_install_it(stack: Values, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "pulumi_azure_native", None)
    assert clusters.refusal(parse(stack, STACK)) == (
        "ml-platform:cluster.kind: aks clusters need pulumi_azure_native; pip install -r requirements-azure.txt"
    )
