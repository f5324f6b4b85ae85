"""What a stack on AKS asks for that AKS does not have."""

import pytest

from tests.unit.config.conftest import Mistakes

IDS = (
    *("vision@example.com", "8a4f0e52-2f60-4f0b-8f55-6d2f9a1c4b02"),
    *("language@example.com", "c90d7b1e-41aa-4a6f-bb3c-7e5d0f9a2c03"),
)


def aks(*lines: str, region: str = "swedencentral") -> tuple[str, ...]:
    return ("kind: simulated", "\n    ".join(["kind: aks", f"region: {region}", *lines]), *IDS)


def pools(*lines: str) -> tuple[str, str]:
    return "ml-platform:nodePools:\n", "ml-platform:nodePools:\n" + "".join(f"    - {{{line}}}\n" for line in lines)


AKS_MISTAKES = {
    "agent_pools_differ": (
        (*aks(), *pools("name: a100-train-a, size: {max: 1}", "name: a100-train-b, size: {max: 1}")),
        "nodePools[1].name: 'a100-train-b' and 'a100-train-a' would both be the agent pool 'a100traino'; "
        "write names that differ in their first 9 letters",
    ),
    "nodes_have_addresses: nodes": (
        aks("network: {nodes: 10.224.0.0/28}"),
        "cluster.network.nodes: has room for 10 nodes and the pools may have 14 nodes on all of their rungs, those of AKS' own "
        "included; write a larger range",
    ),
    "nodes_have_addresses: pods": (
        aks("network: {pods: 10.244.0.0/21}"),
        "cluster.network.pods: has room for 8 nodes and the pools may have 14 nodes on all of their rungs, those of AKS' own "
        "included; write a larger range",
    ),
    "zones_are_one_or_many: no zones": (
        (*aks(region="westus"), *pools('name: extra, size: {max: 1}, zones: ["1"]')),
        "nodePools[0].zones: westus has no zones; leave them out",
    ),
    "zones_are_one_or_many: compact": (
        (*aks(), *pools('name: extra, size: {max: 1}, placement: compact, zones: ["1", "2"]')),
        "nodePools[0].zones: Azure places nodes compactly in one zone; write one, or none",
    ),
    "the_platform_has_nodes": (
        (*aks(), "- name: general", "- name: general\n      capacity: [spot]"),
        "nodePools: no pool takes pods that ask for nothing special: one without devices and taints, and not of spot nodes "
        "alone; write for example {name: general, size: {min: 2, max: 6}}",
    ),
    "groups_are_ids": (
        aks()[:2] + IDS[:2],
        "teams[1].group: 'language@example.com' is not an id, by which AKS knows groups; "
        "write what `az ad group show --group language@example.com --query id` prints",
    ),
}

MODEL_MISTAKES = {
    "Aks: an unknown region": (
        aks(region="swedenwest"),
        "cluster.region: azure has no region 'swedenwest'; write for example swedencentral, switzerlandwest",
    ),
    "Network: ranges that overlap": (
        aks("network: {pods: 10.224.0.0/14}"),
        "cluster.network: 10.224.0.0/16 and 10.224.0.0/14 overlap; write other ranges for nodes, pods or services",
    ),
    "Network: two networks": (
        aks(
            "network:",
            "  nodes: 10.1.0.0/16",
            "  existing: /subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/n",
        ),
        "cluster.network: an existing subnet has its range already; leave out nodes",
    ),
    "Endpoint: public without ranges": (
        aks("endpoint: {public: true}"),
        "cluster.endpoint: a public endpoint needs its cidrs; write for example cidrs: [203.0.113.0/24]",
    ),
    "Endpoint: public for everybody": (
        aks("endpoint: {public: true, cidrs: [0.0.0.0/0]}"),
        "cluster.endpoint.cidrs[0]: 0.0.0.0/0 is everybody; write the ranges that may call the API",
    ),
    "Aks: an admin by name": (
        aks("admins: [platform@example.com]"),
        "cluster.admins[0]: 'platform@example.com' is not an id; "
        "write 32 hexadecimal digits as 00000000-0000-0000-0000-000000000000",
    ),
    "Aks: a version that is too old": (
        aks("version: 1.31"),
        "cluster.version: '1.31' is not a Kubernetes that this platform is made for; write 1.34, 1.35 or 1.36",
    ),
}


@pytest.mark.parametrize(("edits", "message"), (ALL := {**AKS_MISTAKES, **MODEL_MISTAKES}).values(), ids=ALL)
def test_what_aks_does_not_have_is_reported_with_what_to_write(mistakes: Mistakes, edits: tuple[str, ...], message: str):
    (found,) = mistakes(*edits)
    assert found.partition(": ml-platform:")[2] == message
