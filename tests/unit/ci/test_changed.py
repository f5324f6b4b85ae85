"""Which stacks a change may break."""

import pytest

from ci.changed import affected
from config import load

STACKS = ("aks", "dev", "local", "prod")


@pytest.mark.parametrize(
    ("paths", "stacks"),
    [
        (["Pulumi.dev.yaml"], ["dev"]),
        (["examples/stacks/Pulumi.aks.yaml", "Pulumi.prod.yaml", "README.md"], ["aks", "prod"]),
        (["components/naming.py"], list(STACKS)),
        (["config/quotas.py", "Pulumi.dev.yaml"], list(STACKS)),
        (["requirements.txt"], list(STACKS)),
        (["Pulumi.yaml"], list(STACKS)),
        (["something/new.py"], list(STACKS)),
        (["docs/ci.md", "tests/unit/plan.py", ".github/workflows/up.yml", "requirements-dev.txt"], []),
        (["Pulumi.gone.yaml"], []),
        ([], []),
    ],
)
def test_a_stack_file_breaks_its_own_stack_and_the_program_all(paths: list[str], stacks: list[str]):
    assert affected(paths, STACKS) == stacks


def test_every_stack_file_is_known_to_be_one():
    for stack in load.stacks():
        assert affected([str(load.stack_file(stack).relative_to(load.PROJECT))], load.stacks()) == [stack]
