"""Official releases: taken with a matching checksum, and otherwise left for the build."""

import hashlib
import io
import socket
import tarfile
import time
import zipfile

import httpx
import pytest

from rehearsal.programs import ProgramError, download
from tests.unit.rehearsal.programs.machine import Machine

KUBECTL = "/dl.k8s.io/v1.36.3/bin/linux/amd64/kubectl"
PULUMI = "/github.com/pulumi/pulumi/releases/download/v3.259.0/"
ETCD = "/github.com/etcd-io/etcd/releases/download/v3.6.16/"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def tar(**members: str) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, text in members.items():
            entry = tarfile.TarInfo(f"folder/{name}")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    return file.getvalue()


def test_a_release_is_taken_from_the_mirror_and_needs_no_go(machine: Machine):
    machine.mirror.files = {KUBECTL: b"the release", f"{KUBECTL}.sha256": sha256(b"the release").encode()}
    kubectl = machine.obtain("kubectl")["kubectl"]
    assert kubectl.read_text() == "the release"
    assert kubectl.stat().st_mode & 0o111
    assert machine.told == ["downloaded kubectl 1.36.3"]


def test_an_archive_of_pulumi_brings_its_language_hosts(machine: Machine):
    archive = tar(pulumi="engine", **{"pulumi-language-python": "host", "README": ""})
    sums = f"{sha256(b'other')}  pulumi-v3.259.0-linux-arm64.tar.gz\n{sha256(archive)}  pulumi-v3.259.0-linux-x64.tar.gz\n"
    machine.mirror.files = {
        f"{PULUMI}pulumi-v3.259.0-linux-x64.tar.gz": archive,
        f"{PULUMI}pulumi-3.259.0-checksums.txt": sums.encode(),
    }
    pulumi = machine.obtain("pulumi")["pulumi"]
    assert {file.name for file in pulumi.parent.iterdir()} == {"pulumi", "pulumi-language-python", "SHA256SUMS"}


def test_a_mac_gets_its_own_release(machine: Machine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    monkeypatch.setattr("platform.machine", lambda: "arm64")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("folder/etcd", "for a mac")
    name = "etcd-v3.6.16-darwin-arm64.zip"
    machine.mirror.files = {
        f"{ETCD}{name}": file.getvalue(),
        f"{ETCD}SHA256SUMS": f"{sha256(file.getvalue())}  {name}\n".encode(),
    }
    assert machine.obtain("etcd")["etcd"].read_text() == "for a mac"


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({KUBECTL: b"corrupted", f"{KUBECTL}.sha256": sha256(b"the release").encode()}, "does not match its published checksum"),
        ({KUBECTL: b"the release", f"{KUBECTL}.sha256": b"<html>"}, "has no checksum of kubectl"),
        ({KUBECTL: b"the release"}, "kubectl.sha256 answered 404"),
    ],
)
def test_a_release_that_cannot_be_trusted_is_told_and_built_instead(machine: Machine, files: dict[str, bytes], reason: str):
    machine.mirror.files = files
    machine.install_go()
    kubectl = machine.obtain("kubectl")["kubectl"]
    assert kubectl.read_text() == "built from k8s.io/kubernetes/cmd/kubectl"
    assert any(
        line.startswith("kubectl 1.36.3: ") and reason in line and line.endswith("building it instead") for line in machine.told
    )


def test_an_archive_without_the_program_is_built_instead(machine: Machine):
    archive = tar(readme="")
    url = "/get.helm.sh/helm-v3.21.4-linux-amd64.tar.gz"
    machine.mirror.files = {url: archive, f"{url}.sha256sum": f"{sha256(archive)}  {url.split('/')[-1]}\n".encode()}
    machine.install_go()
    machine.obtain("helm")
    assert any("holds no helm" in line for line in machine.told)


def test_servers_out_of_reach_are_told_in_one_line(machine: Machine):
    machine.mirror.close()
    machine.install_go()
    machine.obtain("kubectl", "helm", "pulumi")
    assert [line for line in machine.told if "no answer" in line] == [
        f"no answer from {machine.mirror.address}: building from source instead"
    ]


def test_silent_servers_are_waited_for_once_and_together(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(download, "PATIENCE", 0.2)
    silent = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
    begin = time.monotonic()
    assert download.reachable(httpx.Client(), (f"http://127.0.0.1:{server.getsockname()[1]}" for server in silent)) == set()
    assert time.monotonic() - begin < 1
    for server in silent:
        server.close()


def test_a_look_up_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(download, "PATIENCE", 0.1)

    def hang(*_: object, **__: object) -> None:
        time.sleep(1)

    monkeypatch.setattr("socket.getaddrinfo", hang)
    begin = time.monotonic()
    assert download.reachable(httpx.Client(), ["https://example.com"]) == set()
    assert time.monotonic() - begin < 0.8


def test_a_mirror_that_is_no_address_is_refused_with_an_example(machine: Machine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ML_PLATFORM_MIRROR", "mirror.example.com")
    with pytest.raises(ProgramError, match=r"ML_PLATFORM_MIRROR=mirror\.example\.com is not an address; write it like https://"):
        machine.obtain("kubectl")


def test_a_proxy_that_cannot_be_used_is_told_and_all_is_built(machine: Machine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ALL_PROXY", "gopher://127.0.0.1:70")
    machine.install_go()
    machine.obtain("kubectl")
    assert any(line.startswith("the proxy of this environment cannot be used: ") for line in machine.told)
