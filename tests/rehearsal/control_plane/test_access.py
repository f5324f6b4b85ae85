"""Who may do what."""

import ssl
from base64 import b64decode

import httpx
import pytest
import yaml

from rehearsal.control_plane import member_kubeconfig
from tests.rehearsal.cluster import Cluster, RefusedError


def test_the_user_is_an_administrator_by_a_binding(control_plane: Cluster) -> None:
    assert "ml-platform:admins" in control_plane.kubectl("auth", "whoami")
    assert control_plane.kubectl("auth", "can-i", "*", "*").strip() == "yes"


def test_a_member_has_the_identity_asked_for_and_no_more(control_plane: Cluster) -> None:
    alice = member_kubeconfig(control_plane.layout, "alice", ["vision@example.com"])
    said = control_plane.kubectl("auth", "whoami", kubeconfig=alice)
    assert "alice" in said
    assert "vision@example.com" in said
    with pytest.raises(RefusedError, match="Forbidden"):
        control_plane.kubectl("get", "secrets", kubeconfig=alice)


def test_nobody_is_let_in_without_a_name(control_plane: Cluster) -> None:
    cluster = yaml.safe_load(control_plane.kubeconfig.read_text())["clusters"][0]["cluster"]
    context = ssl.create_default_context(cadata=b64decode(cluster["certificate-authority-data"]).decode())
    assert httpx.get(f"{cluster['server']}/version", verify=context, trust_env=False).status_code == 401


def test_kubelets_may_not_read_secrets(control_plane: Cluster) -> None:
    with pytest.raises(RefusedError):
        control_plane.kubectl("auth", "can-i", "get", "secrets", "--as=rehearsal:kwok")


def test_kubeconfigs_and_keys_are_their_owners_only(control_plane: Cluster) -> None:
    keys = [control_plane.kubeconfig, *control_plane.layout.pki.glob("*.key"), *control_plane.layout.pki.glob("*.kubeconfig")]
    assert len(keys) > 10
    assert {oct(key.stat().st_mode & 0o777) for key in keys} == {"0o600"}


def test_secrets_are_encrypted_in_the_database(control_plane: Cluster) -> None:
    control_plane.kubectl("create", "secret", "generic", "hidden", "--from-literal=key=plain-text-of-a-secret")
    control_plane.kubectl("create", "configmap", "open", "--from-literal=key=plain-text-of-a-config")
    stored = b"".join(file.read_bytes() for file in control_plane.layout.etcd.rglob("*") if file.is_file())
    found = [text for text in ("plain-text-of-a-secret", "plain-text-of-a-config") if text.encode() in stored]
    assert found == ["plain-text-of-a-config"]


def test_a_privileged_pod_is_refused_where_the_namespace_says_so(control_plane: Cluster) -> None:
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    control_plane.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "closed", "labels": labels}})
    with pytest.raises(RefusedError, match="violates PodSecurity"):
        control_plane.kubectl("run", "bad", "--image=busybox", "--privileged", "--namespace=closed")
