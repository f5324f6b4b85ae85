"""The nodes of a cluster that is there already, as a rehearsal has them before the stack comes."""

from typing import Any

from config.load import read
from config.platform import Platform
from rehearsal import needs
from rehearsal.autoscaling.group import Groups
from rehearsal.clouds.existing import populate
from tests.unit.rehearsal.clouds.told import Told

SCALED = read("cluster-api")
FIXED = read("kubeadm")
ELSEWHERE = {"version": "1.35", "clusterName": "ml", "managementSecret": "management-kubeconfig"}


def _populated(server: Told, groups: Groups, platform: Platform) -> dict[str, int]:
    populate(server, groups, platform.cluster, platform.node_pools)  # pyright: ignore[reportArgumentType]: a double; an existing one
    return {name: len(nodes) for name, nodes in server.nodes.items()}


def test_a_pool_starts_with_its_fewest_nodes_and_the_rest_is_up_to_the_autoscaler(server: Told, groups: Groups):
    assert _populated(server, groups, SCALED) == {"general": 2, "l40s": 0}
    assert {(each.name, each.min, each.max, each.scaler) for each in groups.all().values()} == {
        ("general", 2, 6, "cluster-autoscaler"),
        ("l40s", 0, 4, "cluster-autoscaler"),
    }
    assert "karpenter" in needs.programs(SCALED)


def test_nobody_moves_the_pools_of_a_cluster_without_one(server: Told, groups: Groups):
    _populated(server, groups, SCALED)
    assert _populated(server, groups, FIXED)["a100"] == 2
    assert groups.all() == {}
    assert "karpenter" not in needs.programs(FIXED)


def test_a_machine_deployment_is_marked_with_what_the_autoscaler_must_know(server: Told, groups: Groups):
    _populated(server, groups, SCALED)
    found = server.objects["default/l40s"]
    assert found["spec"]["clusterName"] == "ml"
    assert found["metadata"]["annotations"] == {
        "cluster.x-k8s.io/cluster-api-autoscaler-node-group-min-size": "0",
        "cluster.x-k8s.io/cluster-api-autoscaler-node-group-max-size": "4",
        "capacity.cluster-autoscaler.kubernetes.io/cpu": "48",
        "capacity.cluster-autoscaler.kubernetes.io/memory": "384Gi",
        "capacity.cluster-autoscaler.kubernetes.io/gpu-type": "nvidia.com/gpu",
        "capacity.cluster-autoscaler.kubernetes.io/gpu-count": "4",
        "capacity.cluster-autoscaler.kubernetes.io/labels": "node.cluster.x-k8s.io/pool=l40s",
        "capacity.cluster-autoscaler.kubernetes.io/taints": "example.com/gpu=only:NoSchedule",
    }


def test_what_another_cluster_manages_is_not_in_this_one(server: Told, groups: Groups):
    values: dict[str, Any] = SCALED.model_dump(by_alias=True)
    values["cluster"]["autoscaler"] = ELSEWHERE
    _populated(server, groups, SCALED.model_copy(update={"cluster": type(SCALED.cluster).model_validate(values["cluster"])}))
    assert groups.all().keys() == {"general", "l40s"}
    assert not server.objects
