"""What is refused in words, before anything is started."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config import load
from tests.rehearsal.platform.project import Project

Values = dict[str, Any]


@pytest.fixture(scope="module")
def untouched(copies: Path) -> Project:
    """A copy in which nothing was ever run."""
    return Project.copied_to(copies / "untouched")


def _quota_of_words(values: Values) -> None:
    values["ml-platform:teams"][0]["quota"]["requests"]["cpu"] = "many"


def _unknown_key(values: Values) -> None:
    values["ml-platform:nodePools"][0]["sise"] = {"min": 2, "max": 2}


def _more_than_there_is(values: Values) -> None:
    values["ml-platform:teams"][0]["quota"]["gpus"]["h100"] = 1000


def _twins(values: Values) -> None:
    values["ml-platform:teams"][1]["name"] = "vision"


@pytest.mark.parametrize(
    ("mistake", "place"),
    [
        (_quota_of_words, "ml-platform:teams[0].quota.requests.cpu"),
        (_unknown_key, "ml-platform:nodePools[0].sise"),
        (_more_than_there_is, "together the teams own 1016 h100 devices and the pools hold 32"),
        (_twins, "ml-platform:teams[1].name"),
    ],
)
def test_a_bad_stack_file_starts_nothing(untouched: Project, mistake: Callable[[Values], None], place: str) -> None:
    with untouched.changed(mistake):
        _refused(untouched, "up", complaint=place)


def test_a_stack_without_a_file_is_refused_in_one_line(untouched: Project) -> None:
    nowhere = Project(untouched.folder, "nowhere")
    output = _refused(nowhere, "up", complaint=f"there is no such file; the stacks are {', '.join(load.stacks())}")
    assert len(output.splitlines()) == 1


def test_a_bad_stack_file_does_not_keep_anyone_from_stopping(untouched: Project) -> None:
    with untouched.changed(_unknown_key):
        assert untouched.rehearse("down").code == 0


def _refused(project: Project, *command: str, complaint: str) -> str:
    done = project.rehearse(*command)
    assert done.code == 1
    assert complaint in done.output
    assert "Traceback" not in done.output
    assert not (project.folder / ".rehearsal").exists()
    assert not project.processes()
    return done.output
