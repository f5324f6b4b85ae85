"""What the tests of every simulated cloud stand on."""

from pathlib import Path

import pytest

from rehearsal.autoscaling.group import Groups
from tests.unit.rehearsal.clouds.told import Told


@pytest.fixture
def server() -> Told:
    return Told()


@pytest.fixture
def groups(tmp_path: Path) -> Groups:
    return Groups(tmp_path)
