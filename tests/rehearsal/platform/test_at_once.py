"""Two commands on one stack."""

import psutil

from tests.rehearsal.cluster import eventually
from tests.rehearsal.platform.project import Done, Project


def test_a_second_up_says_who_holds_the_lock(platform: Project) -> None:
    first = platform.start("up")

    def holds_the_lock() -> None:
        assert platform.locks()

    eventually(holds_the_lock)
    (engine,) = [child.pid for child in psutil.Process(first.pid).children() if child.name() == "pulumi"]
    second = platform.rehearse("up")
    assert second.code == 1
    assert f"the stack local is locked by {psutil.Process().username()}@" in second.output
    assert f"(pid {engine})" in second.output
    assert "Traceback" not in second.output
    ended = Done.of(first)
    assert ended.code == 0, ended.output
    assert not platform.locks()


def test_of_two_at_the_same_moment_none_harms_the_other(platform: Project) -> None:
    both = [platform.start("up"), platform.start("up")]
    ended = [Done.of(each) for each in both]
    assert any(each.code == 0 for each in ended), ended
    for each in ended:
        assert each.code == 0 or "locked by" in each.output, each.output
        assert "Traceback" not in each.output
