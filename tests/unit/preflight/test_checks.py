"""What a cloud's answers mean for a stack, on a cloud that answers as it is told to."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from config.capacity import Kind
from config.catalog import Machine, by_name
from config.node_pool import NodePool
from config.quotas import Quota
from preflight import Finding, checks
from preflight.cloud import Caller, NotLoggedInError, UnaskedError

P5 = by_name()["p5.48xlarge"]


@dataclass
class Fake:
    """An account in a region of AWS."""

    name: str = "aws"
    region: str = "eu-central-1"
    limits: dict[str, int] = field(default_factory=lambda: {"L-417A185B": 192 * 8, "L-7212CCBC": 192 * 8})
    in_use: int | None = 0
    own: Mapping[tuple[Machine, Kind], int] = field(default_factory=dict[tuple[Machine, Kind], int])
    there: Collection[str] = ("eu-central-1a", "eu-central-1b")
    refuses: Collection[str] = ()

    def caller(self) -> Caller:
        if "caller" in self.refuses:
            raise NotLoggedInError("no credentials", "log in")
        return Caller("ana", "111122223333")

    def zones(self, pool: NodePool) -> tuple[str, ...]:
        return pool.zones

    def offered(self, machine: Machine) -> frozenset[str]:
        if "offered" in self.refuses:
            raise UnaskedError("denied", "needs the permission ec2:DescribeInstanceTypeOfferings")
        return frozenset(self.there)

    def limit(self, quota: Quota) -> int:
        if "limit" in self.refuses:
            raise UnaskedError("denied", "needs the permission servicequotas:GetServiceQuota")
        return self.limits[quota.code]

    def used(self, quota: Quota) -> int | None:
        return self.in_use

    def running(self) -> Mapping[tuple[Machine, Kind], int]:
        if "running" in self.refuses:
            raise UnaskedError("denied", "needs the permission ec2:DescribeInstances")
        return self.own

    def ask(self, quota: Quota, amount: int) -> str:
        return f"ask for {amount} of {quota.code}"


def pool(name: str = "h100", largest: int = 8, **more: Any) -> NodePool:
    values = {"name": name, "accelerator": {"type": "h100", "count": 8}, "size": {"max": largest}, **more}
    return NodePool.model_validate(values)


def look(cloud: Fake, *pools: NodePool, accounts: Collection[str] = ()) -> dict[str, Finding]:
    found = list(checks.findings(lambda: cloud, pools or (pool(),), accounts))
    assert len({each.subject for each in found}) == len(found)
    return {each.subject: each for each in found}


ON_DEMAND = "quota Running On-Demand P instances, L-417A185B"
SPOT = "quota All P Spot Instance Requests, L-7212CCBC"


def test_all_is_well():
    assert {each.status for each in look(Fake()).values()} == {"ok"}


def test_a_quota_holds_the_largest_sizes_of_all_its_pools():
    found = look(Fake(), pool("one", 6), pool("two", 3))[ON_DEMAND]
    assert (found.status, found.advice) == ("problem", "ask for 1728 of L-417A185B")
    assert found.detail == "1728 vCPUs at most (6 × p5.48xlarge, 3 × p5.48xlarge); the limit is 1536, 0 in use by others"


def test_what_others_use_is_not_there_for_the_stack():
    found = look(Fake(in_use=192))[ON_DEMAND]
    assert (found.status, found.advice) == ("problem", "ask for 1728 of L-417A185B")


def test_what_the_stacks_own_nodes_use_is_in_its_way_nowhere():
    assert look(Fake(in_use=192 * 3, own={(P5, "on-demand"): 3}))[ON_DEMAND].status == "ok"


def test_nodes_bought_otherwise_count_against_another_quota():
    assert look(Fake(in_use=192 * 3, own={(P5, "spot"): 3}))[ON_DEMAND].status == "problem"


def test_nodes_that_cannot_be_asked_for_are_taken_for_others():
    found = look(Fake(in_use=192, own={(P5, "on-demand"): 1}, refuses={"running"}))
    assert found["nodes that the cluster has already"].advice == "needs the permission ec2:DescribeInstances"
    assert found[ON_DEMAND].status == "problem"


def test_use_that_is_not_told_is_said_to_be_so():
    assert look(Fake(in_use=None))[ON_DEMAND].detail.endswith("how much others use is not told")


def test_every_rung_of_a_ladder_holds_the_whole_pool():
    found = look(Fake(limits={"L-417A185B": 192 * 8, "L-7212CCBC": 0}), pool(capacity=["on-demand", "spot"]))
    assert (found[ON_DEMAND].status, found[SPOT].status) == ("ok", "problem")


def test_what_is_reserved_needs_no_quota():
    reserved = {"kind": "reserved", "reservation": "cr-0123456789abcdef0"}
    assert not [subject for subject in look(Fake(), pool(capacity=[reserved])) if subject.startswith("quota")]


def test_a_machine_that_the_region_does_not_have_is_a_problem():
    found = look(Fake(there=()))["machines of pool h100"]
    assert (found.status, found.detail) == ("problem", "eu-central-1 has no p5.48xlarge for this account")


def test_a_zone_without_the_machine_is_named_with_what_to_write():
    found = look(Fake(), pool(zones=["eu-central-1a", "eu-central-1c"]))["machines of pool h100"]
    assert found.detail == "eu-central-1c has no p5.48xlarge; it is in eu-central-1a, eu-central-1b"
    assert found.advice == "write zones: [eu-central-1a, eu-central-1b]"


def test_the_account_is_one_that_the_stack_names():
    found = look(Fake(), accounts={"444455556666"})["credentials"]
    assert (found.status, found.advice) == ("problem", "log in to 444455556666")
    assert look(Fake(), accounts={"111122223333", "444455556666"})["credentials"].status == "ok"


def test_without_credentials_nothing_else_is_asked():
    assert list(look(Fake(refuses={"caller"}))) == ["credentials"]


@pytest.mark.parametrize("question", ["offered", "limit"])
def test_a_missing_permission_is_named_and_the_rest_is_asked_all_the_same(question: str):
    found = look(Fake(refuses={question})).values()
    (unasked,) = [each for each in found if each.status == "could not be asked"]
    assert unasked.advice.startswith("needs the permission ")
    assert len(found) == len(look(Fake()))


def test_a_cloud_that_cannot_be_reached_is_one_finding():
    def connect() -> Fake:
        raise UnaskedError("no network")

    assert [each.status for each in checks.findings(connect, (pool(),), ())] == ["could not be asked"]
