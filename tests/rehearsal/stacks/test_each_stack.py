"""Every stack for a real cluster comes up in a rehearsal, does its work on the nodes meant for it, and leaves nothing."""

import re
from pathlib import Path

import pytest
import yaml

from config import load
from config.platform import Platform
from tests.rehearsal.cluster import Cluster
from tests.rehearsal.platform.project import Project, stopped_in_the_end

STACKS = [stack for stack in load.stacks() if stack != "local"]


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_comes_up_does_its_work_and_leaves_nothing(copies: Path, stack: str) -> None:
    platform = load.read(stack)
    with stopped_in_the_end(Project.copied_to(copies / stack, stack)) as project:
        project.up()
        assert _jobs_left(project.cluster, platform) == []
        for model in platform.serving.models:
            _serves_on_its_devices(project.cluster, model.team, model.name)
        ended = project.rehearse("rehearse")
    assert ended.code == 0, ended.output
    assert re.search(r"^ *\d+ unchanged$", ended.output, re.MULTILINE), ended.output
    assert "nothing is left" in ended.output


def test_production_moves_to_another_cloud_by_its_cluster_alone(copies: Path) -> None:
    with stopped_in_the_end(Project.copied_to(copies / "moved", "prod")) as project:
        content = yaml.safe_load(project.stack_file.read_text())
        content["config"]["ml-platform:cluster"] = {"kind": "gke", "region": "europe-west4", "project": "example-ml-prod"}
        project.stack_file.write_text(yaml.safe_dump(content))
        project.up()
        assert _jobs_left(project.cluster, load.read("prod")) == []
        ended = project.rehearse("rehearse")
    assert ended.code == 0, ended.output
    assert "nothing is left" in ended.output


def _jobs_left(cluster: Cluster, platform: Platform) -> list[str]:
    """The jobs that are not complete."""
    done = {
        job.name: cluster.get("job", job.name, namespace=job.team)["status"].get("succeeded") for job in platform.training.jobs
    }
    return [job.name for job in platform.training.jobs if done[job.name] != job.workers]


def _serves_on_its_devices(cluster: Cluster, team: str, name: str) -> None:
    """Its pods are ready, each on a node that the pod's own selector means and that has the devices it asked for."""
    pods = cluster.get("pods", namespace=team, selector=f"app.kubernetes.io/name={name}")
    assert pods
    for pod in pods:
        node = cluster.get("node", pod["spec"]["nodeName"])
        assert pod["spec"]["nodeSelector"].items() <= node["metadata"]["labels"].items()
        limits = pod["spec"]["containers"][0]["resources"]["limits"]
        devices = {resource: count for resource, count in limits.items() if "/" in resource}
        assert devices
        assert all(int(node["status"]["allocatable"][resource]) >= int(count) for resource, count in devices.items())
