"""A valid stack file, and what a user reads after spoiling it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml
from pulumi.runtime import set_all_config

from config import load
from tests.unit.plan import plan

VALID = (Path(__file__).parent / "Pulumi.valid.yaml").read_text()

Mistakes = Callable[..., list[str]]
"""(text in the valid file, text in its place, …) → the lines that `pulumi up` would print."""


@pytest.fixture
def valid() -> dict[str, Any]:
    """The values of a stack file in which nothing is wrong."""
    return yaml.safe_load(VALID)["config"]


@pytest.fixture
def mistakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mistakes:
    """Each call is a run of the program on an edited file, with the configuration as the engine hands it over."""
    monkeypatch.setattr(load, "PROJECT", tmp_path)

    def run(*edits: str) -> list[str]:
        text = VALID
        for old, new in zip(edits[::2], edits[1::2], strict=True):
            assert old in text
            text = text.replace(old, new, 1)
        (tmp_path / "Pulumi.stack.yaml").write_text(text)
        values = yaml.safe_load(text)["config"]
        set_all_config({key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()})
        with pytest.raises(pulumi.RunError) as refused:
            plan(load.platform)
        return str(refused.value).splitlines()

    return run
