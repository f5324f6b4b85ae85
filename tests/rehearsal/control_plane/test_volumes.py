"""Claims get the volumes that their class's driver would make."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.rehearsal.cluster import Cluster, eventually
from tests.rehearsal.workloads import job


@pytest.fixture(scope="module", autouse=True)
def node(control_plane: Cluster) -> Iterator[None]:
    control_plane.node("storage-node")
    yield
    control_plane.kubectl("delete", "node", "storage-node")


def _storage_class(name: str, binding: str, provisioner: str = "disk.example.com") -> dict[str, Any]:
    metadata = {"name": name}
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": metadata,
        "provisioner": provisioner,
        "volumeBindingMode": binding,
    }


def _claim(name: str, storage_class: str, mode: str) -> dict[str, Any]:
    spec = {"accessModes": [mode], "storageClassName": storage_class, "resources": {"requests": {"storage": "100Gi"}}}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name, "namespace": "default"}, "spec": spec}


def _bound(cluster: Cluster, claim: str) -> None:
    cluster.kubectl("wait", "pvc", claim, "--for=jsonpath={.status.phase}=Bound", "--timeout=60s")


def test_a_claim_is_bound_and_its_volume_goes_with_it(control_plane: Cluster) -> None:
    control_plane.apply(_storage_class("shared", "Immediate"), _claim("data", "shared", "ReadWriteMany"))
    _bound(control_plane, "data")
    volume = control_plane.get("pv", control_plane.get("pvc", "data")["spec"]["volumeName"])
    assert volume["spec"]["accessModes"] == ["ReadWriteMany"]
    assert volume["spec"]["capacity"] == {"storage": "100Gi"}
    assert volume["spec"]["csi"]["driver"] == "disk.example.com"
    control_plane.kubectl("delete", "pvc", "data", "--timeout=60s")
    control_plane.kubectl("wait", "pv", volume["metadata"]["name"], "--for=delete", "--timeout=60s")


def test_a_class_that_binds_late_waits_for_a_pod(control_plane: Cluster) -> None:
    control_plane.apply(_storage_class("late", "WaitForFirstConsumer"), _claim("scratch", "late", "ReadWriteOnce"))

    def waits() -> None:
        events = control_plane.kubectl("events", "--for=pvc/scratch")
        assert "WaitForFirstConsumer" in events

    eventually(waits)
    assert control_plane.get("pvc", "scratch")["status"]["phase"] == "Pending"
    volume = {"name": "scratch", "persistentVolumeClaim": {"claimName": "scratch"}}
    control_plane.apply(job("consumer", pod={"volumes": [volume]}))
    _bound(control_plane, "scratch")
    control_plane.kubectl("wait", "job", "consumer", "--for=condition=Complete", "--timeout=60s")


def test_a_class_without_a_provisioner_gets_nothing(control_plane: Cluster) -> None:
    by_hand = _storage_class("by-hand", "Immediate", "kubernetes.io/no-provisioner")
    control_plane.apply(by_hand, _claim("never", "by-hand", "ReadWriteOnce"), _claim("after", "shared", "ReadWriteOnce"))
    _bound(control_plane, "after")  # what was asked for later has come
    assert control_plane.get("pvc", "never")["status"]["phase"] == "Pending"
