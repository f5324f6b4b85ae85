"""`platform`: the whole of it, up, as every test finds and leaves it. `spare`: another copy, for what can't be put right."""

import socket
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from rehearsal.programs import obtain
from tests.rehearsal.cluster import Cluster, listening
from tests.rehearsal.platform.project import Project


@pytest.fixture(scope="session")
def copies(programs: Mapping[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where copies of the project go; the programs that they need are there."""
    obtain([*programs, "pulumi"], print)
    return tmp_path_factory.mktemp("copies")


@pytest.fixture(scope="session")
def platform(copies: Path) -> Iterator[Project]:
    """The platform of the local stack."""
    with _stopped_in_the_end(Project.copied_to(copies / "platform")) as project:
        project.up()
        yield project


@pytest.fixture
def cluster(platform: Project) -> Cluster:
    """The platform's cluster."""
    return platform.cluster


@pytest.fixture(scope="session")
def spare(copies: Path) -> Iterator[Project]:
    """A copy that is not up: its cluster is there, and nothing of the stack in it."""
    with _stopped_in_the_end(Project.copied_to(copies / "spare")) as project:
        previewed = project.rehearse("preview")
        assert previewed.code == 0, previewed.output
        yield project


@contextmanager
def _stopped_in_the_end(project: Project) -> Generator[Project]:
    """Runs `down` at the end, after which nothing must be left: no process, no port."""
    try:
        yield project
    finally:
        addresses = listening([*project.cluster.processes(), *project.processes()])
        stopped = project.rehearse("down")
        assert stopped.code == 0, stopped.output
        assert not project.cluster.processes()
        assert not project.processes()
        assert not [address for address in addresses if _answers(address)]


def _answers(address: tuple[str, int]) -> bool:
    with socket.socket() as client:
        return client.connect_ex(address) == 0
