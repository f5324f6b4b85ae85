"""A `destroy` that is cut off, wherever it is, is carried on by the next one, and nothing is left in the cloud."""

import subprocess

from tests.rehearsal.cluster import eventually
from tests.rehearsal.platform.project import Done, kill
from tests.rehearsal.stacks.conftest import CloudProject

_POINTS = 10


def test_one_that_is_killed_ten_times(prod: CloudProject) -> None:
    retained = {resource["urn"] for resource in prod.recorded() if resource.get("retainOnDelete")}
    everything = len(prod.recorded())
    for point in range(1, _POINTS + 1):
        _kill_when_left(prod, everything - everything * point // (_POINTS + 1))
    ended = prod.rehearse("destroy")
    assert ended.code == 0, ended.output
    assert "Traceback" not in ended.output
    assert prod.recorded() == []
    assert [entry for entry in prod.in_the_cloud() if entry.urn not in retained] == []


def _kill_when_left(project: CloudProject, resources: int) -> None:
    """`kill -9` of a `destroy` that has got so far."""
    run: subprocess.Popen[str] = project.start("destroy")

    def got_so_far() -> None:
        assert run.poll() is not None or len(project.recorded()) <= resources

    eventually(got_so_far, within=300)
    assert run.poll() is None, Done.of(run).output
    kill(run)
