"""What each vendor's devices need on the nodes, and what nodes have already."""

from typing import Any

import pulumi
import pytest

from components import accelerators
from components.clusters import Pool
from config.node_images import software
from config.node_pool import NodePool
from tests.unit.conftest import Build, Values
from tests.unit.plan import Plan, Planned, plan


def _pool(name: str, cloud: str | None = None, **values: Any) -> Pool:
    """Of nodes that a cloud has equipped or, without one, of bare ones."""
    pool = NodePool.model_validate({"name": name, "size": {"max": 4}, **values})
    machine = pool.machine(cloud)
    return Pool.of(pool, machine, software(machine, pool.image, pool.driver).preinstalled if cloud else frozenset())


def _plan(*pools: Pool) -> Plan:
    return plan(lambda: accelerators.create({pool.name: pool for pool in pools}, pulumi.ResourceOptions()))


def _pools(daemon: Planned) -> list[Any]:
    """Names of the pools whose nodes it is on."""
    return [name for labels in daemon.wanted for name in labels.values()]


L4: dict[str, Any] = {"accelerator": {"type": "l4"}}
MI300X: dict[str, Any] = {"accelerator": {"type": "mi300x", "count": 8}, "driver": "none"}
TRAINIUM: dict[str, Any] = {"accelerator": {"type": "trainium", "count": 16}}


def test_a_node_gets_a_device_plugin_only_if_it_has_none():
    made = _plan(_pool("al2023", "aws", **L4), _pool("bottlerocket", "aws", image="bottlerocket", **L4))
    assert _pools(made.one("DaemonSet", "nvidia-device-plugin")) == ["al2023"]
    assert _pools(made.one("DaemonSet", "dcgm-exporter")) == ["al2023", "bottlerocket"]


def test_no_device_plugin_is_made_where_every_node_has_one():
    assert [daemon.metadata["name"] for daemon in _plan(_pool("l4", "gcp", **L4)).of("DaemonSet")] == ["dcgm-exporter"]


def test_the_exporter_finds_the_driver_where_google_keeps_it():
    pod = _plan(_pool("l4", "gcp", **L4)).one("DaemonSet", "dcgm-exporter").pod
    (container,) = pod["containers"]
    assert {volume["name"]: volume.get("hostPath", {}).get("path") for volume in pod["volumes"]}["driver"] == (
        "/home/kubernetes/bin/nvidia"
    )
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}
    assert container["env"] == [{"name": "LD_LIBRARY_PATH", "value": "/usr/local/nvidia/lib64"}]


@pytest.mark.parametrize("cloud", [None, "aws", "azure"])
def test_the_exporter_is_privileged_on_google_cloud_alone(cloud: str | None):
    (container,) = _plan(_pool("t4", cloud, accelerator={"type": "t4"})).one("DaemonSet", "dcgm-exporter").pod["containers"]
    assert "privileged" not in container["securityContext"]


def test_nodes_of_a_foreign_cluster_are_found_by_their_own_labels():
    selector = {"example.com/gpu": "l4", "example.com/zone": "a"}
    made = _plan(_pool("l4", selector=selector, taints=[{"key": "dedicated"}], **L4))
    daemon = made.one("DaemonSet", "nvidia-device-plugin")
    assert daemon.wanted == [selector]
    assert [each["key"] for each in daemon.pod["tolerations"]] == ["nvidia.com/gpu", "dedicated"]


def test_a_foreign_clusters_own_device_plugin_is_not_doubled():
    made = _plan(_pool("l4", selector={"example.com/gpu": "l4"}, preinstalled=["device-plugin"], **L4))
    assert [daemon.metadata["name"] for daemon in made.of("DaemonSet")] == ["dcgm-exporter"]


@pytest.mark.parametrize(
    ("pool", "daemon", "namespace"),
    [
        (_pool("mi300x", "azure", **MI300X), "amd-device-plugin", "amd-system"),
        (_pool("trainium", "aws", **TRAINIUM), "neuron-device-plugin", "neuron-system"),
    ],
)
def test_each_vendors_device_plugin_is_on_its_nodes_in_a_namespace_of_its_own(pool: Pool, daemon: str, namespace: str):
    made = _plan(pool)
    plugin = made.one("DaemonSet", daemon)
    assert _pools(plugin) == [pool.name]
    assert plugin.metadata["namespace"] == namespace
    assert plugin.metadata["labels"]["app.kubernetes.io/component"] == "device-plugin"
    assert plugin.spec["template"]["metadata"]["annotations"] == {"ml-platform.dev/serves": next(iter(pool.devices))}
    assert [each["key"] for each in plugin.pod["tolerations"]] == list(pool.devices)
    (policy,) = (each for each in made.of("NetworkPolicy") if each.metadata["name"] == "default-deny")
    assert policy.spec["policyTypes"] == ["Ingress", "Egress"]


@pytest.mark.parametrize(
    ("pool", "paths"),
    [
        (_pool("mi300x", "azure", **MI300X), {"/var/lib/kubelet/device-plugins": False, "/sys": True}),
        (_pool("trainium", "aws", **TRAINIUM), {"/var/lib/kubelet/device-plugins": False, "/run": True}),
    ],
)
def test_device_plugins_are_hardened_and_write_to_the_kubelets_socket_alone(pool: Pool, paths: dict[str, bool]):
    (daemon,) = _plan(pool).of("DaemonSet")
    (container,) = daemon.pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {mount["mountPath"]: mount.get("readOnly", False) for mount in container["volumeMounts"]} == paths


def test_only_neurons_plugin_talks_to_the_api_server_and_to_nobody_else():
    made = _plan(_pool("trainium", "aws", **TRAINIUM), _pool("l4", "aws", **L4))
    assert {daemon.metadata["name"] for daemon in made.of("DaemonSet") if daemon.pod["automountServiceAccountToken"]} == {
        "neuron-device-plugin"
    }
    (policy,) = (each for each in made.of("NetworkPolicy") if each.metadata["name"] == "api-server")
    assert [port["port"] for rule in policy.spec["egress"] for port in rule["ports"]] == [443, 6443]


def test_neurons_plugin_may_do_nothing_by_wildcard_nor_through_the_kubelet():
    (role,) = _plan(_pool("trainium", "aws", **TRAINIUM)).of("ClusterRole")
    named = [word for rule in role.inputs["rules"] for field in ("resources", "verbs") for word in rule[field]]
    assert "*" not in named
    assert "nodes/proxy" not in named


def test_interfaces_have_a_plugin_on_exactly_the_nodes_that_have_them():
    h100 = {"accelerator": {"type": "h100", "count": 8}}
    made = _plan(_pool("joined", "aws", interconnect=True, image="bottlerocket", **h100), _pool("alone", "aws", **h100))
    plugin = made.one("DaemonSet", "efa-device-plugin")
    assert _pools(plugin) == ["joined"]
    assert plugin.metadata["namespace"] == "efa-system"
    assert plugin.spec["template"]["metadata"]["annotations"] == {"ml-platform.dev/serves": "vpc.amazonaws.com/efa"}
    assert [each["key"] for each in plugin.pod["tolerations"]] == ["nvidia.com/gpu"]
    assert _plan(_pool("alone", "aws", **h100)).of("Efa") == []


def test_the_plugin_of_interfaces_is_privileged_beside_neuron_devices_alone():
    trainium = _pool("trainium", "aws", interconnect=True, **TRAINIUM)
    h100 = _pool("h100", "aws", interconnect=True, accelerator={"type": "h100", "count": 8})
    made = _plan(trainium, h100)
    found = {name: made.one("DaemonSet", name) for name in ("efa-device-plugin", "efa-neuron-device-plugin")}
    assert {name: _pools(plugin) for name, plugin in found.items()} == {
        "efa-device-plugin": ["h100"],
        "efa-neuron-device-plugin": ["trainium"],
    }
    (container,), (beside,) = (plugin.pod["containers"] for plugin in found.values())
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert "privileged" not in container["securityContext"]
    assert beside["securityContext"]["privileged"]
    mounts = {mount["mountPath"]: mount.get("readOnly", False) for mount in container["volumeMounts"]}
    assert mounts == {"/var/lib/kubelet/device-plugins": False, "/dev/infiniband": True}


def test_tpus_need_nothing_from_us():
    assert list(_plan(_pool("v5e", "gcp", accelerator={"type": "tpu-v5e", "count": 4})).objects) == []


@pytest.mark.parametrize(
    ("accelerator", "resource", "pytorch", "vllm"),
    [
        ({"type": "h100", "count": 8}, "nvidia.com/gpu", "pytorch/pytorch", "vllm/vllm-openai"),
        ({"type": "mi300x", "count": 8}, "amd.com/gpu", "rocm/pytorch", "vllm/vllm-openai-rocm"),
        ({"type": "trainium", "count": 16}, "aws.amazon.com/neuron", "neuron/pytorch-training", "neuron/pytorch-inference-vllm"),
    ],
)
def test_jobs_and_servers_ask_for_a_vendors_devices_and_run_its_own_builds(
    values: Values, build: Build, accelerator: dict[str, Any], resource: str, pytorch: str, vllm: str
):
    name = accelerator["type"]
    quota = {"requests": {"cpu": 400, "memory": "4Ti"}, "limits": {"cpu": 400, "memory": "4Ti"}, "gpus": {name: 8}}
    made = build(
        {
            "ml-platform:cluster": values["ml-platform:cluster"],
            "ml-platform:nodePools": [{"name": "a", "size": {"min": 2, "max": 2}, "accelerator": accelerator}],
            "ml-platform:teams": [{"name": "team", "group": "g", "quota": quota}],
            "ml-platform:training": {
                "jobs": [{"name": "job", "team": "team", "program": "examples/workloads/all_reduce.py", "accelerator": name}]
            },
            "ml-platform:serving": {"models": [{"name": "model", "team": "team", "model": "m", "accelerator": name}]},
        }
    )
    for workload, image in ((made.one("Job", "job"), pytorch), (made.one("Deployment", "model"), vllm)):
        (container,) = workload.pod["containers"]
        assert f"/{image}" in container["image"]
        assert container["resources"]["limits"][resource] == "1"
