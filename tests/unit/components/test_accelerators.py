"""How a pod gets a GPU."""

from tests.unit.conftest import Build, Values
from tests.unit.plan import Plan, Planned


def _lands_on(daemon: Planned, node: Planned) -> bool:
    """What the scheduler would decide from labels and taints."""
    chosen = any(labels.items() <= node.metadata["labels"].items() for labels in daemon.wanted)
    let_in = all(
        any(toleration["key"] == taint["key"] and toleration["operator"] == "Exists" for toleration in daemon.pod["tolerations"])
        for taint in node.spec["taints"]
    )
    return chosen and let_in


def test_daemons_land_on_exactly_the_nodes_with_gpus(local: Plan):
    with_gpus = {node.name for node in local.of("Node") if node.spec["taints"]}
    assert len(local.of("DaemonSet")) == 2
    for daemon in local.of("DaemonSet"):
        assert {node.name for node in local.of("Node") if _lands_on(daemon, node)} == with_gpus


def test_daemons_are_the_last_to_be_evicted(local: Plan):
    assert {daemon.pod["priorityClassName"] for daemon in local.of("DaemonSet")} == {"system-node-critical"}


def test_daemons_mount_nothing_of_the_host_but_the_kubelets_sockets(local: Plan):
    paths = [
        volume["hostPath"]["path"] for daemon in local.of("DaemonSet") for volume in daemon.pod["volumes"] if "hostPath" in volume
    ]
    assert sorted(paths) == ["/var/lib/kubelet/device-plugins", "/var/lib/kubelet/pod-resources"]


def test_only_the_exporter_has_a_capability_and_only_one(local: Plan):
    added = {
        daemon.metadata["name"]: daemon.pod["containers"][0]["securityContext"]["capabilities"].get("add", [])
        for daemon in local.of("DaemonSet")
    }
    assert added == {"nvidia-device-plugin": [], "dcgm-exporter": ["SYS_ADMIN"]}


def test_daemons_are_replaced_a_few_nodes_at_a_time(local: Plan):
    assert {daemon.spec["updateStrategy"]["rollingUpdate"]["maxUnavailable"] for daemon in local.of("DaemonSet")} == {"10%"}


def test_only_monitoring_may_read_the_exporter(local: Plan):
    policies = {
        policy.metadata["name"]: policy.spec
        for policy in local.of("NetworkPolicy")
        if policy.metadata["namespace"] == "nvidia-system"
    }
    assert policies.keys() == {"default-deny", "dcgm-exporter-scrape"}
    (opening,) = policies["dcgm-exporter-scrape"]["ingress"]
    assert opening["from"] == [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}]
    assert opening["ports"] == [{"port": "metrics"}]


def test_each_counter_is_a_field_a_prometheus_type_and_a_help(local: Plan):
    rows = [row.split(", ") for row in local.one("ConfigMap", "dcgm-counters").inputs["data"]["counters.csv"].splitlines()]
    assert len({row[0] for row in rows}) == len(rows) > 0
    assert all(len(row) == 3 and row[0].startswith("DCGM_FI_") and row[1] in ("gauge", "counter", "label") for row in rows)


def test_a_platform_without_gpus_gets_no_gpu_daemons(values: Values, build: Build):
    without = {"ml-platform:cluster": values["ml-platform:cluster"], "ml-platform:nodePools": values["ml-platform:nodePools"][:1]}
    assert build(without).of("DaemonSet") == []
