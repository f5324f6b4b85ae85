"""A cloud that fails: what the user reads, and that the same command carries on."""

from pathlib import Path

from tests.rehearsal.platform.project import stopped_in_the_end
from tests.rehearsal.stacks.conftest import CloudProject

_NODE_POOL = "gcp:container/nodePool:NodePool"


def test_a_cloud_that_refuses_is_heard_and_asked_again(copies: Path) -> None:
    with stopped_in_the_end(CloudProject.copied_to(copies / "dev-faults", "dev")) as project:
        for resource, how in (("gcp:compute/network:*", "throttled"), (f"{_NODE_POOL}::*l4*", "quota")):
            told = project.rehearse("fail", resource, how)
            assert told.code == 0, told.output
        refused = project.rehearse("up")
        assert refused.code != 0
        assert "quota" in refused.output.lower()
        assert "Traceback" not in refused.output

        told = project.rehearse("fail", f"{_NODE_POOL}::*", "timeout")
        assert told.code == 0, told.output
        late = project.rehearse("up")
        assert late.code != 0
        assert "timeout while waiting" in late.output

        project.up()
        assert project.plan() == {}
        destroyed = project.rehearse("destroy")
        assert destroyed.code == 0, destroyed.output
        retained = {entry.type for entry in project.in_the_cloud()}
        assert all("kms" in resource for resource in retained), retained
