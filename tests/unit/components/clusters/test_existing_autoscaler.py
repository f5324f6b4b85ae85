"""The Cluster Autoscaler on a cluster whose machines Cluster API manages."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.load import stack_file
from tests.unit.components.pod_security import offences
from tests.unit.conftest import Build
from tests.unit.plan import Plan, Planned

SELF_MANAGED = {"clusterName": "ml", "namespace": "fleet", "machineTemplates": ["OpenStackMachineTemplate"]}
MANAGED_FROM_ELSEWHERE = {"clusterName": "ml", "namespace": "fleet", "managementSecret": "management-kubeconfig"}

With = Callable[..., Plan]


@pytest.fixture
def with_autoscaler(build: Build, file: Path) -> With:
    """The plan of the stack `cluster-api`, with this autoscaler or none."""

    def plan(autoscaler: dict[str, Any] | None) -> Plan:
        values = yaml.safe_load(stack_file("cluster-api").read_text())["config"]
        values["ml-platform:cluster"] |= {"kubeconfig": str(file), "context": "mine", "autoscaler": autoscaler}
        return build(values)

    return plan


def _deployment(plan: Plan) -> Planned:
    return plan.one("Deployment", "cluster-autoscaler")


def _command(plan: Plan) -> list[str]:
    (container,) = _deployment(plan).pod["containers"]
    return container["command"]


def _rights(role: Planned) -> set[tuple[str, str]]:
    """Each resource with each verb."""
    return {(resource, verb) for rule in role.inputs["rules"] for resource in rule["resources"] for verb in rule["verbs"]}


def test_there_is_none_unless_it_is_asked_for(with_autoscaler: With):
    assert not [each for each in with_autoscaler(None) if "cluster-autoscaler" in each.name]


def test_it_scales_this_cluster_and_no_other_of_its_management_cluster(with_autoscaler: With):
    command = _command(with_autoscaler(SELF_MANAGED))
    assert "--cloud-provider=clusterapi" in command
    assert "--node-group-auto-discovery=clusterapi:clusterName=ml,namespace=fleet" in command


def test_it_is_of_the_clusters_own_minor(with_autoscaler: With):
    for minor in ("1.34", "1.36"):
        (container,) = _deployment(with_autoscaler({**SELF_MANAGED, "version": minor})).pod["containers"]
        assert container["image"].rpartition(":v")[2].startswith(f"{minor}.")


def test_in_the_machines_namespace_it_may_set_replicas_and_mark_machines_and_else_only_read(with_autoscaler: With):
    role = with_autoscaler(SELF_MANAGED).one("Role", "cluster-autoscaler-machines")
    assert role.metadata["namespace"] == "fleet"
    assert {(resource, verb) for resource, verb in _rights(role) if verb not in ("get", "list", "watch")} == {
        ("machinedeployments/scale", "patch"),
        ("machinesets/scale", "patch"),
        ("machinepools/scale", "patch"),
        ("machines", "update"),
    }


def test_of_what_infrastructure_providers_define_it_reads_the_templates_of_its_machines_alone(with_autoscaler: With):
    role = with_autoscaler(SELF_MANAGED).one("Role", "cluster-autoscaler-machines")
    (rule,) = (each for each in role.inputs["rules"] if each["apiGroups"] == ["infrastructure.cluster.x-k8s.io"])
    assert rule["resources"] == ["openstackmachinetemplates"]


def test_elsewhere_in_the_cluster_it_has_no_right_to_machines_and_nowhere_to_secrets(with_autoscaler: With):
    plan = with_autoscaler({**SELF_MANAGED, "namespace": "kube-system"})
    roles = {role.name: _rights(role) for role in (*plan.of("ClusterRole"), *plan.of("Role")) if "autoscaler" in role.name}
    assert len(roles) == 3
    resources = {resource for rights in roles.values() for resource, _ in rights}
    verbs = {verb for rights in roles.values() for _, verb in rights}
    assert not {"*", "secrets"} & (resources | verbs)
    (everywhere,) = (role for role in plan.of("ClusterRole") if "autoscaler" in role.name)
    assert not any("machine" in resource for resource, _ in _rights(everywhere))


def test_a_cluster_that_another_one_manages_reads_that_ones_kubeconfig_and_needs_no_rights_here(with_autoscaler: With):
    plan = with_autoscaler(MANAGED_FROM_ELSEWHERE)
    pod = _deployment(plan).pod
    (mount,) = pod["containers"][0]["volumeMounts"]
    assert {mount["name"]: mount["mountPath"]} == {"management": "/etc/cluster-api"}
    assert pod["volumes"] == [{"name": "management", "secret": {"secretName": "management-kubeconfig"}}]
    assert "--cloud-config=/etc/cluster-api/value" in _command(plan)
    assert [role.metadata["name"] for role in plan.of("Role") if "autoscaler" in role.name] == ["cluster-autoscaler"]


def test_without_one_no_kubeconfig_is_mounted(with_autoscaler: With):
    plan = with_autoscaler(SELF_MANAGED)
    assert "volumes" not in _deployment(plan).pod
    assert not any(flag.startswith("--cloud-config") for flag in _command(plan))


@pytest.mark.parametrize("autoscaler", [SELF_MANAGED, MANAGED_FROM_ELSEWHERE], ids=["self-managed", "managed from elsewhere"])
def test_it_may_do_little_on_its_node(with_autoscaler: With, autoscaler: dict[str, Any]):
    assert offences(_deployment(with_autoscaler(autoscaler)).pod) == []


def test_its_rights_are_there_before_it_and_gone_after_it(with_autoscaler: With):
    plan = with_autoscaler(SELF_MANAGED)
    outliving = plan.outliving(_deployment(plan))
    for kind in ("ServiceAccount", "ClusterRoleBinding", "RoleBinding"):
        assert {each.urn for each in plan.of(kind) if "autoscaler" in each.name} <= outliving
