"""What a simulated cloud lets pass, and what it refuses."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from rehearsal.clouds.cloud import Cloud, ThrottledError, TimedOutError
from rehearsal.clouds.faults import Fault, Faults, How
from rehearsal.clouds.kind import Kind, Mistake, Reference, RefusedError, Request
from rehearsal.clouds.ledger import Entry, Ledger

NETWORK, MACHINE, KEY = "cloud:Network", "cloud:Machine", "cloud:Key"
CONFIG = {"region": "north"}


def urn(name: str, resource: str = NETWORK) -> str:
    return f"urn:pulumi:stack::project::{resource}::{name}"


@pytest.fixture
def happened() -> list[str]:
    """What the cloud did besides keeping its ledger."""
    return []


@pytest.fixture
def cloud(tmp_path: Path, happened: list[str]) -> Cloud:
    kinds = (
        Kind(
            NETWORK,
            identify=lambda request: f"net-{request.name}",
            computed=lambda request, id_: {"arn": f"{request.config['region']}/{id_}"},
            check=lambda inputs: [Mistake("range", "is missing")] if "range" not in inputs else [],
            unique=("range",),
        ),
        Kind(KEY, identify=lambda request: request.name),
        Kind(
            MACHINE,
            identify=lambda request: request.name,
            defaults={"size": "small"},
            autoname="name",
            references=(Reference("cards.*.network", NETWORK), Reference("key", KEY, holds=False)),
            made=lambda _request, entry: happened.append(f"{entry.id} starts"),
            gone=lambda _request, entry: happened.append(f"{entry.id} stops"),
        ),
    )
    return Cloud(Ledger(tmp_path / "ledger"), Faults(tmp_path / "faults.json"), {kind.type: kind for kind in kinds})


def network(cloud: Cloud, name: str = "a", cidr: str = "10.0.0.0/16") -> Entry:
    return cloud.create(NETWORK, urn(name), {"range": cidr}, CONFIG)


def machine(cloud: Cloud, *networks: str, **inputs: object) -> Entry:
    cards = [{"network": each} for each in networks]
    return cloud.create(MACHINE, urn("m", MACHINE), {"cards": cards, **inputs}, CONFIG)


def test_a_resource_has_its_inputs_and_what_the_cloud_adds(cloud: Cloud):
    made = network(cloud)
    assert (made.id, made.properties) == ("net-a", {"range": "10.0.0.0/16", "arn": "north/net-a"})
    assert cloud.read(NETWORK, "net-a") == made


def test_it_outlives_the_plugin_that_made_it(cloud: Cloud):
    made = network(cloud)
    assert Ledger(cloud.ledger.folder).find(urn("a")) == made


def test_of_a_replacement_and_what_it_replaces_the_later_is_found(cloud: Cloud):
    old = network(cloud)
    cloud.ledger.put(Entry(NETWORK, "net-new", old.urn, old.inputs, old.properties))
    found = cloud.ledger.find(old.urn)
    assert found
    assert found.id == "net-new"


def test_mistakes_are_found_before_anything_is_made(cloud: Cloud):
    assert cloud.check(NETWORK, urn("a"), {}, {}) == ({}, [Mistake("range", "is missing")])


def test_what_is_left_out_is_filled_in_and_stays_the_same(cloud: Cloud):
    filled, _ = cloud.check(MACHINE, urn("m", MACHINE), {}, {})
    assert filled["size"] == "small"
    assert filled["name"].startswith("m-")
    again, _ = cloud.check(MACHINE, urn("m", MACHINE), {}, {"name": "m-of-old"})
    assert again["name"] == "m-of-old"


def test_what_is_named_must_exist(cloud: Cloud, happened: list[str]):
    with pytest.raises(RefusedError, match=r"NotFound: net-b does not exist \(cards\.\*\.network\)"):
        machine(cloud, "net-b")
    assert not happened
    assert not cloud.ledger.of(MACHINE)


def test_what_is_in_use_can_not_be_deleted_and_the_user_is_told_by_what(cloud: Cloud, happened: list[str]):
    used = network(cloud)
    machine(cloud, used.id)
    with pytest.raises(RefusedError, match=r"DependencyViolation: net-a .*\(in use by Machine m\)"):
        cloud.delete(NETWORK, used.id, CONFIG)
    cloud.delete(MACHINE, "m", CONFIG)
    cloud.delete(NETWORK, used.id, CONFIG)
    assert happened == ["m starts", "m stops"]
    assert not list(cloud.ledger)


def test_what_only_names_a_resource_does_not_hold_it(cloud: Cloud):
    cloud.create(KEY, urn("k", KEY), {}, CONFIG)
    machine(cloud, key="k")
    cloud.delete(KEY, "k", CONFIG)


def test_what_the_cloud_itself_made_holds_what_it_uses(cloud: Cloud):
    used = network(cloud)
    cloud.ledger.put(Entry("load-balancer", "lb", "", {"network": used.id}, {"uses": {"network": NETWORK}}))
    with pytest.raises(RefusedError, match="load-balancer lb"):
        cloud.delete(NETWORK, used.id, CONFIG)


def test_a_name_is_given_once(cloud: Cloud):
    network(cloud)
    with pytest.raises(RefusedError, match="AlreadyExists"):
        network(cloud, "b")


def test_deleting_twice_is_no_error(cloud: Cloud):
    made = network(cloud)
    for _ in range(2):
        cloud.delete(NETWORK, made.id, CONFIG)


def test_an_update_drops_what_is_no_longer_said_and_keeps_what_the_cloud_added(cloud: Cloud):
    made = cloud.create(NETWORK, urn("a"), {"range": "10.0.0.0/16", "note": "x"}, CONFIG)
    changed = cloud.update(NETWORK, made.id, made.urn, {"range": "10.0.0.0/16"}, CONFIG)
    assert changed.properties == {"range": "10.0.0.0/16", "arn": "north/net-a"}


def test_what_is_not_simulated_says_so(cloud: Cloud):
    with pytest.raises(RefusedError, match="cloud:Moon is not simulated"):
        cloud.create("cloud:Moon", urn("x", "cloud:Moon"), {}, CONFIG)


@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        ("quota", RefusedError, "LimitExceeded"),
        ("capacity", RefusedError, "InsufficientCapacity"),
        ("throttled", ThrottledError, "Rate exceeded"),
    ],
)
def test_a_fault_happens_as_often_as_it_was_told_to(cloud: Cloud, how: How, error: type[Exception], message: str):
    cloud.faults.add(Fault(f"{NETWORK}::a*", how, times=2))
    assert network(cloud, "b", "10.1.0.0/16")
    for _ in range(2):
        with pytest.raises(error, match=message):
            network(cloud)
    assert network(cloud)


def test_a_creation_that_times_out_leaves_a_resource_that_is_not_finished(cloud: Cloud, happened: list[str]):
    used = network(cloud)
    cloud.faults.add(Fault("*Machine*", "timeout", times=1))
    with pytest.raises(TimedOutError) as late:
        machine(cloud, used.id)
    assert cloud.read(MACHINE, "m") == late.value.entry
    assert late.value.entry.unfinished == "timeout while waiting for m to become ready"
    assert not happened
    cloud.update(MACHINE, "m", late.value.entry.urn, late.value.entry.inputs, CONFIG)
    assert happened == ["m starts"]
    finished = cloud.read(MACHINE, "m")
    assert finished
    assert not finished.unfinished


def started_by(cloud: Cloud, made: Callable[[Request, Entry], None]) -> Entry:
    cloud.kinds = {**cloud.kinds, MACHINE: replace(cloud.kinds[MACHINE], made=made)}
    return machine(cloud)


def test_what_comes_to_nothing_leaves_nothing(cloud: Cloud):
    def refuse(_request: Request, _entry: Entry) -> None:
        raise RefusedError("no")

    with pytest.raises(RefusedError):
        started_by(cloud, refuse)
    assert not list(cloud.ledger)


def test_what_could_not_reach_the_cluster_is_kept_unfinished(cloud: Cloud):
    def unreachable(_request: Request, _entry: Entry) -> None:
        raise OSError("refused")

    with pytest.raises(TimedOutError, match="API server does not answer: refused"):
        started_by(cloud, unreachable)
    there = cloud.read(MACHINE, "m")
    assert there
    assert there.unfinished
