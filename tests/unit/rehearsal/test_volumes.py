"""The volumes that a simulated provisioner makes."""

from typing import Any

from rehearsal.agents.volumes import volume_for

CLAIM: dict[str, Any] = {
    "metadata": {"namespace": "vision", "name": "datasets", "uid": "1"},
    "spec": {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "1Ti"}}},
}


def made_by(provisioner: str) -> dict[str, Any]:
    return volume_for(CLAIM, {"metadata": {"name": "shared"}, "provisioner": provisioner, "parameters": {"share": "/x"}})["spec"]


def test_a_csi_driver_makes_a_volume_of_its_own():
    assert made_by("nfs.csi.k8s.io")["csi"] == {
        "driver": "nfs.csi.k8s.io",
        "volumeHandle": "pvc-1",
        "volumeAttributes": {"share": "/x"},
    }


def test_a_provisioner_from_before_csi_makes_a_folder_of_the_node():
    spec = made_by("k8s.io/minikube-hostpath")
    assert spec["hostPath"] == {"path": "/provisioned/pvc-1"}
    assert "csi" not in spec
