"""What a plan says, and that it is true."""

import pytest

from tests.rehearsal.cluster import Cluster
from tests.rehearsal.provider.stack import CommandError, Stack

POD = """
    k8s.core.v1.Pod(
        "pod", metadata={{"name": "pod", "namespace": NAMESPACE}}, spec={{"containers": [{container}]}}, opts=on_cluster
    )
"""
JOB = """
    k8s.batch.v1.Job(
        "train",
        metadata={{"name": "train", "namespace": NAMESPACE, "annotations": {{"pulumi.com/skipAwait": "true"}}}},
        spec={{"template": {{"spec": {{"restart_policy": "Never", "containers": [{{"name": "c", "image": "{image}"}}]}}}}}},
        opts=on_cluster,
    )
"""


def test_a_second_run_changes_nothing(stack: Stack):
    stack.program("""
        k8s.apps.v1.Deployment(
            "web",
            metadata={"name": "web", "namespace": NAMESPACE},
            spec={
                "selector": {"match_labels": {"app": "web"}},
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {
                        "host_network": False,
                        "containers": [
                            {
                                "name": "c",
                                "image": "x",
                                "tty": False,
                                "args": [],
                                "resources": {"limits": {"cpu": "1000m", "memory": "1024Mi"}},
                            }
                        ],
                    },
                },
            },
            opts=on_cluster,
        )
        k8s.core.v1.Secret("key", metadata={"namespace": NAMESPACE}, string_data={"a": "b"}, opts=on_cluster)
        k8s.core.v1.Service(
            "web",
            metadata={"name": "web", "namespace": NAMESPACE},
            spec={"selector": {"app": "web"}, "ports": [{"port": 80}]},
            opts=on_cluster,
        )
    """)
    stack.up()
    stack.preview("--expect-no-changes")
    stack.preview("--refresh", "--expect-no-changes")


def test_a_changed_job_template_is_a_replacement_that_deletes_first(stack: Stack):
    stack.program(JOB.format(image="x:1"))
    stack.up()
    stack.program(JOB.format(image="x:2"))
    assert "+-1 to replace" in stack.preview()
    done = stack.up()
    assert done.index("deleted original") < done.index("created replacement")


def test_a_changed_config_map_gets_a_new_name_before_the_old_one_goes(stack: Stack):
    stack.program('k8s.core.v1.ConfigMap("settings", metadata={"namespace": NAMESPACE}, data={"a": "1"}, opts=on_cluster)')
    stack.up()
    before = stack.resource("settings")["outputs"]["metadata"]["name"]
    stack.program('k8s.core.v1.ConfigMap("settings", metadata={"namespace": NAMESPACE}, data={"a": "2"}, opts=on_cluster)')
    assert "+-1 to replace" in stack.preview()
    done = stack.up()
    assert done.index("created replacement") < done.index("deleted original")
    after = stack.resource("settings")["outputs"]["metadata"]["name"]
    assert before.startswith("settings-")
    assert after.startswith("settings-")
    assert before != after


def test_an_object_that_the_api_server_would_not_take_fails_the_plan(stack: Stack):
    stack.program(POD.format(container='{"name": "UPPER", "image": "x"}'))
    with pytest.raises(CommandError, match=r"spec\.containers\[0\]\.name: Invalid value"):
        stack.preview()


def test_a_privileged_pod_is_denied_in_the_plan(stack: Stack, control_plane: Cluster):
    control_plane.kubectl("label", "namespace", stack.namespace, "pod-security.kubernetes.io/enforce=restricted")
    stack.program(POD.format(container='{"name": "c", "image": "x", "security_context": {"privileged": True}}'))
    assert 'violates PodSecurity "restricted:latest": privileged' in stack.preview()


def test_more_than_the_quota_is_seen_in_the_plan(stack: Stack, control_plane: Cluster):
    control_plane.kubectl("create", "quota", "team", "--hard=requests.cpu=1", f"--namespace={stack.namespace}")
    stack.program(POD.format(container='{"name": "c", "image": "x", "resources": {"requests": {"cpu": "2"}}}'))
    assert "exceeded quota: team" in stack.preview()
    with pytest.raises(CommandError, match="exceeded quota: team"):
        stack.up()


def test_what_is_in_a_namespace_of_the_same_plan_can_be_planned(stack: Stack):
    stack.program("""
        place = k8s.core.v1.Namespace("place", opts=on_cluster)
        k8s.core.v1.ConfigMap("settings", metadata={"namespace": place.metadata.name}, opts=on_cluster)
    """)
    assert "+ 4 to create" in stack.preview()


def test_an_unreachable_cluster_still_has_a_plan(stack: Stack):
    stack.program("""
        nowhere = k8s.Provider("nowhere", kubeconfig="/nowhere/kubeconfig")
        k8s.core.v1.ConfigMap("settings", metadata={"namespace": "x"}, opts=pulumi.ResourceOptions(provider=nowhere))
    """)
    plan = stack.preview()
    assert "+ 4 to create" in plan
    assert "the kubeconfig /nowhere/kubeconfig cannot be read: No such file or directory" in plan
    with pytest.raises(CommandError, match="configured Kubernetes cluster is unreachable"):
        stack.up()
