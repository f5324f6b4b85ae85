"""Google's own client, on a wire that ends here."""

from typing import Any

import google.auth
import pytest
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import DefaultCredentialsError, RefreshError

from config.catalog import Machine, by_name
from config.clusters import Gke
from config.quotas import Quota, quotas
from preflight.cloud import NotLoggedInError, UnaskedError
from preflight.gcp import Gcp, connect
from tests.unit.preflight.wire import Query, Wire

L4, T4, H100 = (by_name()[name] for name in ("g2-standard-8", "n1-standard-8", "a3-highgpu-8g"))
CLUSTER = Gke(kind="gke", project="example-ml-dev", region="europe-west4")


@pytest.fixture
def gcp() -> Gcp:
    untyped: Any = AnonymousCredentials
    return Gcp(CLUSTER, "ml-platform-dev", untyped(), "example-ml-dev")


def zones(kind: str, *names: str) -> dict[str, Any]:
    return {"items": {f"zones/{name}": {kind: [{"name": "it"}]} for name in names} | {"zones/europe-west4-z": {}}}


def of(machine: Machine, capacity: Any = "on-demand") -> list[Quota]:
    return list(quotas(machine, capacity))


def test_machines_are_offered_by_the_zones_of_the_region(gcp: Gcp, wire: Wire):
    wire.answers |= {"aggregated/machineTypes": zones("machineTypes", "europe-west4-a", "europe-west4-b", "us-central1-a")}
    assert gcp.offered(L4) == {"europe-west4-a", "europe-west4-b"}


def test_a_machine_that_gpus_are_attached_to_is_where_the_gpus_are(gcp: Gcp, wire: Wire):
    wire.answers |= {"aggregated/machineTypes": zones("machineTypes", "europe-west4-a", "europe-west4-b")}
    wire.answers |= {"aggregated/acceleratorTypes": zones("acceleratorTypes", "europe-west4-b", "europe-west4-c")}
    assert gcp.offered(T4) == {"europe-west4-b"}


def test_a_gpu_counts_in_its_region_and_over_all_regions(gcp: Gcp, wire: Wire):
    wire.answers |= {"regions/europe-west4": {"quotas": [{"metric": "NVIDIA_L4_GPUS", "limit": 16.0, "usage": 3.0}]}}
    wire.answers |= {"projects/example-ml-dev": {"quotas": [{"metric": "GPUS_ALL_REGIONS", "limit": 4.0, "usage": 3.0}]}}
    assert [(gcp.limit(each), gcp.used(each)) for each in of(L4)] == [(16, 3), (4, 3)]


def test_a_metric_that_the_api_does_not_list_is_looked_up_in_the_console(gcp: Gcp, wire: Wire):
    wire.answers |= {"regions/europe-west4": {"quotas": []}}
    (h100,) = of(H100)
    with pytest.raises(UnaskedError, match="does not list NVIDIA_H100_GPUS in europe-west4") as unasked:
        gcp.limit(h100)
    assert unasked.value.advice.endswith("iam-admin/quotas?project=example-ml-dev")


def test_only_the_clusters_own_nodes_in_its_region_are_its_own(gcp: Gcp, wire: Wire):
    asked: list[Query] = []

    def instances(query: Query) -> dict[str, Any]:
        asked.append(query)
        nodes = [
            {"machineType": "https://…/machineTypes/g2-standard-8", "scheduling": {"provisioningModel": model}}
            for model in ("SPOT", "SPOT", "STANDARD")
        ]
        return {"items": {place: {"instances": nodes} for place in ("zones/europe-west4-a", "zones/us-central1-a")}}

    wire.answers |= {"aggregated/instances": instances}
    assert gcp.running() == {(L4, "spot"): 2, (L4, "on-demand"): 1}
    assert asked[0]["filter"] == ["labels.goog-k8s-cluster-name=ml-platform-dev"]


def test_a_permission_that_is_missing_is_named(gcp: Gcp, wire: Wire):
    wire.answers |= {"aggregated/machineTypes": 403}
    with pytest.raises(UnaskedError) as refused:
        gcp.offered(L4)
    assert "compute.machineTypes.list" in refused.value.advice


def test_a_project_that_does_not_exist_is_said_to_be_so(gcp: Gcp, wire: Wire):
    wire.answers |= {"projects/example-ml-dev": 404}
    with pytest.raises(UnaskedError) as refused:
        gcp.caller()
    assert refused.value.advice == "is the project's id right?"


def test_a_login_that_has_ended_is_begun_again(gcp: Gcp, wire: Wire):
    wire.answers |= {"projects/example-ml-dev": RefreshError("Reauthentication is needed")}
    with pytest.raises(NotLoggedInError) as nobody:
        gcp.caller()
    assert nobody.value.advice == "log in again: gcloud auth application-default login"


def test_without_credentials_the_user_is_told_to_log_in(monkeypatch: pytest.MonkeyPatch):
    def default(**_: Any) -> None:
        raise DefaultCredentialsError("not found")

    monkeypatch.setattr(google.auth, "default", default)
    with pytest.raises(NotLoggedInError):
        connect(CLUSTER, "ml-platform-dev")


def test_a_stack_without_a_project_is_in_that_of_the_credentials(monkeypatch: pytest.MonkeyPatch, wire: Wire):
    def default(**_: Any) -> tuple[Any, str]:
        untyped: Any = AnonymousCredentials
        return untyped(), "mine"

    monkeypatch.setattr(google.auth, "default", default)
    wire.answers |= {"projects/mine": {"quotas": []}}
    assert connect(CLUSTER.model_copy(update={"project": None}), "x").caller().account == "mine"
