"""What may go wrong with a control plane, and how it ends."""

import socket
import threading
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from rehearsal import control_plane
from rehearsal.control_plane import ControlPlaneError
from rehearsal.layout import Layout
from tests.rehearsal.cluster import Cluster, RefusedError, eventually


@pytest.fixture
def cluster(own_control_plane: Cluster) -> Cluster:
    own_control_plane.start()
    return own_control_plane


def _port(cluster: Cluster) -> int:
    server: str = yaml.safe_load(cluster.kubeconfig.read_text())["clusters"][0]["cluster"]["server"]
    return int(server.rpartition(":")[2])


def _answers(cluster: Cluster) -> None:
    try:
        assert cluster.kubectl("get", "--raw", "/readyz") == "ok"
    except RefusedError as error:
        raise AssertionError(error) from None


def test_a_killed_api_server_is_back_on_its_port_within_seconds(cluster: Cluster) -> None:
    port = _port(cluster)
    cluster.process("kube-apiserver").kill()

    eventually(lambda: _answers(cluster), within=30)
    assert _port(cluster) == port


@pytest.mark.parametrize("name", ["etcd", "kube-controller-manager", "kube-scheduler", "kwok"])
def test_whatever_dies_is_started_again(cluster: Cluster, name: str) -> None:
    killed = cluster.process(name)
    killed.kill()

    def replaced() -> None:
        assert cluster.process(name) != killed

    eventually(replaced)


@pytest.mark.parametrize("command", ["start", "stop"])
def test_what_a_killed_supervisor_left_behind_is_ended_by_the_next_command(cluster: Cluster, command: str) -> None:
    left = [process for process in cluster.processes() if process != cluster.process("supervisor")]
    supervisor = cluster.process("supervisor")
    supervisor.kill()
    supervisor.wait()
    getattr(cluster, command)()
    assert not [process for process in left if process.is_running()]
    assert control_plane.running(cluster.layout) == (command == "start")


def test_a_port_taken_meanwhile_is_given_up_for_another(cluster: Cluster) -> None:
    port = _port(cluster)
    cluster.stop()
    with socket.create_server(("127.0.0.1", port)):
        cluster.start()
        assert _port(cluster) != port
        _answers(cluster)


def test_of_two_starts_at_once_both_end_with_the_same_control_plane(cluster: Cluster) -> None:
    cluster.stop()
    outcomes: list[list[str]] = []
    starts = [threading.Thread(target=lambda: outcomes.append(cluster.start())) for _ in range(2)]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
    assert len(outcomes) == 2
    assert len(cluster.processes()) == 6


def test_a_start_waits_for_one_that_is_under_way_and_says_for_whose(cluster: Cluster) -> None:
    cluster.stop()
    first = threading.Thread(target=cluster.start)
    first.start()

    def under_way() -> None:
        cluster.process("supervisor")

    eventually(under_way)
    pid = cluster.process("supervisor").pid
    (report,) = cluster.start()
    first.join()
    assert f"process {pid} has been starting since" in report


def test_two_stacks_of_one_checkout_do_not_meet(cluster: Cluster) -> None:
    other = Cluster(Layout("other", cluster.layout.checkout), cluster.programs)
    try:
        other.start()
        other.kubectl("create", "configmap", "elsewhere")
        assert "elsewhere" not in cluster.kubectl("get", "configmaps")
    finally:
        other.stop()
    _answers(cluster)


def test_a_server_that_cannot_run_is_named_with_its_log_and_last_words(cluster: Cluster, tmp_path: Path) -> None:
    broken = tmp_path / "etcd"
    broken.write_text("#!/bin/sh\necho out of order\nexit 3\n")
    broken.chmod(0o755)
    bad = replace(cluster, layout=Layout("bad", tmp_path), programs={**cluster.programs, "etcd": broken})
    with pytest.raises(ControlPlaneError, match=r"etcd ended [3-5] times .*exit code 3.*etcd\.log: out of order"):
        bad.start()
    assert not bad.processes()


def test_a_state_folder_that_cannot_be_written_is_named(cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / ".rehearsal").write_text("a file in the way")
    with pytest.raises(ControlPlaneError, match=r"cannot keep .* in .*\.rehearsal/local: Not a directory"):
        control_plane.start(Layout("local", tmp_path), cluster.programs, print)


def test_changed_programs_restart_the_control_plane(cluster: Cluster, tmp_path: Path) -> None:
    moved = tmp_path / "kwok"
    moved.symlink_to(cluster.programs["kwok"])
    assert replace(cluster, programs={**cluster.programs, "kwok": moved}).start()[0].startswith("restarting")
    assert cluster.process("kwok").cmdline()[0] == str(moved)
