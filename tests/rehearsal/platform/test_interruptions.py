"""An `up` that is cut off is carried on by the next one, and ends in what it would have ended in."""

import os
import signal
import subprocess
from collections.abc import Iterator
from typing import Final

import pytest

from tests.rehearsal.cluster import eventually
from tests.rehearsal.platform import objects
from tests.rehearsal.platform.project import Done, Project, kill

_NODE: Final = ("node/h100-0",)
_RELEASE: Final = ("secret/sh.helm.release.v1.kueue.v1", "--namespace=kueue-system")
_QUEUE: Final = ("clusterqueue/vision",)
_JOB: Final = ("job/all-reduce", "--namespace=vision")


@pytest.fixture
def empty(spare: Project) -> Iterator[Project]:
    """A copy whose cluster has nothing of the stack in it; `destroy` leaves it so again."""
    before = objects.names(spare.cluster)
    yield spare
    destroyed = spare.rehearse("destroy")
    assert destroyed.code == 0, destroyed.output

    def as_before() -> None:
        assert objects.names(spare.cluster) == before

    eventually(as_before)


def _up_until(project: Project, *there: str) -> subprocess.Popen[str]:
    """An `up` that has just made this object, and waits for it or makes others beside it."""
    run = project.start("up")

    def made() -> None:
        if run.poll() is None:
            assert project.cluster.kubectl("get", *there, "--output=name", "--ignore-not-found")

    eventually(made, within=300)
    assert run.poll() is None, Done.of(run).output
    return run


def _is_as_uninterrupted(project: Project, platform: Project) -> None:
    assert not project.pending()
    assert not project.locks()
    assert project.plan() == {}
    assert objects.ours(project.cluster) == objects.ours(platform.cluster)


def test_one_that_is_killed_again_and_again(empty: Project, platform: Project) -> None:
    for point in (_NODE, _RELEASE, _JOB):
        kill(_up_until(empty, *point))
        assert empty.locks()
    assert "Traceback" not in empty.up().output
    _is_as_uninterrupted(empty, platform)


def test_one_that_is_interrupted_and_one_that_loses_the_api_server(empty: Project, platform: Project) -> None:
    run = _up_until(empty, *_RELEASE)
    os.killpg(run.pid, signal.SIGINT)
    interrupted = Done.of(run)
    assert interrupted.code == 130, interrupted.output
    assert "interrupted; the same command carries on" in interrupted.output
    assert not empty.locks()

    run = _up_until(empty, *_QUEUE)
    empty.cluster.process("kube-apiserver").kill()
    bereft = Done.of(run)

    ended = empty.up()
    assert "Traceback" not in interrupted.output + bereft.output + ended.output
    _is_as_uninterrupted(empty, platform)
