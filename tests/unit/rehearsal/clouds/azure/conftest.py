"""A simulated Azure, and what the API server of its clusters was told."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rehearsal.autoscaling.group import Groups
from rehearsal.clouds.azure import arm, authorization, callers, clusters, network
from rehearsal.clouds.azure.agent_pools import POOL
from rehearsal.clouds.azure.table import cloud_of
from rehearsal.clouds.cloud import Cloud
from rehearsal.clouds.faults import Faults
from rehearsal.clouds.ledger import Entry, Ledger

CONFIG = {"location": "swedencentral"}
SUBSCRIPTION = "/subscriptions/12345678-1234-9876-4563-123456789012"
ROLES = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions"
JOIN = f"{ROLES}/4d97b98b-1d4f-4787-a291-c67834d212e7"
ADMIN = f"{ROLES}/b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b"
CONTRIBUTOR = f"{ROLES}/b24988ac-6180-42a0-ab88-20f7382dd24c"

Make = Callable[..., Entry]


@pytest.fixture
def cloud(tmp_path: Path, server: Any, groups: Groups) -> Cloud:
    return cloud_of(Ledger(tmp_path / "azure-native"), Faults(tmp_path / "faults.json"), server, groups)


@pytest.fixture
def make(cloud: Cloud) -> Make:
    """Creates a resource as the engine does: checked, then made."""

    def make(resource: str, name: str, /, **inputs: Any) -> Entry:
        urn = f"urn:pulumi:aks::project::{resource}::{name}"
        filled, mistakes = cloud.check(resource, urn, inputs, {})
        assert mistakes == []
        return cloud.create(resource, urn, filled, CONFIG)

    return make


@pytest.fixture
def change(cloud: Cloud) -> Callable[..., Entry]:
    """Updates a resource: some of its inputs become others."""

    def change(entry: Entry, **inputs: Any) -> Entry:
        return cloud.update(entry.type, entry.id, entry.urn, {**entry.inputs, **inputs}, CONFIG)

    return change


@pytest.fixture
def subnet(make: Make) -> Entry:
    """Of nodes, with a NAT gateway, in the resource group `aks`."""
    make(arm.GROUP, "group", resourceGroupName="aks")
    place = {"resourceGroupName": "aks"}
    sku = {"name": "Standard"}
    address = make(network.ADDRESS, "egress", **place, sku=sku, publicIPAllocationMethod="Static")
    gateway = make(network.NAT, "nat", **place, sku=sku, publicIpAddresses=[{"id": address.id}])
    vnet = make(network.NETWORK, "vnet", **place, addressSpace={"addressPrefixes": ["10.224.0.0/16"]})
    where = {"virtualNetworkName": vnet.get("name"), "addressPrefix": "10.224.0.0/24", "natGateway": {"id": gateway.id}}
    return make(network.SUBNET, "nodes", **place, **where)


@pytest.fixture
def identity(make: Make, subnet: Entry) -> Entry:
    """What the cluster acts as; it may join the subnet."""
    made = make(authorization.IDENTITY, "identity", resourceGroupName="aks")
    principal = {"principalId": made.get("principalId"), "principalType": "ServicePrincipal"}
    make(callers.ASSIGNMENT, "joins", scope=subnet.id, roleDefinitionId=JOIN, **principal)
    return made


@pytest.fixture
def cluster(make: Make, subnet: Entry, identity: Entry) -> Make:
    """Makes the cluster, with these inputs besides."""

    def cluster(**inputs: Any) -> Entry:
        standard = {
            "resourceName": "dev",
            "resourceGroupName": "aks",
            "nodeResourceGroup": "aks-nodes",
            "dnsPrefix": "dev",
            "kubernetesVersion": "1.35",
            "identity": {"type": "UserAssigned", "userAssignedIdentities": [identity.id]},
            "networkProfile": {
                **{"networkPlugin": "azure", "networkPluginMode": "overlay", "outboundType": "userAssignedNATGateway"},
                **{"podCidr": "10.244.0.0/16", "serviceCidr": "10.0.0.0/16", "dnsServiceIP": "10.0.0.10"},
            },
            "agentPoolProfiles": [system(subnet)],
        }
        return make(clusters.CLUSTER, "cluster", **{**standard, **inputs})

    return cluster


@pytest.fixture
def pool(make: Make, cluster: Make, subnet: Entry) -> Make:
    """Makes an agent pool, with these inputs besides."""
    cluster()

    def pool(name: str, machine: str = "Standard_D8s_v5", /, **inputs: Any) -> Entry:
        standard = {
            "agentPoolName": name,
            "resourceName": "dev",
            "resourceGroupName": "aks",
            "mode": "User",
            "vmSize": machine,
            "vnetSubnetID": subnet.id,
            **{"enableAutoScaling": True, "minCount": 1, "count": 1, "maxCount": 3},
        }
        return make(POOL, name, **{**standard, **inputs})

    return pool


def system(subnet: Entry, **inputs: Any) -> dict[str, Any]:
    """The system pool of a cluster's profile."""
    its = {"name": "system", "mode": "System", "vmSize": "Standard_D4s_v5", "count": 3, "vnetSubnetID": subnet.id}
    return {**its, "osDiskSizeGB": 128, **inputs}
