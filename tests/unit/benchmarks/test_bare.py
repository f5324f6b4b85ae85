"""The bare program makes the objects of the program, in an order that is as safe."""

import runpy
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import pytest

import components.platform
from benchmarks import bare
from benchmarks.recording import Recorded, record
from benchmarks.stacks import stack_file
from config import load
from config.platform import Platform

Recordings = tuple[Sequence[Recorded], Sequence[Recorded]]


def _in_teams(teams: int) -> Platform:
    return load.parse(stack_file(teams, Path("/elsewhere/kubeconfig"))["config"], Path("Pulumi.benchmark.yaml"))


PLATFORMS: Mapping[str, Callable[[], Platform]] = {
    "local": lambda: _in_teams(2),
    "teams": lambda: _in_teams(3),
    "prod": lambda: load.read("prod"),
    "dev": lambda: load.read("dev"),
}


@pytest.fixture(scope="module", params=PLATFORMS)
def recordings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Recordings:
    """The program's resources, and the bare program's."""
    platform = PLATFORMS[request.param]()
    ours = record(lambda: components.platform.build(platform))
    program = tmp_path_factory.mktemp("bare") / "objects.py"
    program.write_text(bare.source(ours))
    return ours, record(lambda: runpy.run_path(str(program)))


def test_the_provider_is_given_the_same(recordings: Recordings):
    ours, plain = ({(each.constructor, each.name): (each.inputs, each.timeouts) for each in side} for side in recordings)
    assert plain == ours


def test_everything_waits_for_the_same(recordings: Recordings):
    ours, plain = map(_waited_for, recordings)
    assert plain == ours


def test_nothing_is_waited_for_twice(recordings: Recordings):
    ours, _ = recordings
    names = {each.urn: each.name for each in ours}
    needed = {names[urn]: {names[other] for other in others} for urn, others in bare.direct(ours).items()}
    # Its nodes are waited for by the namespace, and the namespace by the release.
    assert needed["kueue-release"] == {"kueue-namespace"}


def test_it_has_no_components(recordings: Recordings):
    ours, plain = recordings
    assert any(each.within for each in ours)
    assert not any(each.within for each in plain)


def test_what_a_cloud_has_yet_to_tell_is_unknown_in_a_preview(recordings: Recordings):
    ours, plain = ({each.name: each.sources.keys() for each in side} for side in recordings)
    assert plain == ours


def _waited_for(resources: Iterable[Recorded]) -> Mapping[str, frozenset[str]]:
    """Name → names of all that must be there before."""
    names: dict[str, str] = {}
    before: dict[str, frozenset[str]] = {}
    for each in resources:
        names[each.urn] = each.name
        first = {names[urn] for urn in each.after}
        before[each.name] = frozenset(first).union(*(before[name] for name in first))
    return before
