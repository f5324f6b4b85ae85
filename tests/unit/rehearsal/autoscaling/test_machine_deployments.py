"""Which MachineDeployments a deployed Cluster Autoscaler looks for, and how many replicas they say they have."""

from typing import Any

import pytest

from rehearsal.autoscaling.group import Group
from rehearsal.autoscaling.machine_deployments import discovered, resized
from rehearsal.clouds.nodes import GROUP, Template

POOL = Group(Template("l40s", "g6e.12xlarge", "amd64", {}, (), {}), ("rack-1",), 1, 4, "cluster-autoscaler")
DEPLOYMENT = {"metadata": {"name": "l40s", "namespace": "fleet", "labels": {"tier": "gpu"}}, "spec": {"clusterName": "ml"}}


def _pod(discovery: str) -> dict[str, Any]:
    return {"spec": {"containers": [{"command": ["/cluster-autoscaler", f"--node-group-auto-discovery={discovery}"]}]}}


@pytest.mark.parametrize(
    ("discovery", "largest"),
    [
        ("clusterapi:clusterName=ml,namespace=fleet", 4),
        ("clusterapi:clusterName=ml", 4),
        ("clusterapi:namespace=fleet,tier=gpu", 4),
        ("clusterapi:clusterName=other,namespace=fleet", 1),
        ("clusterapi:clusterName=ml,namespace=default", 1),
        ("clusterapi:clusterName=ml,tier=cpu", 1),
        ("asg:tag=k8s.io/cluster-autoscaler/enabled", 1),
    ],
)
def test_a_pool_grows_if_the_autoscaler_looks_for_its_machine_deployment(discovery: str, largest: int):
    assert discovered({"l40s": POOL}, [DEPLOYMENT], [_pod(discovery)])["l40s"].max == largest


def test_of_a_pool_whose_machine_deployment_is_in_another_cluster_nothing_is_known():
    assert discovered({"l40s": POOL}, [], [_pod("clusterapi:clusterName=ml")]) == {"l40s": POOL}


def test_a_machine_deployment_says_how_many_nodes_it_has():
    nodes = [{"metadata": {"labels": {GROUP: group}}} for group in ("l40s", "l40s", "general")]
    path = "/apis/cluster.x-k8s.io/v1beta2/namespaces/fleet/machinedeployments/l40s"
    assert list(resized([DEPLOYMENT], nodes)) == [(path, {"spec": {"replicas": 2}})]
    right = {**DEPLOYMENT, "spec": {"clusterName": "ml", "replicas": 2}}
    assert list(resized([right], nodes)) == []
