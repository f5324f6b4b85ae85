"""What a stack can't say about the autoscaler of a cluster that is there already."""

import pytest

from tests.unit.config.conftest import Mistakes

MISTAKES = {
    "nobody says which cluster": (
        "autoscaler: {machineTemplates: [OpenStackMachineTemplate]}",
        "6: ml-platform:cluster.autoscaler.clusterName: is missing and has no default",
    ),
    "an unknown key": (
        "autoscaler: {clusterName: ml, managementSecrets: a}",
        "6: ml-platform:cluster.autoscaler.managementSecrets: unknown key; did you mean 'managementSecret'?",
    ),
    "a Kubernetes without an autoscaler": (
        "autoscaler: {clusterName: ml, managementSecret: a, version: 1.33}",
        "6: ml-platform:cluster.autoscaler.version: '1.33' is not a Kubernetes that this platform is made for; "
        "write 1.34, 1.35 or 1.36",
    ),
    "nobody says where machines are described": (
        "autoscaler: {clusterName: ml}",
        "6: ml-platform:cluster.autoscaler: must be able to read what machines are made from; write the kinds of the templates, "
        "for example machineTemplates: [OpenStackMachineTemplate], or managementSecret if another cluster has them",
    ),
    "rights in a cluster that has no machines": (
        "autoscaler: {clusterName: ml, machineTemplates: [OpenStackMachineTemplate], managementSecret: a}",
        "6: ml-platform:cluster.autoscaler: machineTemplates are read as the managementSecret's user may; leave one of them out",
    ),
}
"""Case → (the autoscaler, what the user reads)."""


@pytest.mark.parametrize(("autoscaler", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_about_the_autoscaler_is_reported_with_what_to_write(mistakes: Mistakes, autoscaler: str, message: str):
    cluster = f"kind: existing\n    block: {{provisioner: a}}\n    shared: {{provisioner: b}}\n    {autoscaler}"
    assert mistakes("kind: simulated", cluster) == [f"Pulumi.stack.yaml:{message}"]
