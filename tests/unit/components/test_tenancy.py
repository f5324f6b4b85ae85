"""What a team gets, and what it is refused."""

from typing import Any

import pytest

from components.tenancy.roles import ENGINEER_RULES
from config.catalog import ACCELERATORS
from tests.unit.conftest import Build, Values
from tests.unit.plan import Plan, Planned


@pytest.fixture(scope="session")
def vision(local: Plan) -> dict[tuple[str, str], Planned]:
    """Everything in the team's namespace by kind and name, without its workloads."""
    return {
        (resource.kind, resource.metadata["name"]): resource
        for resource in local.objects
        if resource.metadata.get("namespace") == "vision" and "tenancy" in resource.parent
    }


def test_the_quota_is_the_one_in_the_stack_file_with_borrowed_devices(vision: dict[tuple[str, str], Planned]):
    assert vision["ResourceQuota", "team"].spec["hard"] == {
        "requests.cpu": "400",
        "requests.memory": "4Ti",
        "limits.cpu": "600",
        "limits.memory": "4Ti",
        "requests.nvidia.com/gpu": "24",
        "requests.amd.com/gpu": "0",
        "requests.aws.amazon.com/neuron": "0",
        "requests.google.com/tpu": "0",
        "pods": "200",
    }


def test_a_team_without_devices_may_use_none_of_any_kind(values: Values, build: Build):
    del values["ml-platform:training"], values["ml-platform:serving"], values["ml-platform:teams"][1:]
    quota = values["ml-platform:teams"][0]["quota"]
    del quota["gpus"], quota["borrow"]
    plan = build(values)
    hard = plan.one("ResourceQuota", "team").spec["hard"]
    assert {key: hard[key] for key in hard if "/" in key} == {
        f"requests.{accelerator.resource}": "0" for accelerator in ACCELERATORS.values()
    }


def test_a_container_that_says_nothing_gets_what_the_quota_counts(vision: dict[tuple[str, str], Planned]):
    (defaults,) = vision["LimitRange", "team"].spec["limits"]
    assert defaults["type"] == "Container"
    assert defaults["default"].keys() == defaults["defaultRequest"].keys() == {"cpu", "memory"}


def test_the_namespace_enforces_restricted_pods_and_says_whose_it_is(local: Plan):
    labels = local.one("Namespace", "vision").metadata["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert labels["ml-platform.dev/team"] == "vision"


def test_the_group_of_the_team_is_bound_to_the_role_in_its_namespace_only(local: Plan, vision: dict[tuple[str, str], Planned]):
    binding = vision["RoleBinding", "engineers"].inputs
    api = {"apiGroup": "rbac.authorization.k8s.io"}
    assert binding["subjects"] == [{**api, "kind": "Group", "name": "vision@example.com"}]
    assert binding["roleRef"] == {**api, "kind": "ClusterRole", "name": "ml-platform:engineer"}
    assert local.of("ClusterRoleBinding") == []


def test_the_network_is_closed_in_both_directions(vision: dict[tuple[str, str], Planned]):
    assert vision["NetworkPolicy", "default-deny"].spec == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_the_openings_are_the_team_itself_and_names(vision: dict[tuple[str, str], Planned]):
    openings = {
        name: policy.spec for (kind, name), policy in vision.items() if kind == "NetworkPolicy" and name != "default-deny"
    }
    itself: Any = [{"podSelector": {}}]
    assert openings["same-team"]["ingress"] == [{"from": itself}]
    assert openings["same-team"]["egress"] == [{"to": itself}]
    (names,) = openings["dns"]["egress"]
    assert names["to"] == [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}]
    assert {(port["port"], port["protocol"]) for port in names["ports"]} == {(53, "UDP"), (53, "TCP")}
    assert openings.keys() == {"same-team", "dns"}


def _verbs(resource: str) -> set[str]:
    rules: list[Any] = list(ENGINEER_RULES)
    return {verb for rule in rules if resource in rule["resources"] for verb in rule["verbs"]}


@pytest.mark.parametrize(
    "resource", ["resourcequotas", "limitranges", "networkpolicies", "localqueues", "workloads", "serviceaccounts", "events"]
)
def test_engineers_only_look_at_what_bounds_their_team(resource: str):
    assert _verbs(resource) == {"get", "list", "watch"}


@pytest.mark.parametrize(
    "resource",
    ["roles", "rolebindings", "clusterqueues", "namespaces", "nodes", "serviceaccounts/token", "persistentvolumes", "*"],
)
def test_engineers_have_no_right_to_what_is_not_theirs(resource: str):
    assert _verbs(resource) == set()


@pytest.mark.parametrize("resource", ["pods", "jobs", "deployments", "services", "secrets", "configmaps"])
def test_engineers_run_workloads(resource: str):
    assert _verbs(resource) >= {"get", "list", "watch", "create", "update", "patch", "delete"}


def test_no_rule_of_theirs_is_a_wildcard_or_gives_rights_away(local: Plan):
    rules = local.one("ClusterRole", "ml-platform:engineer").inputs["rules"]
    assert not {"*", "escalate", "bind", "impersonate"} & {verb for rule in rules for verb in rule["verbs"]}
    assert "*" not in {group for rule in rules for group in rule["apiGroups"]}
