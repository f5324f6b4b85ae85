"""What a network has no room for."""

import pytest

from tests.unit.config.conftest import Mistakes

EKS = "kind: eks\n    region: eu-north-1"
EXISTING = (
    "kind: simulated",
    "kind: existing\n    block: {provisioner: a}\n    shared: {provisioner: b}\n"
    "    autoscaler: {clusterName: ml, managementSecret: management}",
)


def _eks(rest: str = "") -> tuple[str, str]:
    return "kind: simulated", f"{EKS}\n    {rest}" if rest else EKS


NETWORK_MISTAKES = {
    "pools_have_a_subnet": (
        (*_eks("zones: [eu-north-1a, eu-north-1b]"), "{min: 1, max: 4}", "{min: 1, max: 4}\n      zones: [eu-north-1c]"),
        "12: ml-platform:nodePools[1].zones[0]: the cluster has no subnet in 'eu-north-1c'; "
        "write one of eu-north-1a, eu-north-1b, or add it to cluster.zones",
    ),
    "reservations_have_a_zone": (
        (*_eks(), "{min: 1, max: 4}", "{min: 1, max: 4}\n      capacity: [{kind: reserved, reservation: cr-0123456789abcdef0}]"),
        "8: ml-platform:nodePools[1]: a reservation is in one zone; write that one, e.g. zones: [eu-north-1a]",
    ),
    "addresses_suffice": (
        _eks("network: {cidr: 10.0.0.0/22}"),
        "5: ml-platform:cluster.network.cidr: 10.0.0.0/22 has room for 3 nodes in eu-north-1a, eu-north-1b, eu-north-1c, "
        "with 128 addresses each for their pods, and pools general and h100 may have 6; "
        "write a larger range or a smaller size.max",
    ),
    "addresses_suffice: in a pool's own zone": (
        (*_eks("network: {cidr: 10.0.0.0/21}"), "{min: 1, max: 4}", "{min: 1, max: 4}\n      zones: [eu-north-1a]"),
        "5: ml-platform:cluster.network.cidr: 10.0.0.0/21 has room for 3 nodes in eu-north-1a, "
        "with 128 addresses each for their pods, and pool h100 may have 4; write a larger range or a smaller size.max",
    ),
    "system_pods_have_nodes": (
        (*_eks(), "{min: 1, max: 2}", "{max: 2}"),
        "5: ml-platform:nodePools: no pool without devices and taints has nodes from the start, and what adds nodes needs some; "
        "write size: {min: 2, …} for one, such as {name: general, size: {min: 2, max: 6}}",
    ),
    "system_pods_have_nodes: on a cluster that is there already": (
        (*EXISTING, "{min: 1, max: 2}", "{max: 2}", "{min: 1, max: 4}", "{max: 4}"),
        "7: ml-platform:nodePools: no pool without devices and taints has nodes from the start, and what adds nodes needs some; "
        "write size: {min: 2, …} for one, such as {name: general, size: {min: 2, max: 6}}",
    ),
}
"""Rule and case → (edits of the valid file, what the user reads)."""


@pytest.mark.parametrize(("edits", "message"), NETWORK_MISTAKES.values(), ids=NETWORK_MISTAKES)
def test_what_finds_no_place_in_the_network_is_reported_with_what_to_write(
    mistakes: Mistakes, edits: tuple[str, ...], message: str
):
    assert mistakes(*edits) == [f"Pulumi.stack.yaml:{message}"]


def test_an_existing_network_is_its_owners_to_size(mistakes: Mistakes):
    subnets = "{eu-north-1a: subnet-0123456789abcdef0, eu-north-1b: subnet-0123456789abcdef1}"
    existing = f"network: {{existing: {{vpc: vpc-0123456789abcdef0, subnets: {subnets}}}}}"
    (found,) = mistakes(*_eks(existing), "max: 4}", "max: 400}\n      zones: [eu-north-1c]")
    assert "the cluster has no subnet in 'eu-north-1c'" in found
