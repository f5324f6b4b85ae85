"""The `aws` command of a rehearsal."""

import json
import sys
from pathlib import Path
from subprocess import run

import pytest
import yaml

from rehearsal.clouds.aws import cli
from rehearsal.clouds.aws.account import CLUSTER
from rehearsal.clouds.ledger import Entry, Ledger
from rehearsal.control_plane import pki


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of a rehearsal whose cloud has the cluster `prod`."""
    state = tmp_path / ".rehearsal" / "prod"
    monkeypatch.setenv("ML_PLATFORM_REHEARSAL", str(state))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
    properties = {"arn": "arn:aws:eks:cluster/prod", "endpoint": "https://here", "certificateAuthority": {"data": "Y2VydA=="}}
    Ledger(state / "cloud" / "aws").put(Entry(CLUSTER, "prod", "urn", {}, properties))
    pki.prepare(state / "pki")
    return state


def test_a_token_is_a_credential_for_the_cluster(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["--region", "eu-north-1", "eks", "get-token", "--cluster-name", "prod", "--output", "json"]) == 0
    credential = json.loads(capsys.readouterr().out)
    assert credential["kind"] == "ExecCredential"
    assert "BEGIN CERTIFICATE" in credential["status"]["clientCertificateData"]


def test_a_cluster_that_is_not_there_is_told_as_aws_tells_it(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["eks", "get-token", "--cluster-name", "dev"]) == 254
    told = capsys.readouterr()
    assert not told.out
    error = "An error occurred (ResourceNotFoundException) when calling the DescribeCluster operation"
    assert told.err == f"\n{error}: No cluster found for name: dev.\n"


def test_a_kubeconfig_gains_the_cluster_and_keeps_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "kubeconfig"
    file.write_text(yaml.safe_dump({"contexts": [{"name": "other", "context": {}}], "current-context": "other"}))
    assert cli.main(["eks", "update-kubeconfig", "--name", "prod", "--region", "eu-north-1", "--alias", "here"]) == 0
    assert f"Added new context here to {file}" in capsys.readouterr().out
    kubeconfig = yaml.safe_load(file.read_text())
    assert [context["name"] for context in kubeconfig["contexts"]] == ["other", "here"]
    assert kubeconfig["current-context"] == "here"
    assert kubeconfig["users"][0]["user"]["exec"]["command"] == "aws"


def test_who_calls(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["sts", "get-caller-identity"]) == 0
    assert json.loads(capsys.readouterr().out)["Arn"].endswith("assumed-role/deployer/rehearsal")


def test_what_does_not_parse_ends_as_aws_does():
    assert cli.main(["eks", "fly"]) == 252


def test_it_starts_fast_without_what_it_does_not_need():
    program = "import sys, rehearsal.clouds.aws.cli; print(*sys.modules)"
    loaded = run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pulumi", "botocore", "kubernetes"} & set(loaded)
