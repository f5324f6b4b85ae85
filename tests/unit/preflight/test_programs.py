"""Programs that a stack on a real cluster needs."""

from importlib.metadata import version
from pathlib import Path

import pytest

from preflight import programs


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All that is on PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def put(path: Path, name: str, says: str = "") -> None:
    (path / name).write_text(f"#!/bin/sh\necho {says}\n")
    (path / name).chmod(0o755)


def test_what_is_not_there_is_told_with_where_it_comes_from(path: Path):
    missing = [each for each in programs.findings("aks") if each.status == "problem"]
    assert [each.subject for each in missing] == ["program pulumi", "program kubelogin", "program az"]
    assert all(each.advice for each in missing)


def test_only_the_login_of_the_stacks_own_cloud_is_needed(path: Path):
    put(path, "pulumi", f"v{version('pulumi')}")
    put(path, "aws")
    assert {each.status for each in programs.findings("eks")} == {"ok"}


def test_an_engine_that_is_older_than_the_sdk_is_a_problem(path: Path):
    put(path, "pulumi", "v3.100.0")
    found = programs.engine()
    assert (found.status, found.advice) == ("problem", f"install version {version('pulumi')}")


def test_an_engine_that_does_not_run_is_a_problem(path: Path):
    put(path, "pulumi")
    (path / "pulumi").write_text("not a program")
    assert programs.engine().status == "problem"
