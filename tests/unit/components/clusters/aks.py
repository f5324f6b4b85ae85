"""The example of a stack on AKS, as tests of its cluster change and look at it."""

from typing import Any

import yaml

from config.load import PROJECT
from tests.unit.plan import Plan, Planned

STACK = PROJECT / "examples/stacks/Pulumi.aks.yaml"


def values() -> dict[str, Any]:
    """What is below `config` in the example."""
    return yaml.safe_load(STACK.read_text())["config"]


def cluster(plan: Plan) -> Planned:
    """The managed cluster."""
    (found,) = plan.of("ManagedCluster")
    return found


def agent_pools(plan: Plan) -> dict[str, Planned]:
    """Name in Azure → agent pool."""
    return {pool.inputs["agentPoolName"]: pool for pool in plan.of("AgentPool")}
