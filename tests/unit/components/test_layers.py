"""The order of the layers, and what that order costs."""

import ast
from itertools import pairwise
from pathlib import Path

import pytest

from config.load import PROJECT
from tests.unit.conftest import Build, Values
from tests.unit.plan import Plan

LAYERS = ["clusters", "accelerators", "storage", "autoscaling", "tenancy", "training", "serving"]
SHARED = {"naming", "pods"}
COMPONENTS = PROJECT / "components"


def _imports(file: Path) -> set[str]:
    """The modules of components/ and rehearsal/ that a file imports, as their first two names."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return {".".join(name.split(".")[:2]) for name in found if name.startswith(("components", "rehearsal"))}


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_imports_only_those_before_it(layer: str):
    before = {*SHARED, *LAYERS[: LAYERS.index(layer) + 1]}
    imported = set[str]().union(*(_imports(file) for file in (COMPONENTS / layer).rglob("*.py")))
    assert imported <= {f"components.{name}" for name in before}


def test_every_layer_is_in_this_order():
    assert {path.parent.name for path in COMPONENTS.glob("*/__init__.py")} == set(LAYERS)


def test_the_configuration_knows_no_component():
    assert [file.name for file in (PROJECT / "config").rglob("*.py") if _imports(file)] == []


def test_no_layer_waits_for_a_later_one(local: Plan):
    """A dependency on a component is one on its children, so a layer is read from the type of the parent."""
    layer = {resource.urn: _layer(resource.urn) for resource in local}
    for resource in local:
        for dependency in resource.depends_on:
            assert LAYERS.index(layer[dependency]) <= LAYERS.index(layer[resource.urn]), (resource.name, dependency)


def _layer(urn: str) -> str:
    return next(part.split(":")[1] for part in urn.split("::")[2].split("$") if part.startswith("mlplatform:"))


def test_gpus_can_be_asked_for_before_anything_asks(local: Plan):
    daemons = {daemon.urn for daemon in local.of("DaemonSet")}
    workloads = [resource for resource in local if resource.kind in ("DistributedJob", "ModelServer")]
    assert len(workloads) == 2
    assert all(daemons <= workload.depends_on for workload in workloads)


def test_a_team_is_there_whole_before_its_workloads(local: Plan):
    for component, team in (("DistributedJob", "vision"), ("ModelServer", "language")):
        (workload,) = local.of(component)
        parts = {resource.urn for resource in local if resource.parent.endswith(f"mlplatform:tenancy:Team::{team}")}
        assert len(parts) == 8
        assert parts <= workload.depends_on


def _with_teams(values: Values, count: int) -> Values:
    """Each with a job and a model server that the next team calls."""
    team, job, model = (
        values["ml-platform:teams"][0],
        values["ml-platform:training"]["jobs"][0],
        values["ml-platform:serving"]["models"][0],
    )
    names = [f"team-{number}" for number in range(count)]
    quota = {**team["quota"], "gpus": {"h100": 8, "l4": 4}, "borrow": {"h100": 8}}
    pools = [{**pool, "size": {"max": 1000}} for pool in values["ml-platform:nodePools"]]
    return {
        "ml-platform:cluster": values["ml-platform:cluster"],
        "ml-platform:nodePools": pools,
        "ml-platform:teams": [{**team, "name": name, "quota": quota} for name in names],
        "ml-platform:training": {"jobs": [{**job, "name": f"{name}-job", "team": name} for name in names]},
        "ml-platform:serving": {
            "models": [
                {**model, "name": f"{name}-model", "team": name, "clients": [client]}
                for name, client in pairwise([*names, names[0]])
            ]
        },
    }


def test_dependencies_grow_no_faster_than_teams(values: Values, build: Build):
    edges = {count: sum(len(resource.depends_on) for resource in build(_with_teams(values, count))) for count in (3, 6, 12)}
    assert edges[12] - edges[6] == 2 * (edges[6] - edges[3])
