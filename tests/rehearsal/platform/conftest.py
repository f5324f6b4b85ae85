"""`platform`: the whole of it, up, as every test finds and leaves it. `spare`: another copy, for what can't be put right."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rehearsal.cluster import Cluster
from tests.rehearsal.platform.project import Project, stopped_in_the_end


@pytest.fixture(scope="session")
def platform(copies: Path) -> Iterator[Project]:
    """The platform of the local stack."""
    with stopped_in_the_end(Project.copied_to(copies / "platform")) as project:
        project.up()
        yield project


@pytest.fixture
def cluster(platform: Project) -> Cluster:
    """The platform's cluster."""
    return platform.cluster


@pytest.fixture(scope="session")
def spare(copies: Path) -> Iterator[Project]:
    """A copy that is not up: its cluster is there, and nothing of the stack in it."""
    with stopped_in_the_end(Project.copied_to(copies / "spare")) as project:
        previewed = project.rehearse("preview")
        assert previewed.code == 0, previewed.output
        yield project
