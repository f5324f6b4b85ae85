"""Azure's networks, groups and roles, and what Azure refuses of them."""

import base64
import json

import pytest

from rehearsal.autoscaling.group import Groups
from rehearsal.clouds.azure import arm, callers, clusters, foreign, network
from rehearsal.clouds.cloud import Cloud
from rehearsal.clouds.kind import RefusedError
from rehearsal.clouds.ledger import Entry
from tests.unit.rehearsal.clouds.azure.conftest import ADMIN, CONFIG, JOIN, SUBSCRIPTION, Make
from tests.unit.rehearsal.clouds.told import Told


def test_ids_are_those_of_the_resource_manager(subnet: Entry):
    place = f"{SUBSCRIPTION}/resourceGroups/aks/providers/Microsoft.Network/virtualNetworks"
    assert subnet.id.startswith(f"{place}/vnet-")
    assert subnet.id.split("/")[-2:] == ["subnets", subnet.get("name")]


@pytest.mark.parametrize(
    ("inputs", "where", "what"),
    [
        ({"adressSpace": {}}, "adressSpace", "there is no such property; did you mean addressSpace?"),
        (
            {"addressSpace": {"addressPrefixes": "10.0.0.0/8"}},
            "addressSpace.addressPrefixes",
            "'10.0.0.0/8' is not of type Sequence",
        ),
        ({"enableDdosProtection": "yes"}, "enableDdosProtection", "'yes' is not of type bool"),
        (
            {"encryption": {"enabled": True, "enforcement": "Maybe"}},
            "encryption.enforcement",
            "'Maybe' is not one of DropUnencrypted, AllowUnencrypted",
        ),
        ({"encryption": {}}, "encryption.enabled", "is required"),
    ],
)
def test_inputs_are_checked_against_azures_models(cloud: Cloud, inputs: dict[str, object], where: str, what: str):
    _, (mistake,) = cloud.check(
        network.NETWORK, f"urn:pulumi:a::b::{network.NETWORK}::n", {"resourceGroupName": "aks", **inputs}, {}
    )
    assert (mistake.path, mistake.reason) == (where, what)


@pytest.mark.parametrize(
    ("cidr", "code"), [("10.1.0.0/24", "NetcfgInvalidSubnet"), ("10.224.0.128/25", "NetcfgSubnetRangesOverlap")]
)
def test_a_subnet_is_inside_its_network_and_beside_the_others(make: Make, subnet: Entry, cidr: str, code: str):
    with pytest.raises(RefusedError, match=code):
        make(
            network.SUBNET, "b", resourceGroupName="aks", virtualNetworkName=subnet.get("virtualNetworkName"), addressPrefix=cidr
        )


def test_a_subnet_with_nodes_can_not_be_deleted(cloud: Cloud, cluster: Make, subnet: Entry):
    made = cluster()
    with pytest.raises(RefusedError, match="InUseSubnetCannotBeDeleted"):
        cloud.delete(network.SUBNET, subnet.id, CONFIG)
    cloud.delete(clusters.CLUSTER, made.id, CONFIG)
    cloud.delete(network.SUBNET, subnet.id, CONFIG)


def test_with_a_resource_group_goes_all_that_is_in_it(cloud: Cloud, cluster: Make, server: Told, groups: Groups):
    cluster()
    (group,) = cloud.ledger.of(arm.GROUP)
    cloud.delete(arm.GROUP, group.id, CONFIG)
    assert list(cloud.ledger) == []
    assert (server.nodes, groups.all()) == ({}, {})


def test_admins_are_let_into_the_cluster_and_out_of_it_again(cloud: Cloud, make: Make, cluster: Make, server: Told):
    who = {"principalId": "5b2f3a0c-6d1e-4c7b-9a55-0c8d7e6f1a01", "principalType": "Group"}
    admin = make(callers.ASSIGNMENT, "admin", scope=cluster().id, roleDefinitionId=ADMIN, **who)
    assert list(server.granted.values()) == [("Group", who["principalId"], "cluster-admin")]
    assert callers.groups(cloud.ledger) == [who["principalId"]]
    cloud.delete(callers.ASSIGNMENT, admin.id, CONFIG)
    assert server.granted == {}


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"principalId": "gone", "principalType": "ServicePrincipal"}, "PrincipalNotFound"),
        ({"scope": "/subscriptions/x/resourceGroups/y"}, "ResourceNotFound"),
        ({"roleDefinitionId": "/x/roleDefinitions/0"}, "RoleDefinitionDoesNotExist"),
        ({}, "RoleAssignmentExists"),
    ],
)
def test_a_role_is_one_that_exists_given_once_to_one_who_exists(
    make: Make, identity: Entry, subnet: Entry, inputs: dict[str, str], code: str
):
    same = {"scope": subnet.id, "roleDefinitionId": JOIN, "principalId": identity.get("principalId")}
    with pytest.raises(RefusedError, match=code):
        make(callers.ASSIGNMENT, "again", **{**same, **inputs})


def test_a_name_is_given_once(make: Make, cluster: Make):
    cluster()
    with pytest.raises(RefusedError, match="cannot create already existing resource 'aks'"):
        make(arm.GROUP, "other", resourceGroupName="aks")


def test_the_credentials_of_a_cluster_lead_to_the_api_server(cloud: Cloud, cluster: Make):
    cluster()
    answer = cloud.invoke(clusters.CREDENTIALS, {"resourceGroupName": "aks", "resourceName": "dev"}, CONFIG)
    kubeconfig = json.loads(base64.b64decode(answer["kubeconfigs"][0]["value"]))
    assert kubeconfig["clusters"][0]["cluster"]["server"] == "https://127.0.0.1:6443"
    with pytest.raises(RefusedError, match="ResourceNotFound"):
        cloud.invoke(clusters.CREDENTIALS, {"resourceGroupName": "aks", "resourceName": "prod"}, CONFIG)


def test_a_subnet_of_somebody_else_is_there_to_be_used(cloud: Cloud, make: Make, identity: Entry):
    theirs = f"{SUBSCRIPTION}/resourceGroups/theirs/providers/Microsoft.Network/virtualNetworks/v/subnets/n"
    foreign.populate(cloud.ledger, theirs)
    assert make(callers.ASSIGNMENT, "j", scope=theirs, roleDefinitionId=JOIN, principalId=identity.get("principalId"))
