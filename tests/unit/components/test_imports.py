"""A cloud's SDK takes a second to import, and a hundred megabytes."""

import subprocess
import sys
from collections.abc import Mapping

import pytest

from config.load import PROJECT

SDKS: Mapping[str, tuple[str, ...]] = {
    "local": (),
    "prod": ("pulumi_aws",),
    "dev": ("pulumi_gcp",),
    "aks": ("pulumi_azure_native",),
}

PROGRAM = """
import sys, components.platform
from config import load
from tests.unit.plan import plan
platform = load.read(sys.argv[1])
plan(lambda: components.platform.build(platform))
print(*(name for name in sys.modules if name.startswith("pulumi") and "." not in name))
"""


@pytest.fixture(scope="module")
def imported() -> Mapping[str, set[str]]:
    """Stack → the SDKs in its process; all of these run at once, as that is what takes long."""
    command = (sys.executable, "-c", PROGRAM)
    runs = {stack: subprocess.Popen([*command, stack], cwd=PROJECT, stdout=subprocess.PIPE, text=True) for stack in SDKS}
    return {stack: set(run.communicate()[0].split()) for stack, run in runs.items()}


@pytest.mark.parametrize("stack", SDKS)
def test_no_sdk_is_imported_but_that_of_the_cloud_in_use(imported: Mapping[str, set[str]], stack: str):
    assert imported[stack] == {"pulumi", "pulumi_kubernetes", *SDKS[stack]}
