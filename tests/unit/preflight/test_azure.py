"""Azure's own client, on a wire that ends here."""

import base64
import json
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError
from azure.mgmt.compute import ComputeManagementClient

from config.catalog import by_name
from config.clusters import Aks
from config.quotas import Quota, quota
from preflight.azure import Azure
from preflight.cloud import NotLoggedInError, UnaskedError
from tests.unit.preflight.wire import Wire

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
CLUSTER = Aks(kind="aks", region="swedencentral", subscription=SUBSCRIPTION)
A100 = by_name()["Standard_NC24ads_A100_v4"]


class Ana:
    """A credential of somebody, as Azure's own are."""

    name: dict[str, str] = {"upn": "ana@example.com"}

    def get_token(self, *_scopes: str, **_: Any) -> AccessToken:
        claims = base64.urlsafe_b64encode(json.dumps(self.name).encode()).decode().rstrip("=")
        return AccessToken(f"header.{claims}.signature", 4102444800)


class Nobody(Ana):
    def get_token(self, *_scopes: str, **_: Any) -> AccessToken:
        raise ClientAuthenticationError("Please run 'az login'")


def connected(credential: Ana) -> Azure:
    compute = ComputeManagementClient(credential, SUBSCRIPTION, retry_total=0)
    return Azure(CLUSTER, "ml-platform-aks", credential, compute, SUBSCRIPTION)


@pytest.fixture
def azure(wire: Wire) -> Azure:
    return connected(Ana())


def a100() -> Quota:
    found = quota(A100, "on-demand")
    assert found
    return found


def sku(zones: list[str], **restriction: Any) -> dict[str, Any]:
    return {
        "value": [
            {
                "resourceType": "virtualMachines",
                "name": A100.name,
                "locationInfo": [{"location": "swedencentral", "zones": zones}],
                "restrictions": [{"reasonCode": "NotAvailableForSubscription", **restriction}] if restriction else [],
            }
        ]
    }


def test_the_caller_is_the_one_whose_token_it_is(azure: Azure):
    assert azure.caller().name == "ana@example.com"


def test_without_credentials_the_user_is_told_to_log_in(wire: Wire):
    with pytest.raises(NotLoggedInError) as nobody:
        connected(Nobody()).caller()
    assert nobody.value.advice == "log in: az login"


@pytest.mark.parametrize(
    ("answer", "zones"),
    [
        (sku(["1", "2", "3"]), {"1", "2", "3"}),
        (sku(["1", "2", "3"], type="Zone", restrictionInfo={"zones": ["2"]}), {"1", "3"}),
        (sku(["1", "2", "3"], type="Location", restrictionInfo={"locations": ["swedencentral"]}), set[str]()),
        (sku([]), {"swedencentral"}),
        ({"value": []}, set[str]()),
    ],
    ids=["everywhere", "not in one zone", "not for this subscription", "a region without zones", "nowhere"],
)
def test_sizes_are_offered_by_zone_less_what_the_subscription_may_not_have(
    azure: Azure, wire: Wire, answer: dict[str, Any], zones: set[str]
):
    wire.answers["/skus"] = answer
    assert azure.offered(A100) == zones


def test_limit_and_use_are_those_of_the_family_however_it_is_written(azure: Azure, wire: Wire):
    usage = {"unit": "Count", "limit": 96, "currentValue": 24, "name": {"value": a100().code.upper()}}
    wire.answers["locations/swedencentral/usages"] = {"value": [usage]}
    assert (azure.limit(a100()), azure.used(a100())) == (96, 24)


def test_a_family_that_is_not_listed_is_said_to_be_so(azure: Azure, wire: Wire):
    wire.answers["usages"] = {"value": []}
    with pytest.raises(UnaskedError, match="swedencentral lists no quota StandardNCADSA100v4Family"):
        azure.limit(a100())


def test_the_clusters_own_nodes_are_in_its_own_resource_group(azure: Azure, wire: Wire):
    sets = [
        {"sku": {"name": A100.name, "capacity": count}, "properties": {"virtualMachineProfile": profile}}
        for count, profile in ((2, {"priority": "Spot"}), (3, {}))
    ]
    wire.answers["resourceGroups/ml-platform-aks-nodes/providers/Microsoft.Compute/virtualMachineScaleSets"] = {"value": sets}
    assert azure.running() == {(A100, "spot"): 2, (A100, "on-demand"): 3}


def test_a_cluster_that_is_not_there_yet_has_no_nodes(azure: Azure, wire: Wire):
    wire.answers["virtualMachineScaleSets"] = 404
    assert azure.running() == {}


def test_a_permission_that_is_missing_is_named(azure: Azure, wire: Wire):
    wire.answers["usages"] = 403
    with pytest.raises(UnaskedError) as refused:
        azure.limit(a100())
    assert refused.value.advice == "needs the permission Microsoft.Compute/locations/usages/read"
