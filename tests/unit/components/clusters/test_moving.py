"""A platform moves from cloud to cloud by its `cluster` alone."""

from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from config import load
from tests.unit.conftest import Build, Values
from tests.unit.plan import Plan, Planned

GKE = {"kind": "gke", "region": "europe-west4"}


@pytest.fixture(scope="module")
def prod() -> Values:
    """What is below `config` in the stack file `prod`."""
    return yaml.safe_load(load.stack_file("prod").read_text())["config"]


@pytest.fixture(scope="module")
def before(prod: Values, build: Build) -> Plan:
    """`prod` as it is, on EKS."""
    return build(prod)


@pytest.fixture(scope="module")
def after(prod: Values, build: Build) -> Plan:
    """`prod` on GKE."""
    return build({**prod, "ml-platform:cluster": GKE})


def _of_teams(plan: Plan) -> dict[tuple[str, str], Any]:
    """What teams see: (kind, name) → object, without what says on which machine it runs."""
    layers = ("mlplatform:tenancy:", "mlplatform:serving:", "mlplatform:training:DistributedJob")
    return {
        (each.kind, each.name): each.inputs.get("spec") if each.kind not in ("Job", "Deployment") else None
        for each in plan.objects
        if each.parent.split("::")[2].rpartition("$")[2].startswith(layers)
    }


def test_teams_have_the_same_on_another_cloud(before: Plan, after: Plan):
    assert _of_teams(before)
    assert _of_teams(after) == _of_teams(before)


def test_the_same_work_asks_for_the_same_devices(before: Plan, after: Plan):
    for kind, name in (("Job", "all-reduce"), ("Deployment", "chat")):
        old, new = (plan.one(kind, name) for plan in (before, after))
        # GKE is told of a ladder by one more label of its own.
        assert _nodes(new).items() >= _nodes(old).items()
        limits = [each.pod["containers"][0]["resources"]["limits"] for each in (old, new)]
        assert len({each["nvidia.com/gpu"] for each in limits}) == 1


def _nodes(workload: Planned) -> Mapping[str, str]:
    """The labels by which its pods choose a node."""
    return workload.pod.get("nodeSelector") or workload.wanted[0]


def test_machines_are_the_new_clouds(after: Plan):
    assert {resource.type.partition(":")[0] for resource in after if resource.custom} >= {"gcp", "kubernetes"}
    assert not any(resource.type.startswith("aws:") for resource in after)
