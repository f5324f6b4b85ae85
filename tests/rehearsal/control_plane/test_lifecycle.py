"""Starting, stopping, starting again."""

import socket

import pytest

from rehearsal import control_plane
from tests.rehearsal.cluster import Cluster, RefusedError, listening


@pytest.fixture
def cluster(own_control_plane: Cluster) -> Cluster:
    own_control_plane.start()
    return own_control_plane


def test_a_second_start_finds_the_first_ones_processes(cluster: Cluster) -> None:
    before = {process.pid for process in cluster.processes()}
    assert cluster.start() == []
    assert {process.pid for process in cluster.processes()} == before


def test_stop_leaves_no_process_and_no_port(cluster: Cluster) -> None:
    processes = cluster.processes()
    addresses = listening(processes)
    cluster.stop()
    assert len(processes) == 6
    assert len(addresses) >= 3
    assert not [process for process in processes if process.is_running()]
    for address in addresses:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address)
    assert not control_plane.running(cluster.layout)


def test_objects_ports_and_kubeconfig_outlast_a_stop(cluster: Cluster) -> None:
    cluster.kubectl("create", "configmap", "kept")
    kubeconfig = cluster.kubeconfig.read_text()
    cluster.stop()
    cluster.start()
    assert cluster.kubeconfig.read_text() == kubeconfig
    assert cluster.get("configmap", "kept")


def test_stopping_twice_is_as_good_as_once(cluster: Cluster) -> None:
    cluster.stop()
    cluster.stop()
    with pytest.raises(RefusedError, match="refused"):
        cluster.get("configmaps")


def test_everything_listens_on_loopback_only(cluster: Cluster) -> None:
    assert {ip for ip, _ in listening(cluster.processes())} == {"127.0.0.1"}
