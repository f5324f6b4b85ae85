"""What was taken away or spoilt behind Pulumi's back is seen, and brought back by the next `up`."""

import pytest

from tests.rehearsal.cluster import Cluster
from tests.rehearsal.platform.project import Project


def test_a_deleted_service_is_seen_and_made_again(platform: Project, cluster: Cluster) -> None:
    ports = cluster.get("service", "chat", namespace="language")["spec"]["ports"]
    cluster.kubectl("delete", "service", "chat", "--namespace=language")
    assert platform.plan() == {"chat-service": "create"}
    platform.up()
    assert cluster.get("service", "chat", namespace="language")["spec"]["ports"] == ports
    assert platform.plan() == {}


def test_what_somebody_edited_is_seen_and_put_right(platform: Project, cluster: Cluster) -> None:
    edit = '--patch={"spec":{"hard":{"pods":"9999"}}}'
    cluster.kubectl("patch", "resourcequota", "team", "--namespace=vision", edit)
    assert platform.plan() == {"vision-quota": "update"}
    platform.up()
    assert cluster.get("resourcequota", "team", namespace="vision")["spec"]["hard"]["pods"] == "200"


@pytest.mark.parametrize("content", [None, "", "apiVersion: v1\nclusters: [", "kind: Config\nclusters: []\n"])
def test_a_spoilt_kubeconfig_is_written_anew(platform: Project, content: str | None) -> None:
    file = platform.layout.kubeconfig
    before = file.read_text()
    if content is None:
        file.unlink()
    else:
        file.write_text(content)
    previewed = platform.rehearse("preview")
    after = file.read_text() if file.exists() else None
    file.write_text(before)
    assert previewed.code == 0, previewed.output
    assert after == before
