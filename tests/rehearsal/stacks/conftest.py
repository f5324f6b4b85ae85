"""Copies of the project, each with one stack for a real cluster, rehearsed as a user would."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from rehearsal.clouds import SIMULATIONS
from rehearsal.clouds.ledger import Entry
from tests.rehearsal.platform.project import Project, stopped_in_the_end


class CloudProject(Project):
    """A copy whose stack is for a cloud."""

    def recorded(self) -> list[dict[str, Any]]:
        """The resources in the stack's state, read while a command may be writing it."""
        file = self.layout.backend / ".pulumi" / "stacks" / "ml-platform" / f"{self.stack}.json"
        if not file.exists():
            return []
        attempts = Retrying(
            stop=stop_after_delay(5), wait=wait_fixed(0.05), retry=retry_if_exception_type(ValueError), reraise=True
        )
        return attempts(lambda: json.loads(file.read_text()))["checkpoint"]["latest"].get("resources", [])

    def in_the_cloud(self) -> list[Entry]:
        """What exists in the stack's simulated cloud."""
        return [entry for simulation in SIMULATIONS.values() for entry in simulation.ledger(self.layout)]

    def raise_up(self) -> None:
        """An `up`, if there is anything left to do."""
        if not any(resource["type"] == "kubernetes:batch/v1:Job" for resource in self.recorded()):
            self.up()


@pytest.fixture(scope="session")
def prod_copy(copies: Path) -> Iterator[CloudProject]:
    """A copy for the stack `prod`."""
    with stopped_in_the_end(CloudProject.copied_to(copies / "prod-changes", "prod")) as project:
        yield project


@pytest.fixture
def prod(prod_copy: CloudProject) -> CloudProject:
    """The stack `prod`, up, whose cluster may be deleted."""
    text = prod_copy.stack_file.read_text()
    if "deletionProtection" not in text:
        prod_copy.stack_file.write_text(text.replace("    kind: eks\n", "    kind: eks\n    deletionProtection: false\n"))
    prod_copy.raise_up()
    return prod_copy
