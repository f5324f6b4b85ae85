"""What needs no server: keys, kubeconfigs, generated configuration, and what the agents decide."""

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
import yaml
from cryptography import x509
from cryptography.x509.oid import NameOID

from rehearsal import control_plane
from rehearsal.agents import device_manager, kueue, volumes
from rehearsal.agents.controllers import CONTROLLERS
from rehearsal.agents.surroundings import Surroundings
from rehearsal.control_plane import ControlPlaneError, certificates, files, pki
from rehearsal.control_plane.kubeconfig import write_kubeconfig
from rehearsal.control_plane.site import Site
from rehearsal.layout import Layout


@pytest.fixture
def site(tmp_path: Path) -> Site:
    layout = Layout("local", tmp_path)
    return Site(layout, {}, {"kube-apiserver": {"https": 26443}}, pki.prepare(layout.pki))


def test_a_client_certificate_names_user_and_groups(tmp_path: Path) -> None:
    pair = certificates.Authority(tmp_path, "ca").client("alice", "alice@example.com", ["vision", "speech"])
    subject = x509.load_pem_x509_certificate(pair.certificate.read_bytes()).subject
    assert [each.value for each in subject.get_attributes_for_oid(NameOID.COMMON_NAME)] == ["alice@example.com"]
    assert [each.value for each in subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)] == ["vision", "speech"]


def test_certificates_stay_the_same_until_something_about_them_changes(tmp_path: Path) -> None:
    def issue(group: str) -> bytes:
        return certificates.Authority(tmp_path, "ca").client("alice", "alice", [group]).certificate.read_bytes()

    first = issue("vision")
    assert issue("vision") == first
    assert issue("speech") != first
    again = issue("speech")
    (tmp_path / "ca.key").unlink()
    assert issue("speech") != again, "a new authority has signed nothing yet"


def test_each_authority_is_its_own(site: Site) -> None:
    server = x509.load_pem_x509_certificate(site.pki.etcd_server.certificate.read_bytes())
    ours = x509.load_pem_x509_certificate(site.pki.cluster.files.certificate.read_bytes())
    assert server.issuer != ours.subject


def test_private_keys_and_kubeconfigs_are_the_owners_only(site: Site) -> None:
    site.write_kubeconfigs()
    secret = [site.layout.kubeconfig, *site.layout.pki.glob("*.key"), *site.layout.pki.glob("*.kubeconfig")]
    assert {file.stat().st_mode & 0o777 for file in secret} == {0o600}


def test_the_users_context_has_the_stacks_name(site: Site) -> None:
    site.write_kubeconfigs()
    config = yaml.safe_load(site.layout.kubeconfig.read_text())
    assert config["current-context"] == "rehearsal-local"
    assert config["clusters"][0]["cluster"]["server"] == "https://127.0.0.1:26443"


def test_a_token_is_named_not_copied_for_it_is_renewed(site: Site, tmp_path: Path) -> None:
    token = tmp_path / "token"
    authority = site.pki.cluster.files.certificate
    write_kubeconfig(tmp_path / "k", context="c", server=site.url, authority=authority, user="u", credentials=token)
    assert yaml.safe_load((tmp_path / "k").read_text())["users"][0]["user"] == {"tokenFile": str(token)}


def test_the_key_of_the_stored_secrets_is_made_once(site: Site) -> None:
    first = files.encryption(site).read_text()
    assert files.encryption(site).read_text() == first


def test_pods_of_real_controllers_are_left_out_of_every_pod_stage(site: Site) -> None:
    labels = CONTROLLERS[0].labels
    stages = list(yaml.safe_load_all(files.stages(site, [labels]).read_text()))
    pods = [stage for stage in stages if stage["spec"]["resourceRef"]["kind"] == "Pod"]
    assert len(pods) == len(list(files.STAGES.glob("pod-*.yaml")))
    assert all('== "kueue"' in stage["spec"]["selector"]["matchExpressions"][-1]["key"] for stage in pods)


def test_a_nearly_full_disk_is_refused_with_what_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nearly_full = SimpleNamespace(free=5 * 2**20)
    monkeypatch.setattr(shutil, "disk_usage", Mock(return_value=nearly_full))
    with pytest.raises(ControlPlaneError, match="has 5 MiB of free space left, and the control plane needs 256 MiB"):
        control_plane.start(Layout("local", tmp_path), {}, print)


def test_a_member_cannot_sign_in_where_nothing_was_started(tmp_path: Path) -> None:
    with pytest.raises(ControlPlaneError, match="no control plane"):
        control_plane.member_kubeconfig(Layout("local", tmp_path), "alice", [])


def _node(devices: str, **reported: str) -> dict[str, Any]:
    metadata = {"name": "node", "annotations": {device_manager.DEVICES: devices}}
    return {"metadata": metadata, "status": {"capacity": {"cpu": "8", **reported}, "allocatable": {"cpu": "8", **reported}}}


def test_devices_appear_with_their_plugin_and_nothing_of_them_is_left_without_it() -> None:
    declared, gpus = '{"nvidia.com/gpu": "8"}', {"nvidia.com/gpu": "8"}
    assert device_manager.wanted(_node(declared), gpus.keys()) == {"capacity": gpus, "allocatable": gpus}
    assert device_manager.wanted(_node(declared, **gpus), gpus.keys()) is None
    assert device_manager.wanted(_node(declared, **gpus), set()) == {"capacity": gpus, "allocatable": {"nvidia.com/gpu": "0"}}
    assert device_manager.wanted(_node(declared), set()) is None


def test_a_plugin_serves_its_own_resource_and_no_other() -> None:
    declared, gpus = '{"nvidia.com/gpu": "8", "vpc.amazonaws.com/efa": "32"}', {"nvidia.com/gpu": "8"}
    assert device_manager.wanted(_node(declared), gpus.keys()) == {"capacity": gpus, "allocatable": gpus}
    assert device_manager.wanted(_node(declared, **gpus), {"vpc.amazonaws.com/efa"}) == {
        "capacity": {**gpus, "vpc.amazonaws.com/efa": "32"},
        "allocatable": {"nvidia.com/gpu": "0", "vpc.amazonaws.com/efa": "32"},
    }


@pytest.mark.parametrize("declared", ["", "eight", "[1]", "8"])
def test_devices_that_nobody_can_read_are_none(declared: str) -> None:
    assert device_manager.wanted(_node(declared), {"nvidia.com/gpu"}) is None


def test_a_volume_is_reserved_for_its_claim_and_of_its_class() -> None:
    claim = {
        "metadata": {"namespace": "team", "name": "data", "uid": "42"},
        "spec": {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "1Ti"}}},
    }
    storage_class = {"metadata": {"name": "shared"}, "provisioner": "fs.example.com", "reclaimPolicy": "Retain"}
    volume = volumes.volume_for(claim, storage_class)
    assert volume["metadata"]["name"] == "pvc-42"
    assert volume["spec"]["claimRef"]["uid"] == "42"
    assert volume["spec"]["capacity"] == {"storage": "1Ti"}
    assert volume["spec"]["persistentVolumeReclaimPolicy"] == "Retain"
    assert volume["spec"]["storageClassName"] == "shared"


def test_of_kueues_configuration_only_what_the_machine_forces_is_changed(tmp_path: Path) -> None:
    config: dict[str, Any] = {
        "manageJobsWithoutQueueName": True,
        "internalCertManagement": {"enable": True},
        "webhook": {"port": 9443},
        "metrics": {"bindAddress": ":8443"},
        "leaderElection": {"leaderElect": True},
    }
    kueue.configure(config, Surroundings("queues", tmp_path, lambda port: port + 10_000))
    assert config["manageJobsWithoutQueueName"]
    assert config["internalCertManagement"] == {"enable": True}
    assert config["leaderElection"]["leaderElect"]
    assert config["namespace"] == config["leaderElection"]["resourceNamespace"] == "queues"
    assert config["metrics"]["bindAddress"] == "127.0.0.1:18443"
    assert config["health"]["healthProbeBindAddress"] == "127.0.0.1:18081"
    assert config["visibilityServer"] == {"bindAddress": "127.0.0.1", "bindPort": 18082}
    assert config["webhook"]["host"] == "127.0.0.1"
    assert config["webhook"]["port"] == 19443
    assert Path(config["webhook"]["certDir"]).is_relative_to(tmp_path)
