"""AWS as a user meets it: quotas, a rung that is sold out, and a load balancer that nobody took away."""

from pathlib import Path

from rehearsal.clouds import SIMULATIONS
from rehearsal.clouds.load_balancers import LOAD_BALANCER
from tests.rehearsal.platform.project import stopped_in_the_end
from tests.rehearsal.stacks.conftest import CloudProject

_UNPROTECTED = "    kind: eks\n    deletionProtection: false\n"


def test_a_ladder_falls_to_its_next_rung_and_what_is_forgotten_holds_the_network(copies: Path) -> None:
    with stopped_in_the_end(CloudProject.copied_to(copies / "prod-aws", "prod")) as project:
        text = project.stack_file.read_text()
        project.stack_file.write_text(text.replace("    kind: eks\n", _UNPROTECTED))
        assert project.rehearse("sell-out", "p5.48xlarge/*/on-demand").code == 0
        assert project.rehearse("fail", "aws:eks/nodeGroup:*::*l4*", "quota").code == 0

        refused = project.rehearse("up")
        assert refused.code != 0
        assert "VcpuLimitExceeded - You have requested more vCPU capacity" in refused.output
        assert "Traceback" not in refused.output

        project.up()  # the training job is done: its machines came from the second rung
        workers = project.cluster.get("pods", namespace="vision", selector="batch.kubernetes.io/job-name=all-reduce")
        assert workers
        assert all("h100-spot" in worker["spec"]["nodeName"] for worker in workers)

        project.cluster.kubectl("create", "service", "loadbalancer", "forgotten", "--tcp=80:80")
        project.cluster.kubectl("wait", "--for=jsonpath={.status.loadBalancer.ingress}", "service/forgotten")
        held = project.rehearse("destroy")
        assert held.code != 0
        assert "DependencyViolation" in held.output
        assert "in use by load-balancer default/forgotten" in held.output

        (balancer,) = [entry for entry in project.in_the_cloud() if entry.type == LOAD_BALANCER]
        SIMULATIONS["eks"].ledger(project.layout).remove(balancer)  # as somebody would in AWS's console
        gone = project.rehearse("destroy")
        assert gone.code == 0, gone.output
        assert not project.in_the_cloud()
