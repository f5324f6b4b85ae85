"""Karpenter moves the node groups of a simulated cloud: the real program, on the real scheduler's pending pods."""

import time

from rehearsal.autoscaling.group import Groups, SoldOut
from tests.rehearsal.cluster import Cluster, eventually
from tests.rehearsal.control_plane.gpus import SCALE, TAINT, added, plugin, running, training
from tests.rehearsal.control_plane.scaling import POOL, QUIET, group, ladder, until_known, until_running


def test_a_group_grows_from_nothing_for_pods_that_wait_and_idle_nodes_go(autoscaled: Cluster, groups: Groups) -> None:
    groups.put(group("h100"))
    autoscaled.apply(training("train", 2, POOL))
    until_running(autoscaled, "train", 2)
    nodes = added(autoscaled, "h100")
    assert len(nodes) == 2
    for node in nodes:
        labels = node["metadata"]["labels"]
        assert labels["ml-platform.dev/pool"] == "h100"
        assert labels["node.kubernetes.io/instance-type"] == "p5.48xlarge"
        assert labels["topology.kubernetes.io/zone"] in ("eu-central-1a", "eu-central-1b")
        assert labels["topology.kubernetes.io/region"] == "eu-central-1"
        assert node["spec"]["taints"] == [TAINT]
        assert node["status"]["allocatable"]["nvidia.com/gpu"] == "8"
        assert node["status"]["capacity"]["cpu"] == "190"
    autoscaled.kubectl("delete", "deployment", "train")

    def shrunk() -> None:
        assert not added(autoscaled, "h100")

    eventually(shrunk, within=SCALE)


def test_a_node_shows_no_gpu_before_its_plugin_is_ready_and_none_is_added_in_its_place(
    autoscaled: Cluster, groups: Groups
) -> None:
    autoscaled.kubectl("delete", "daemonset", "plugin")
    groups.put(group("h100"))
    autoscaled.apply(training("train", 1, POOL))

    def ready() -> None:
        assert autoscaled.kubectl("get", "nodes", "--no-headers").split()[1:2] == ["Ready"]

    eventually(ready, within=SCALE)
    time.sleep(QUIET)
    (node,) = added(autoscaled, "h100")
    assert node["status"]["allocatable"].get("nvidia.com/gpu", "0") == "0"
    assert running(autoscaled, "train") == 0
    autoscaled.apply(plugin())
    until_running(autoscaled, "train", 1)
    assert len(added(autoscaled, "h100")) == 1


def test_an_image_that_brings_the_plugin_shows_its_gpus_at_once(autoscaled: Cluster, groups: Groups) -> None:
    autoscaled.kubectl("delete", "daemonset", "plugin")
    groups.put(group("h100", plugin="image"))
    autoscaled.apply(training("train", 1, POOL))
    until_running(autoscaled, "train", 1)
    autoscaled.apply(plugin())


def test_a_rung_without_capacity_falls_to_the_next(autoscaled: Cluster, groups: Groups) -> None:
    groups.sell_out(SoldOut("p5.48xlarge", capacity="reserved"), SoldOut("p5.48xlarge", zone="eu-central-1a"))
    rungs = ("reserved", "on-demand", "spot")
    autoscaled.apply(ladder(*rungs))
    for rung in rungs:
        groups.put(group(rung, capacity=rung))
    until_known(autoscaled, 3)
    autoscaled.apply(training("first", 1, POOL))
    until_running(autoscaled, "first", 1)
    (node,) = added(autoscaled, "on-demand")
    assert node["metadata"]["labels"]["topology.kubernetes.io/zone"] == "eu-central-1b"
    groups.sell_out()
    autoscaled.apply(training("second", 1, POOL))
    until_running(autoscaled, "second", 1)
    assert [len(added(autoscaled, rung)) for rung in rungs] == [1, 1, 0]


def test_a_groups_maximum_is_kept_with_the_nodes_that_the_cloud_made(autoscaled: Cluster, groups: Groups) -> None:
    groups.put(group("h100", min=1, max=3))
    autoscaled.apply(training("train", 4, POOL))
    until_running(autoscaled, "train", 2)
    time.sleep(QUIET)
    assert len(added(autoscaled, "h100")) == 2
