"""Interconnects that pods could not use, or not as much as a job would ask for."""

import pytest

from tests.unit.config.conftest import Mistakes
from tests.unit.config.test_pool_rules import AKS, EKS

H100 = ("name: h100\n", "name: h100\n      interconnect: true\n")
EXTRA = "ml-platform:nodePools:\n"


def _extra(rest: str) -> tuple[str, str]:
    return EXTRA, f"{EXTRA}    - {{name: extra, size: {{max: 1}}, {rest}}}\n"


INTERCONNECT_MISTAKES = {
    "pods_reach_it: InfiniBand": (
        (*AKS, *_extra("accelerator: {type: a100-80gb, count: 8}, interconnect: true")),
        "6: ml-platform:nodePools[0].interconnect: InfiniBand on AKS needs another driver on the nodes, and pods that may lock "
        "memory (IPC_LOCK), which teams' namespaces forbid: jobs use the nodes' ordinary network; leave it out",
    ),
    "pools_have_as_much: one pool has none": (
        (*EKS, *_extra("accelerator: {type: h100, count: 8}, interconnect: true")),
        "9: ml-platform:nodePools[2].interconnect: a job for h100 may go to extra or to h100, which differ in it; "
        "write it in both or in neither",
    ),
    "pools_have_as_much: other machines": (
        (*EKS, *_extra("machine: p5.4xlarge, interconnect: true"), *H100),
        "10: ml-platform:nodePools[2].interconnect: a job for h100 may go to extra or to h100, which differ in it; "
        "write one machine in both, p5.48xlarge or p5.4xlarge",
    ),
    "workers_have_a_share": (
        (
            *EKS,
            *_extra("machine: g6.12xlarge, interconnect: true"),
            *("accelerator: h100\n        workers: 2\n        gpusPerWorker: 8", "accelerator: l4\n        workers: 2"),
            *("gpus: {h100: 16}", "gpus: {h100: 16, l4: 4}"),
        ),
        "28: ml-platform:training.jobs[0].gpusPerWorker: g6.12xlarge has an interface for every 4 l4, and so none for a worker "
        "with 1; write 4 or more, or leave interconnect out of the pool",
    ),
}


@pytest.mark.parametrize(("edits", "message"), INTERCONNECT_MISTAKES.values(), ids=INTERCONNECT_MISTAKES)
def test_an_interconnect_is_whole_or_refused(mistakes: Mistakes, edits: tuple[str, ...], message: str):
    assert mistakes(*edits) == [f"Pulumi.stack.yaml:{message}"]
