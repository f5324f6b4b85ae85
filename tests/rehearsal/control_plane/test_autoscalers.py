"""Which groups grow, and in which order, an autoscaler reads in the cluster: priorities, ComputeClasses, MachineDeployments."""

import time

from config.clusters import Autoscaler
from rehearsal.autoscaling.group import AutoCreation, Groups, SoldOut
from rehearsal.clouds import cluster_api
from rehearsal.clouds.gcp import compute_class
from rehearsal.clouds.server import Server
from tests.rehearsal.cluster import Cluster, Manifest, eventually
from tests.rehearsal.control_plane.gpus import SCALE, added, running, training
from tests.rehearsal.control_plane.scaling import POOL, QUIET, group, ladder, until_known, until_running
from tests.rehearsal.workloads import deployment

_CLASS = "cloud.google.com/compute-class"


def test_what_a_deployed_autoscaler_moves_waits_until_it_is_ready_and_goes_by_its_priorities(
    autoscaled: Cluster, groups: Groups
) -> None:
    for rung in ("reserved", "spot"):
        groups.put(group(rung, scaler="cluster-autoscaler", capacity=rung))
    autoscaled.apply(ladder("spot", "reserved"), training("train", 1, POOL))
    time.sleep(QUIET)
    assert not added(autoscaled, "reserved") + added(autoscaled, "spot")
    autoscaled.node("system")
    autoscaled.apply(deployment("scaler", labels={"app.kubernetes.io/name": "aws-cluster-autoscaler"}))
    until_running(autoscaled, "train", 1)
    assert len(added(autoscaled, "spot")) == 1
    autoscaled.kubectl("delete", "node", "system")


def test_what_gke_makes_of_a_compute_class_falls_to_the_next_rule_and_goes_with_the_class(
    autoscaled: Cluster, groups: Groups
) -> None:
    autoscaled.apply(compute_class.DEFINITION)
    autoscaled.kubectl("wait", "--for=condition=Established", "crd", compute_class.DEFINITION["metadata"]["name"])
    groups.make(AutoCreation("us-central1", ("us-central1-a",), {"cpu": 416, "memory": 4000, "nvidia-h100-80gb": 16}))
    groups.sell_out(SoldOut("a3-highgpu-8g", capacity="spot"))
    autoscaled.apply(_compute_class("h100"))
    until_known(autoscaled, 2)
    autoscaled.apply(training("train", 3, {_CLASS: "h100"}, [_CLASS]))
    until_running(autoscaled, "train", 2)
    assert [len(added(autoscaled, f"nap-h100-{place}")) for place in range(2)] == [0, 2]
    time.sleep(QUIET)
    assert running(autoscaled, "train") == 2, "the cluster's limits are kept"
    autoscaled.kubectl("delete", "deployment", "train")
    autoscaled.kubectl("delete", "computeclass", "h100")

    def gone() -> None:
        assert not autoscaled.get("nodes") + autoscaled.get("nodepools")

    eventually(gone, within=SCALE)
    autoscaled.kubectl("delete", "crd", compute_class.DEFINITION["metadata"]["name"])


def _compute_class(name: str) -> Manifest:
    rule = {"machineType": "a3-highgpu-8g", "gpu": {"type": "nvidia-h100-80gb", "count": 8, "driverVersion": "default"}}
    return {
        "apiVersion": "cloud.google.com/v1",
        "kind": "ComputeClass",
        "metadata": {"name": name},
        "spec": {"nodePoolAutoCreation": {"enabled": True}, "priorities": [{**rule, "spot": True}, rule]},
    }


def test_of_machine_deployments_those_of_the_cluster_that_the_autoscaler_looks_for_grow(
    autoscaled: Cluster, groups: Groups
) -> None:
    h100 = group("h100", scaler="cluster-autoscaler")
    server = Server(autoscaled.layout)
    server.define(cluster_api.DEFINITION)
    theirs = Autoscaler(cluster_name="theirs", machine_templates=("OpenStackMachineTemplate",))
    server.have(cluster_api.API, "machinedeployments", [cluster_api.machine_deployment(h100, theirs)])

    def of_size(replicas: int) -> None:
        def told() -> None:
            assert autoscaled.get("machinedeployment", "h100")["spec"].get("replicas") == replicas

        eventually(told)

    of_size(0)
    groups.put(h100)
    autoscaled.node("system")
    command = ["/cluster-autoscaler", "--node-group-auto-discovery=clusterapi:clusterName=ours,namespace=default"]
    container = {"name": "main", "image": "busybox", "command": command}
    autoscaled.apply(deployment("scaler", labels={"app.kubernetes.io/name": "cluster-autoscaler"}, containers=[container]))
    autoscaled.apply(training("train", 1, POOL))
    until_known(autoscaled, 1)
    time.sleep(QUIET)
    assert not added(autoscaled, "h100")
    autoscaled.kubectl("patch", "machinedeployment", "h100", "--type=merge", '--patch={"spec": {"clusterName": "ours"}}')
    until_running(autoscaled, "train", 1)

    of_size(1)
    autoscaled.kubectl("delete", "node", "system")
    server.undefine(cluster_api.DEFINITION["metadata"]["name"])
