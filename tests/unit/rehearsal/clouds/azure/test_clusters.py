"""AKS clusters: what Azure lets pass, and what it refuses."""

from collections.abc import Callable
from typing import Any

import pytest

from rehearsal.clouds.azure import clusters
from rehearsal.clouds.cloud import Cloud
from rehearsal.clouds.kind import RefusedError
from rehearsal.clouds.ledger import Entry
from rehearsal.plugins import diff
from rehearsal.plugins.values import Json
from tests.unit.rehearsal.clouds.azure.conftest import Make, system
from tests.unit.rehearsal.clouds.told import Told

Change = Callable[..., Entry]


def mistakes(cloud: Cloud, inputs: Json) -> list[str]:
    found = cloud.check(clusters.CLUSTER, f"urn:pulumi:aks::project::{clusters.CLUSTER}::cluster", inputs, {})[1]
    return [f"{mistake.path}: {mistake.reason}" for mistake in found]


def test_a_cluster_has_an_address_and_its_system_nodes(cluster: Make, server: Told):
    made = cluster(apiServerAccessProfile={"enablePrivateCluster": True})
    assert made.get("privateFQDN").endswith(".privatelink.swedencentral.azmk8s.io")
    assert made.get("currentKubernetesVersion") == "1.35.5"
    (nodes,) = server.nodes.values()
    assert [node["metadata"]["labels"]["kubernetes.azure.com/mode"] for node in nodes] == ["system"] * 3


def test_what_can_be_seen_without_azure_is_refused_in_a_preview(cloud: Cloud, cluster: Make, subnet: Entry):
    good = cluster().inputs
    network = good["networkProfile"]
    assert mistakes(cloud, {**good, "agentPoolProfiles": [system(subnet, mode="User")]}) == [
        "agentPoolProfiles: Must define at least one system pool"
    ]
    assert mistakes(cloud, {**good, "agentPoolProfiles": [system(subnet, count=0)]}) == [
        "agentPoolProfiles[0].count: 0 is not from 1 to 1000 in a System pool"
    ]
    assert mistakes(cloud, {**good, "networkProfile": {**network, "networkPolicy": "cilium"}}) == [
        "networkProfile.networkPolicy: network policy 'cilium' requires network dataplane 'cilium'"
    ]
    assert mistakes(cloud, {**good, "networkProfile": {**network, "dnsServiceIP": "10.0.0.1"}}) == [
        "networkProfile.dnsServiceIP: 10.0.0.1 must be in 10.0.0.0/16 and not its first address, which is the API's"
    ]
    assert mistakes(cloud, {**good, "disableLocalAccounts": True}) == [
        "disableLocalAccounts: local accounts can be disabled in clusters with managed Entra ID integration only"
    ]


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"kubernetesVersion": "1.29"}, "K8sVersionNotSupported"),
        ({"networkProfile": {"serviceCidr": "10.224.0.0/20"}}, "ServiceCidrOverlapExistingSubnetsCidr"),
        ({"networkProfile": {"podCidr": "10.224.0.0/20"}}, "PodCidrOverlapExistingSubnetsCidr"),
        ({"identity": {"type": "UserAssigned"}}, "ResourceMissingPermissionError"),
    ],
)
def test_a_cluster_that_does_not_fit_its_surroundings_is_refused(cluster: Make, inputs: dict[str, Any], code: str):
    with pytest.raises(RefusedError, match=code):
        cluster(**inputs)


@pytest.mark.parametrize(("before", "after"), [("1.34", "1.36"), ("1.35", "1.34")])
def test_kubernetes_goes_up_one_minor_at_a_time(cluster: Make, change: Change, before: str, after: str):
    made = cluster(kubernetesVersion=before)
    with pytest.raises(RefusedError, match=f"Upgrading Kubernetes version {before} to {after} is not allowed"):
        change(made, kubernetesVersion=after)
    assert change(made, kubernetesVersion="1.35").get("currentKubernetesVersion") == "1.35.5"


def test_an_agent_pool_is_not_added_through_its_cluster(cluster: Make, change: Change, subnet: Entry):
    with pytest.raises(RefusedError, match="A new agent pool was introduced"):
        change(cluster(), agentPoolProfiles=[system(subnet), system(subnet, name="second")])


def test_a_cluster_stays_private_or_public(cluster: Make, change: Change):
    with pytest.raises(RefusedError, match=r"apiServerAccessProfile\.enablePrivateCluster' is not allowed"):
        change(cluster(), apiServerAccessProfile={"enablePrivateCluster": True})


@pytest.mark.parametrize(
    ("changed", "replaced"),
    [
        ({"networkProfile": {"podCidr": "10.245.0.0/16"}}, True),
        ({"dnsPrefix": "other"}, True),
        ({"kubernetesVersion": "1.36"}, False),
        ({"autoUpgradeProfile": {"upgradeChannel": "patch"}}, False),
    ],
)
def test_a_cluster_is_replaced_for_what_azures_provider_replaces_it_for(
    cloud: Cloud, cluster: Make, changed: dict[str, Any], replaced: bool
):
    old = cluster().inputs
    found = diff.detailed(old, {**old, **changed}, cloud.kind(clusters.CLUSTER).patterns, ())
    assert bool(diff.replaces(found)) == replaced
