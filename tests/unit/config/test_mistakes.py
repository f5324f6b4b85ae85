"""What is wrong with one value: where, what, and what to write instead."""

import pytest

from config.catalog import ACCELERATORS
from tests.unit.config.conftest import Mistakes

MISTAKES = {
    "a wrong type": (
        "size: {min: 1, max: 4}",
        "size: {min: 1, max: many}",
        "9: ml-platform:nodePools[1].size.max: input should be a valid integer, unable to parse string as an integer",
    ),
    "a list that is a word": (
        "[vision]",
        "vision",
        "38: ml-platform:serving.models[0].clients: input should be a valid list",
    ),
    "a number with more digits than can be read": (
        "ml-platform:cluster:\n    kind: simulated",
        f"ml-platform:cluster: '{'9' * 5000}'",
        "2: ml-platform:cluster: input should be a valid dictionary or object to extract fields from",
    ),
    "a missing key": (
        "      group: vision@example.com\n",
        "",
        "11: ml-platform:teams[0].group: is missing and has no default",
    ),
    "a missing layer": (
        "ml-platform:nodePools:",
        "other:nodePools:",
        "1: ml-platform:nodePools: is missing and has no default",
    ),
    "an unknown key": (
        "gpus: {h100: 16}",
        "gpu: {h100: 16}",
        "16: ml-platform:teams[0].quota.gpu: unknown key; did you mean 'gpus'?",
    ),
    "an unknown key that resembles none": (
        "kind: simulated",
        "kind: simulated\n    zone: b",
        "4: ml-platform:cluster.zone: unknown key; there are kind, kubeconfig",
    ),
    "an unknown key in a cloud's cluster": (
        "kind: simulated",
        "kind: eks\n    region: eu-central-1\n    regoin: b",
        "5: ml-platform:cluster.regoin: unknown key; did you mean 'region'?",
    ),
    "an unknown layer": (
        "ml-platform:serving:",
        "ml-platform:servings:",
        "32: ml-platform:servings: unknown key; did you mean 'serving'?",
    ),
    "an unknown kind of cluster": (
        "kind: simulated",
        "kind: kind",
        "2: ml-platform:cluster: 'kind' is not a kind; write one of 'simulated', 'existing', 'eks', 'gke', 'aks'",
    ),
    "a cluster of no kind": (
        "kind: simulated",
        "region: eu-central-1",
        "2: ml-platform:cluster: has no 'kind'; write for example kind: simulated",
    ),
    "a name that Kubernetes refuses": (
        "- name: vision",
        "- name: Vision_Team",
        "11: ml-platform:teams[0].name: 'Vision_Team' is not a valid name; "
        "write at most 40 lower-case letters, digits and '-', with a letter first",
    ),
    "a name that leaves no room for suffixes": (
        "- name: vision",
        f"- name: {'v' * 41}",
        f"11: ml-platform:teams[0].name: '{'v' * 41}' is not a valid name; "
        "write at most 40 lower-case letters, digits and '-', with a letter first",
    ),
    "a region of another cloud": (
        "kind: simulated",
        "kind: gke\n    project: example\n    region: eu-central-1",
        "5: ml-platform:cluster.region: gcp has no region 'eu-central-1'; "
        "write for example us-central1, me-central1, me-central2",
    ),
    "an amount that Kubernetes does not read": (
        "requests: {cpu: 400, memory: 4Ti}",
        "requests: {cpu: 400, memory: 4 TB}",
        "14: ml-platform:teams[0].quota.requests.memory: '4 TB' is not a Kubernetes quantity; write for example 500m, 4 or 64Gi",
    ),
    "an amount of nothing": (
        "requests: {cpu: 400, memory: 4Ti}",
        "requests: {cpu: 0, memory: 4Ti}",
        "14: ml-platform:teams[0].quota.requests.cpu: '0' must be more than zero",
    ),
    "an amount that is a switch": (
        "requests: {cpu: 400, memory: 4Ti}",
        "requests: {cpu: yes, memory: 4Ti}",
        "14: ml-platform:teams[0].quota.requests.cpu: input should be a valid string",
    ),
    "limits below requests": (
        "limits: {cpu: 600, memory: 4Ti}",
        "limits: {cpu: 600, memory: 4000Gi}",
        "13: ml-platform:teams[0].quota: limits.memory is 4000Gi, less than requests.memory, 4Ti; write at least 4Ti",
    ),
    "a pool that is larger at least than at most": (
        "size: {min: 1, max: 4}",
        "size: {min: 5, max: 4}",
        "9: ml-platform:nodePools[1].size: min is 5 and max is 4; min must not be more than max",
    ),
    "more replicas at least than at most": (
        "clients: [vision]",
        "replicas: {min: 3, max: 2}",
        "38: ml-platform:serving.models[0].replicas: min is 3 and max is 2; min must not be more than max",
    ),
    "an accelerator that no machine has": (
        "{type: h100, count: 8}",
        "{type: tuple, count: 8}",
        "8: ml-platform:nodePools[1].accelerator.type: no machine has a 'tuple' accelerator; "
        f"write one of {', '.join(ACCELERATORS)}",
    ),
    "a number of accelerators that no machine has": (
        "{type: h100, count: 8}",
        "{type: h100, count: 3}",
        "7: ml-platform:nodePools[1]: no machine has 3 × h100; machines have 1, 2, 4, 8 of it",
    ),
    "more of everything else than any such machine has": (
        "size: {min: 1, max: 4}",
        "size: {min: 1, max: 4}\n      cpu: 500",
        "7: ml-platform:nodePools[1]: no machine with 8 × h100 has at least 500 CPUs, 8Gi; "
        "there are Standard_ND96isr_H100_v5 (azure, 96 CPUs, 1900Gi), "
        "p5.48xlarge (aws, 192 CPUs, 2048Gi), a3-highgpu-8g (gcp, 208 CPUs, 1872Gi), "
        "a3-megagpu-8g (gcp, 208 CPUs, 1872Gi), a3-edgegpu-8g (gcp, 208 CPUs, 1872Gi)",
    ),
    "no pool at all": (
        "ml-platform:nodePools:",
        "ml-platform:nodePools: []\n  other:nodePools:",
        "4: ml-platform:nodePools: is empty; a platform needs at least one pool",
    ),
}


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_reported_at_its_line_with_what_to_write(mistakes: Mistakes, old: str, new: str, message: str):
    assert mistakes(old, new) == [f"Pulumi.stack.yaml:{message}"]


def test_all_mistakes_are_reported_at_once(mistakes: Mistakes):
    found = mistakes("name: general", "name: General", "max: 4", "max: lots", "gpus: {h100: 15}", "gpus: {h100: -1}")
    assert [line.split(": ")[0] for line in found] == [f"Pulumi.stack.yaml:{number}" for number in (5, 9, 23)]
