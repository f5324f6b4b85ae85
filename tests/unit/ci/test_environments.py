"""Which stacks CI logs in for, and with what."""

import re

import pytest
import yaml

from ci import environments
from ci.environments import IncompleteError
from config import load

PLATFORMS = {stack: load.read(stack) for stack in ("aks", "dev", "kind", "local", "prod")}
REGION = yaml.safe_load(load.stack_file("prod").read_text())["config"]["ml-platform:cluster"]["region"]
PROD = {"PROD_STATE": "s3://state", "PROD_PREVIEW_AS": "arn:aws:iam::111122223333:role/preview"}


def test_a_stack_without_variables_is_left_alone():
    assert not list(environments.environments(PLATFORMS, {"RUNNER": "mine"}, "preview"))


def test_a_stack_with_its_variables_is_there_with_all_that_a_login_needs():
    (found,) = environments.environments(PLATFORMS, PROD, "preview")
    assert found == {
        "stack": "prod",
        "file": "Pulumi.prod.yaml",
        "kind": "eks",
        "region": REGION,
        "state": "s3://state",
        "identity": "arn:aws:iam::111122223333:role/preview",
    }


def test_whoever_previews_is_not_whoever_changes():
    with pytest.raises(IncompleteError, match="prod: the repository lacks the variables PROD_UP_AS"):
        list(environments.environments(PLATFORMS, PROD, "up"))


def test_the_configuration_of_an_example_is_found_where_it_is():
    variables = {f"AKS_{name}": "x" for name in ("STATE", "PREVIEW_AS", "TENANT", "SUBSCRIPTION")}
    (found,) = environments.environments(PLATFORMS, variables, "preview")
    assert found["file"] == "examples/stacks/Pulumi.aks.yaml"


def test_the_documentation_lists_every_variable():
    told = set(re.findall(r"`STACK_(\w+)`", (load.PROJECT / "docs/ci.md").read_text()))
    named = {name for names in environments.VARIABLES.values() for name in names.values()}
    assert told == {name.format(PURPOSE=purpose) for name in named for purpose in ("PREVIEW", "UP")}
