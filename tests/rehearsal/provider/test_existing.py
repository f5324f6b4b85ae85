"""Objects that others made, changed or removed."""

import re

import pytest

from tests.rehearsal.cluster import Cluster
from tests.rehearsal.provider.stack import CommandError, Stack

SETTINGS = """
    k8s.core.v1.ConfigMap(
        "settings", metadata={{"name": "settings", "namespace": NAMESPACE}}, data={{"a": "{value}"}}, opts={options}
    )
"""
SERVICE = """
    k8s.core.v1.Service(
        "web",
        metadata={{"name": "web", "namespace": NAMESPACE, "labels": {{"tier": "{tier}"}}}},
        spec={{"ports": [{{"port": 80}}]}},
        opts=on_cluster,
    )
"""


def test_an_object_that_exists_is_not_taken_over_silently(stack: Stack, control_plane: Cluster):
    control_plane.kubectl("create", "configmap", "settings", f"--namespace={stack.namespace}")
    stack.program(SETTINGS.format(value="1", options="on_cluster"))
    with pytest.raises(CommandError, match=r'configmaps "settings" already exists[\s\S]*pulumi import'):
        stack.up()


def test_a_field_of_another_manager_is_a_conflict_that_names_both(stack: Stack, control_plane: Cluster):
    stack.program(SERVICE.format(tier="one"))
    stack.up()
    label = ["label", "service", "web", "tier=two", "--overwrite", "--field-manager=gardener"]
    control_plane.kubectl(*label, f"--namespace={stack.namespace}")
    stack.program(SERVICE.format(tier="three"))
    with pytest.raises(CommandError) as caught:
        stack.up()
    assert re.search(r'\.metadata\.labels\.tier: conflict with "gardener"', str(caught.value))
    assert "pulumi.com/patchForce" in str(caught.value)


def test_a_deleted_service_is_seen_and_repaired(stack: Stack, control_plane: Cluster):
    stack.program(SERVICE.format(tier="one"))
    stack.up()
    control_plane.kubectl("delete", "service", "web", f"--namespace={stack.namespace}")
    assert "+ 1 to create" in stack.preview("--refresh")
    stack.up("--refresh")
    assert control_plane.get("service", "web", stack.namespace)


def test_drift_is_seen_and_undone(stack: Stack, control_plane: Cluster):
    stack.program(SERVICE.format(tier="one"))
    stack.up()
    control_plane.kubectl("label", "service", "web", "tier=two", "--overwrite", f"--namespace={stack.namespace}")
    plan = stack.preview("--refresh", "--diff")
    assert re.search(r'~ tier: "two" => "one"', plan)
    stack.up("--refresh")
    assert control_plane.get("service", "web", stack.namespace)["metadata"]["labels"] == {"tier": "one"}


def test_an_imported_object_is_adopted_as_it_is(stack: Stack, control_plane: Cluster):
    control_plane.kubectl("create", "configmap", "settings", "--from-literal=a=1", f"--namespace={stack.namespace}")
    imported = 'pulumi.ResourceOptions(provider=cluster, import_=f"{NAMESPACE}/settings")'
    stack.program(SETTINGS.format(value="1", options=imported))
    assert "1 imported" in stack.up()
    stack.preview("--expect-no-changes")


def test_destroy_leaves_nothing(stack: Stack, control_plane: Cluster):
    stack.program(SETTINGS.format(value="1", options="on_cluster"))
    stack.up()
    stack.run("destroy", "--yes", "--skip-preview")
    assert "settings" not in control_plane.kubectl("get", "configmaps", f"--namespace={stack.namespace}")
