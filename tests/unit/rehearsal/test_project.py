"""The copy of a project on which a stack for a real cluster is rehearsed."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from config import load
from rehearsal import project
from rehearsal.layout import Layout

CLUSTERS = {
    "existing": {"kind": "existing", "kubeconfig": "~/.kube/config", "context": "production"},
    "eks": {"kind": "eks", "region": "eu-central-1"},
    "simulated": {"kind": "simulated"},
}


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a stack of each kind."""
    monkeypatch.setattr(load, "PROJECT", tmp_path)
    runtime = {"name": "python", "options": {"virtualenv": ".venv"}}
    (tmp_path / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "ml-platform", "runtime": runtime}))
    for name, cluster in CLUSTERS.items():
        values = {"ml-platform:cluster": cluster, "ml-platform:kubeconfig": {"secure": "v1:abc"}, "other:key": "kept"}
        (tmp_path / f"Pulumi.{name}.yaml").write_text(yaml.safe_dump({"config": values, "secretsprovider": "awskms://alias/key"}))
    return tmp_path


def copied(checkout: Path, stack: str) -> dict[str, Any]:
    folder = project.folder(Layout(stack, checkout))
    return yaml.safe_load((folder / f"Pulumi.{stack}.yaml").read_text())


def test_a_simulated_stack_runs_in_place(checkout: Path):
    assert project.folder(Layout("simulated", checkout)) == checkout


def test_a_rehearsal_of_an_existing_cluster_never_reaches_it(checkout: Path):
    layout = Layout("existing", checkout)
    cluster = copied(checkout, "existing")["config"]["ml-platform:cluster"]
    assert cluster == {"kind": "existing", "kubeconfig": str(layout.kubeconfig)}


def test_secrets_that_only_the_real_stack_can_open_are_left_out(checkout: Path):
    copy = copied(checkout, "existing")
    assert "ml-platform:kubeconfig" not in copy["config"]
    assert "secretsprovider" not in copy


def test_everything_else_is_as_the_file_says(checkout: Path):
    assert copied(checkout, "eks")["config"] == {"ml-platform:cluster": CLUSTERS["eks"], "other:key": "kept"}


def test_the_program_is_the_checkouts_own(checkout: Path):
    folder = project.folder(Layout("eks", checkout))
    written = yaml.safe_load((folder / "Pulumi.yaml").read_text())
    assert written["main"] == str(checkout)
    assert written["runtime"]["options"]["virtualenv"] == str(checkout / ".venv")


def test_what_pulumi_wrote_for_the_rehearsal_stays_there(checkout: Path):
    before = (checkout / "Pulumi.eks.yaml").read_text()
    file = project.folder(Layout("eks", checkout)) / "Pulumi.eks.yaml"
    file.write_text(yaml.safe_dump({**yaml.safe_load(file.read_text()), "encryptionsalt": "v1:salt"}))
    assert copied(checkout, "eks")["encryptionsalt"] == "v1:salt"
    assert (checkout / "Pulumi.eks.yaml").read_text() == before


def test_protection_is_taken_off_the_copy_alone(checkout: Path):
    layout = Layout("eks", checkout)
    file = project.folder(layout) / "Pulumi.eks.yaml"
    project.unprotect(layout)
    assert yaml.safe_load(file.read_text())["config"]["ml-platform:cluster"]["deletionProtection"] is False
    assert copied(checkout, "eks")["config"]["ml-platform:cluster"] == CLUSTERS["eks"]
