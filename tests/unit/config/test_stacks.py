"""The stack files of the repository, and the schema by which editors check them."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator, ValidationError, validate

from components import clusters
from config.load import PROJECT, parse, stack_file, stacks
from config.schema import schema

STACKS = [stack_file(stack) for stack in stacks()]
WRITTEN = json.loads((PROJECT / "config" / "schema.json").read_text())

each_stack = pytest.mark.parametrize("stack", STACKS, ids=lambda stack: stack.name)


def test_the_schema_is_that_of_the_models():
    assert schema() == WRITTEN, "write it again: python -m config.schema > config/schema.json"


def test_the_local_the_dev_and_the_prod_stack_are_there():
    assert {"Pulumi.local.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml"} <= {stack.name for stack in STACKS}


@each_stack
def test_a_stack_file_meets_the_schema_and_names_it(stack: Path):
    validate(yaml.safe_load(stack.read_text()), WRITTEN, Draft202012Validator)
    named = stack.read_text().splitlines()[0].removeprefix("# yaml-language-server: $schema=")
    assert (stack.parent / named).resolve() == PROJECT / "config" / "schema.json"


@each_stack
def test_a_stack_file_can_be_read(stack: Path):
    platform = parse(yaml.safe_load(stack.read_text())["config"], stack)
    assert clusters.refusal(platform) is None


@each_stack
def test_a_resource_without_a_provider_is_an_error_in_every_stack(stack: Path):
    assert yaml.safe_load(stack.read_text())["config"]["pulumi:disable-default-providers"] == ["*"]


@pytest.mark.parametrize(
    ("layer", "value"),
    [("cluster", {"kind": "eks"}), ("nodePools", []), ("nodePools", [{"name": "a"}]), ("teams", [{"nmae": "a"}]), ("team", [])],
)
def test_an_editor_sees_a_mistake(valid: dict[str, Any], layer: str, value: object):
    with pytest.raises(ValidationError):
        validate({"config": {**valid, f"ml-platform:{layer}": value}}, WRITTEN, Draft202012Validator)
