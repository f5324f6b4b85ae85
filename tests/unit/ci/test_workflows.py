"""What the workflows may do, and that what they call is there."""

import re
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from config.load import PROJECT, stacks

FILES: Final = sorted((PROJECT / ".github").glob("*/**/*.yml"))
WORKFLOWS: Final = [file for file in FILES if file.parent.name == "workflows"]

ALLOWED: Final[Mapping[tuple[str, str], dict[str, str]]] = {
    ("preview", "preview"): {"contents": "read", "id-token": "write", "pull-requests": "write"},
    ("up", "dev"): {"contents": "read", "id-token": "write"},
    ("up", "prod"): {"contents": "read", "id-token": "write"},
    ("up-stack", "up"): {"contents": "read", "id-token": "write"},
}
"""The jobs that may do more than read the repository."""


def parsed(file: Path) -> dict[Any, Any]:
    return yaml.safe_load(file.read_text())


def jobs() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for file in WORKFLOWS:
        for name, job in parsed(file)["jobs"].items():
            yield file.stem, name, job


def steps() -> Iterator[dict[str, Any]]:
    for file in FILES:
        content = parsed(file)
        for holder in [content["runs"]] if "runs" in content else content["jobs"].values():
            yield from holder.get("steps", [])


def commands() -> str:
    return "\n".join(step["run"] for step in steps() if "run" in step)


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_by_default_a_workflow_only_reads_the_repository(file: Path):
    assert parsed(file)["permissions"] == {"contents": "read"}


def test_jobs_that_may_do_more_are_few_and_known():
    assert {(workflow, name): job["permissions"] for workflow, name, job in jobs() if "permissions" in job} == ALLOWED


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PROJECT / ".github")))
def test_an_action_is_pinned_to_a_commit_with_its_version_beside_it(file: Path):
    for line in re.findall(r"uses: (.*)", file.read_text()):
        if line.startswith("./"):
            assert (PROJECT / line).exists()
        else:
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)


def test_one_action_has_one_version():
    pins = {tuple(line.split("@")) for file in FILES for line in re.findall(r"uses: ([^.\n].*)", file.read_text())}
    assert len({action for action, _ in pins}) == len(pins)


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_what_a_pull_request_brings_never_runs_with_the_rights_of_main(file: Path):
    assert not {"pull_request_target", "workflow_run"} & set(parsed(file)[True])  # YAML reads `on` as true


def test_no_long_lived_key_is_used():
    assert not [file for file in FILES if "secrets." in file.read_text()]


def test_nothing_that_somebody_may_have_written_becomes_part_of_a_command():
    assert "${{" not in commands()


def test_the_token_is_left_nowhere_in_the_checkout():
    checkouts = [step for step in steps() if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_every_job_ends():
    assert all("timeout-minutes" in job for _, _, job in jobs() if "uses" not in job)


def test_a_fork_logs_in_nowhere():
    found = {name: job for workflow, name, job in jobs() if workflow == "preview"}
    assert found["environments"]["if"] == "github.event.pull_request.head.repo.full_name == github.repository"
    assert found["preview"]["needs"] == "environments"


def test_a_running_up_is_never_cancelled_and_waits_for_approval():
    job = parsed(PROJECT / ".github/workflows/up-stack.yml")["jobs"]["up"]
    assert job["concurrency"] == {"group": "up-${{ inputs.stack }}", "cancel-in-progress": False}
    assert job["environment"] == "${{ inputs.stack }}"


def test_prod_comes_after_dev():
    found = parsed(PROJECT / ".github/workflows/up.yml")["jobs"]
    assert found["prod"]["needs"] == "dev"
    assert {job["with"]["stack"] for job in found.values()} <= set(stacks())


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_a_command_that_fails_in_a_pipe_fails_its_step(file: Path):
    content = parsed(file)
    if any("run" in step for job in content["jobs"].values() for step in job.get("steps", [])):
        assert content["defaults"]["run"]["shell"] == "bash"


def test_what_is_called_is_there():
    targets = set(re.findall(r"^([\w$()/.-]+):", (PROJECT / "Makefile").read_text().replace("$(VENV)", ".venv"), re.MULTILINE))
    called = {word for line in re.findall(r"make ([^|\n]+)", commands()) for word in line.split()}
    assert called
    assert called <= targets
    assert all(find_spec(module) for module in re.findall(r"python -m (\S+)", commands()))


def test_the_engine_is_that_of_the_sdk():
    cloud = parsed(PROJECT / ".github/actions/cloud/action.yml")["runs"]["steps"]
    (pinned,) = (step["with"]["pulumi-version"] for step in cloud if step.get("uses", "").startswith("pulumi/actions@"))
    assert f"pulumi=={pinned}\n" in (PROJECT / "requirements.in").read_text()
