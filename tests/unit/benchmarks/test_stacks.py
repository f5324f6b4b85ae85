from pathlib import Path

import pytest

from benchmarks.stacks import LEAST, stack_file
from config import load
from config.platform import Platform

KUBECONFIG = Path("/elsewhere/kubeconfig")


def platform(teams: int) -> Platform:
    return load.parse(stack_file(teams, KUBECONFIG)["config"], Path("Pulumi.benchmark.yaml"))


@pytest.mark.parametrize("teams", [2, 3, 10, 400])
def test_is_valid_and_has_so_many_teams(teams: int):
    assert len(platform(teams).teams) == teams


def test_the_smallest_is_the_local_stack_on_the_benchmarks_own_cluster():
    local = load.read("local")
    cluster = local.cluster.model_copy(update={"kubeconfig": KUBECONFIG})
    assert platform(LEAST) == local.model_copy(update={"cluster": cluster})


def test_larger_ones_differ_in_teams_only():
    few, many = (platform(teams) for teams in (10, 400))
    assert not few.training.jobs
    assert not few.serving.models
    assert [(pool.name, pool.size.min) for pool in few.node_pools] == [(pool.name, pool.size.min) for pool in many.node_pools]
    assert few.teams == many.teams[:10]
