"""Clusters and networks of the simulated Google Cloud."""

import subprocess
import sys
from typing import Any

import pytest

from config.load import PROJECT
from rehearsal.clouds.cloud import Cloud
from rehearsal.clouds.gcp import cluster, compute, kms
from rehearsal.clouds.gcp.names import CALLER
from rehearsal.clouds.kind import RefusedError
from rehearsal.clouds.ledger import Entry
from tests.unit.rehearsal.clouds.gcp.conftest import CLUSTER, CONFIG, Make
from tests.unit.rehearsal.clouds.told import Told


def test_a_cluster_answers_with_the_api_server(made_cluster: Make, server: Told):
    made = made_cluster(masterAuth={"clientCertificateConfig": {"issueClientCertificate": False}})
    assert made.id == CLUSTER
    assert made.get("endpoint") == "127.0.0.1:6443"
    assert made.get("masterAuth")["clusterCaCertificate"] == server.authority
    assert made.get("masterVersion").startswith("1.35.")


def test_whoever_made_a_cluster_is_let_in_until_it_goes(made_cluster: Make, cloud: Cloud, server: Told):
    made = made_cluster()
    assert list(server.granted.values()) == [("User", CALLER, "cluster-admin")]
    assert server.defined == {"computeclasses.cloud.google.com"}
    cloud.delete(cluster.CLUSTER, made.id, CONFIG)
    assert not server.granted
    assert not server.defined


def test_a_cluster_takes_its_pools_along(pool: Make, cloud: Cloud, server: Told):
    pool("general")
    cloud.delete(cluster.CLUSTER, CLUSTER, CONFIG)
    assert server.nodes == {}
    assert not any("nodePool" in entry.type for entry in cloud.ledger)


def test_a_protected_cluster_is_not_deleted(made_cluster: Make, cloud: Cloud):
    made = made_cluster(deletionProtection=True)
    with pytest.raises(RefusedError, match="deletion_protection"):
        cloud.delete(cluster.CLUSTER, made.id, CONFIG)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a version that is too old": ({"minMasterVersion": "1.29"}, 'Master version "1.29" is unsupported'),
    "a version that its channel does not have": (
        {"minMasterVersion": "1.36", "releaseChannel": {"channel": "STABLE"}},
        'Master version "1.36" is unsupported',
    ),
    "no such range": (
        {"ipAllocationPolicy": {"clusterSecondaryRangeName": "podz", "servicesSecondaryRangeName": "services"}},
        "Pod secondary range 'podz' does not exist",
    ),
    "another region's zone": ({"nodeLocations": ["us-central1-a"]}, "'us-central1-a' is not a zone of region"),
    "an API that nobody reaches": (
        {"privateClusterConfig": {"enablePrivateEndpoint": True}},
        "only be enabled with master authorized networks",
    ),
    "another project's identities": ({"workloadIdentityConfig": {"workloadPool": "other.svc.id.goog"}}, "Workload pool"),
    "no such subnetwork": ({"subnetwork": "projects/p/regions/r/subnetworks/none"}, "none' was not found"),
}


@pytest.mark.parametrize(("inputs", "message"), REFUSED.values(), ids=REFUSED)
def test_what_google_refuses(made_cluster: Make, inputs: dict[str, Any], message: str):
    with pytest.raises(RefusedError, match=f"googleapi: Error 40[04]: .*{message}"):
        made_cluster(**inputs)


def test_a_key_that_gke_may_not_use_is_refused(made_cluster: Make, make: Make):
    ring = make(kms.KEY_RING, "other", location="europe-west4")
    key = make(kms.KEY, "other", keyRing=ring.id)
    with pytest.raises(RefusedError, match="can't be used by GKE's service agent"):
        made_cluster(databaseEncryption={"state": "ENCRYPTED", "keyName": key.id})


@pytest.mark.parametrize(("old", "new", "message"), [("1.34", "1.36", "more than one minor"), ("1.36", "1.35", "downgraded")])
def test_kubernetes_climbs_one_minor_at_a_time(made_cluster: Make, cloud: Cloud, old: str, new: str, message: str):
    made = made_cluster(minMasterVersion=old)
    with pytest.raises(RefusedError, match=message):
        cloud.update(cluster.CLUSTER, made.id, made.urn, {**made.inputs, "minMasterVersion": new}, CONFIG)


def test_a_new_minor_is_an_update_in_place(made_cluster: Make, cloud: Cloud):
    made = made_cluster()
    changed = cloud.update(cluster.CLUSTER, made.id, made.urn, {**made.inputs, "minMasterVersion": "1.36"}, CONFIG)
    assert changed.get("masterVersion").startswith("1.36.")
    assert "minMasterVersion" not in cloud.kind(cluster.CLUSTER).frozen


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"releaseChannel": {"channel": "SLOW"}}, "Invalid enum value SLOW"),
        ({"enableShieldedNode": True}, 'has no field named "enableShieldedNode"'),
        ({"loggingConfig": {"enableComponents": ["EVERYTHING"]}}, "Invalid enum value EVERYTHING"),
        ({"addonsConfig": {"dnsCache": {"enabled": True}}}, 'has no field named "dnsCache"'),
    ],
)
def test_what_googles_api_does_not_know_is_a_mistake(cloud: Cloud, inputs: dict[str, Any], message: str):
    _, mistakes = cloud.check(cluster.CLUSTER, "urn:pulumi:dev::project::x::cluster", {"name": "a", **inputs}, {})
    (mistake,) = mistakes
    assert message in mistake.reason


@pytest.mark.parametrize(
    ("resource", "field", "value"),
    [
        (compute.SUBNETWORK, "logConfig", {"aggregationInterval": "INTERVAL_7_MIN"}),
        (compute.NAT, "natIpAllocateOption", "SOMEHOW"),
        (compute.NETWORK, "routingMode", "LOCAL"),
        (compute.ROUTER, "colour", "red"),
        (compute.FIREWALL, "direction", "SIDEWAYS"),
    ],
)
def test_what_compute_engine_does_not_know_is_a_mistake(cloud: Cloud, resource: str, field: str, value: Any):
    _, mistakes = cloud.check(resource, "urn:pulumi:dev::project::x::it", {"name": "a", field: value}, {})
    assert len(mistakes) == 1


def test_ranges_of_a_network_do_not_overlap(make: Make, network: Entry):
    with pytest.raises(RefusedError, match=r"10\.65\.0\.0/16 conflicts with existing subnetwork"):
        make(compute.SUBNETWORK, "b", network=network.get("network"), region="europe-west4", ipCidrRange="10.65.0.0/16")


def test_a_network_that_is_only_named_is_somebody_elses_and_there(made_cluster: Make):
    made_cluster(network="shared", subnetwork="shared-nodes")


def test_a_range_does_not_shrink(cloud: Cloud, network: Entry):
    cloud.update(compute.SUBNETWORK, network.id, network.urn, network.inputs, CONFIG)
    with pytest.raises(RefusedError, match="not shrunk"):
        cloud.update(compute.SUBNETWORK, network.id, network.urn, {**network.inputs, "ipCidrRange": "10.0.0.0/24"}, CONFIG)


def test_a_network_goes_last(made_cluster: Make, cloud: Cloud, network: Entry):
    made_cluster()
    for resource, identifier in ((compute.SUBNETWORK, network.id), (compute.NETWORK, network.get("network"))):
        with pytest.raises(RefusedError, match="already being used"):
            cloud.delete(resource, identifier, CONFIG)


def test_a_name_that_outlived_its_stack_is_not_given_again(make: Make):
    first = make(kms.KEY_RING, "ring", location="europe-west4")
    assert make(kms.KEY_RING, "ring", location="europe-west4").id != first.id


def test_googles_models_are_loaded_beside_the_engines_protocol():
    """Of one message there can be but one definition in a process, and both bring `google.rpc.Status`."""
    program = "import rehearsal.plugins.cloud, google.cloud.container_v1.types, google.cloud.compute_v1"
    subprocess.run([sys.executable, "-c", program], cwd=PROJECT, check=True)
