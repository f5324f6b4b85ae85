"""`python -m preflight`."""

import json
import re
import subprocess
import sys

import pytest
from typer.testing import CliRunner

import preflight.__main__
from components import clusters
from config.load import PROJECT
from preflight import KINDS, Finding
from preflight.finding import Status

run = CliRunner().invoke


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[Finding]:
    """What the preflight finds."""
    found = list[Finding]()

    def findings(*_: object) -> list[Finding]:
        return found

    monkeypatch.setattr(preflight.__main__, "findings", findings)
    return found


def test_every_kind_of_cluster_has_its_preflight():
    assert set(KINDS) == set(clusters.KINDS)


def test_a_simulated_stack_has_all_it_needs():
    result = run(preflight.__main__.app, ["--stack", "local"])
    assert (result.exit_code, "1 ok" in result.output) == (0, True)


@pytest.mark.parametrize(("status", "code"), [("ok", 0), ("could not be asked", 0), ("problem", 1)])
def test_only_a_problem_makes_it_fail(found: list[Finding], status: Status, code: int):
    found.append(Finding("a", status, "b", "c [d]"))
    result = run(preflight.__main__.app, ["--stack", "local"])
    assert (result.exit_code, "→ c [d]" in result.output) == (code, True)


def test_for_programs_it_is_json(found: list[Finding]):
    found.append(Finding("a", "problem", "b", "c"))
    told = json.loads(run(preflight.__main__.app, ["--stack", "local", "--json"]).output)
    assert told["findings"] == [{"subject": "a", "status": "problem", "detail": "b", "advice": "c"}]


def test_a_mistake_in_the_stack_file_is_one_message():
    result = run(preflight.__main__.app, ["--stack", "nowhere"])
    assert (result.exit_code, "there is no such file" in result.output) == (1, True)


def test_a_cloud_that_is_not_used_is_not_imported():
    clouds = "('boto3', 'google.cloud', 'azure')"
    program = f"import sys, preflight.__main__; print([name for name in sys.modules if name.startswith({clouds})])"
    command = [sys.executable, "-c", program]
    assert subprocess.run(command, capture_output=True, text=True, check=True, cwd=PROJECT).stdout == "[]\n"


def test_nothing_that_makes_a_stack_knows_of_the_preflight():
    sources = [file for folder in ("components", "config") for file in (PROJECT / folder).rglob("*.py")]
    assert not [file for file in sources if "preflight" in file.read_text()]


def test_every_permission_that_it_asks_for_is_documented():
    sources = "".join((PROJECT / f"preflight/{cloud}.py").read_text() for cloud in ("aws", "gcp", "azure"))
    permissions = {each for each in re.findall(r'_asking\("(\S+)"\)', sources) if not each.isalpha()}
    assert len(permissions) == 13
    assert permissions == set(re.findall(r"`([\w.]+[:./][\w:./]+)`", (PROJECT / "docs/ci.md").read_text().partition("asks")[2]))
