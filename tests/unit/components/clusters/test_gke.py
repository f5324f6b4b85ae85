"""What a cluster on Google Cloud is made of."""

import json
from typing import Any

import pytest
import yaml

from config.load import PROJECT
from tests.unit.conftest import Build, Values
from tests.unit.plan import Plan, Planned


@pytest.fixture
def values() -> Values:
    """The dev stack's, to be changed at will."""
    return yaml.safe_load((PROJECT / "Pulumi.dev.yaml").read_text())["config"]


@pytest.fixture(scope="module")
def dev(build: Build) -> Plan:
    """The plan of the dev stack."""
    return build(yaml.safe_load((PROJECT / "Pulumi.dev.yaml").read_text())["config"])


def _cluster(plan: Plan) -> Planned:
    (cluster,) = (resource for resource in plan.of("Cluster") if resource.custom)
    return cluster


def _with(values: Values, **fields: Any) -> Values:
    values["ml-platform:cluster"] |= fields
    return values


def test_no_node_and_no_api_has_a_public_address(dev: Plan):
    cluster = _cluster(dev).inputs
    assert cluster["privateClusterConfig"] == {"enablePrivateNodes": True, "enablePrivateEndpoint": True}
    assert cluster["masterAuthorizedNetworksConfig"] == {"cidrBlocks": [], "gcpPublicCidrsAccessEnabled": False}
    assert cluster["controlPlaneEndpointsConfig"]["dnsEndpointConfig"] == {"allowExternalTraffic": False}
    assert all(pool.inputs["networkConfig"]["enablePrivateNodes"] for pool in dev.of("NodePool"))


def test_a_public_api_is_open_to_the_named_ranges_alone(values: Values, build: Build):
    cluster = _cluster(build(_with(values, endpoint={"public": True, "cidrs": ["203.0.113.0/24"]}))).inputs
    assert cluster["privateClusterConfig"]["enablePrivateEndpoint"] is False
    assert cluster["masterAuthorizedNetworksConfig"]["cidrBlocks"] == [{"cidrBlock": "203.0.113.0/24"}]


def test_secrets_are_encrypted_with_a_key_that_only_gke_may_use_and_that_outlives_the_cluster(dev: Plan):
    (permission,) = dev.of("CryptoKeyIAMMember")
    assert permission.inputs["role"] == "roles/cloudkms.cryptoKeyEncrypterDecrypter"
    assert _cluster(dev).inputs["databaseEncryption"] == {"state": "ENCRYPTED", "keyName": "cluster-encryption-key"}
    assert permission.urn in _cluster(dev).depends_on
    assert [resource.kind for resource in dev if resource.retain_on_delete] == ["KeyRing", "CryptoKey"]


def test_network_policies_are_enforced_and_pods_have_identities_of_their_own(dev: Plan):
    cluster = _cluster(dev).inputs
    assert cluster["datapathProvider"] == "ADVANCED_DATAPATH"
    assert cluster["workloadIdentityConfig"] == {"workloadPool": "example-project.svc.id.goog"}
    assert {pool.inputs["nodeConfig"]["workloadMetadataConfig"]["mode"] for pool in dev.of("NodePool")} == {"GKE_METADATA"}


def test_nodes_have_an_identity_that_may_write_logs_and_no_more(dev: Plan):
    (role,) = dev.of("IAMMember")
    assert role.inputs["role"] == "roles/container.defaultNodeServiceAccount"
    assert {pool.inputs["nodeConfig"]["serviceAccount"] for pool in dev.of("NodePool")} == {"cluster-nodes-account@example.com"}


def test_nodes_boot_only_what_is_signed(dev: Plan):
    for pool in dev.of("NodePool"):
        assert pool.inputs["nodeConfig"]["shieldedInstanceConfig"] == {
            "enableSecureBoot": True,
            "enableIntegrityMonitoring": True,
        }


def test_the_control_plane_reaches_the_platforms_webhooks_and_no_one_else_does(dev: Plan):
    (firewall,) = dev.of("Firewall")
    assert firewall.inputs["sourceRanges"] == ["10.0.0.2/32"]
    assert firewall.inputs["targetServiceAccounts"] == ["cluster-nodes-account@example.com"]
    assert firewall.inputs["allows"] == [{"protocol": "tcp", "ports": ["9443"]}]


def test_the_vertical_autoscaler_is_gkes_own(values: Values, build: Build):
    plan = build({**values, "ml-platform:verticalAutoscaling": True})
    assert _cluster(plan).inputs["verticalPodAutoscaling"] == {"enabled": True}
    assert not [resource for resource in plan if resource.kind == "VerticalAutoscaler"]


def test_a_maintenance_window_may_reach_into_the_next_day(values: Values, build: Build):
    cluster = _cluster(build(_with(values, maintenance={"days": ["MO", "TH"], "start": "22:30", "hours": 6})))
    assert cluster.inputs["maintenancePolicy"]["recurringWindow"] == {
        "startTime": "2026-01-01T22:30:00Z",
        "endTime": "2026-01-02T04:30:00Z",
        "recurrence": "FREQ=WEEKLY;BYDAY=MO,TH",
    }


def test_the_kubeconfig_holds_no_credential(dev: Plan):
    (provider,) = dev.of("kubernetes")
    kubeconfig = json.loads(provider.inputs["kubeconfig"])
    assert kubeconfig["clusters"][0]["cluster"] == {
        "server": "https://10.0.0.2",
        "certificate-authority-data": "Y2VydGlmaWNhdGU=",
    }
    (user,) = kubeconfig["users"]
    assert user["user"].keys() == {"exec"}
    assert user["user"]["exec"]["command"] == "gke-gcloud-auth-plugin"


def test_with_the_dns_endpoint_the_kubeconfig_leads_through_it(values: Values, build: Build):
    (provider,) = build(_with(values, endpoint={"dns": True})).of("kubernetes")
    cluster = json.loads(provider.inputs["kubeconfig"])["clusters"][0]["cluster"]
    assert cluster == {"server": "https://gke-1.europe-west4.gke.goog"}


def test_what_is_in_the_cluster_goes_before_the_nodes_and_those_before_their_way_out(dev: Plan):
    (provider,) = dev.of("kubernetes")
    pools = {pool.urn for pool in dev.of("NodePool")}
    (nat,) = dev.of("RouterNat")
    assert pools <= provider.depends_on
    assert nat.urn in _cluster(dev).depends_on


def test_a_network_that_is_there_already_is_used_and_not_made(values: Values, build: Build):
    named = {"network": "shared", "subnetwork": "gke", "pods": "gke-pods", "services": "gke-services"}
    plan = build(_with(values, network={"existing": named}))
    assert plan.of("Network") == plan.of("Subnetwork") == plan.of("Router") == []
    cluster = _cluster(plan).inputs
    assert (cluster["network"], cluster["subnetwork"]) == ("shared", "gke")
    assert cluster["ipAllocationPolicy"]["clusterSecondaryRangeName"] == "gke-pods"


def test_files_are_shared_over_the_clusters_own_network(dev: Plan):
    shared = next(each for each in dev.of("StorageClass") if each.inputs["provisioner"] == "filestore.csi.storage.gke.io")
    assert shared.inputs["parameters"]["network"] == "cluster-network-vpc"


def test_everything_in_google_cloud_is_made_by_the_clusters_own_provider(dev: Plan):
    (provider,) = (resource for resource in dev if resource.type == "pulumi:providers:gcp")
    assert {each.provider.rpartition("::")[0] for each in dev if each.type.startswith("gcp:")} == {provider.urn}


def test_prod_moves_here_by_its_kind_and_region_alone(build: Build):
    prod = yaml.safe_load((PROJECT / "Pulumi.prod.yaml").read_text())["config"]
    prod["ml-platform:cluster"] = {**prod["ml-platform:cluster"], "kind": "gke", "region": "europe-west4"}
    plan = build(prod)
    machines = {pool.inputs["name"]: pool.inputs["nodeConfig"]["machineType"] for pool in plan.of("NodePool")}
    assert machines == {
        "general-on-demand": "n2-standard-16",
        "h100-on-demand": "a3-highgpu-8g",
        "h100-spot": "a3-highgpu-8g",
        "l4-on-demand": "g2-standard-8",
    }
    (provider,) = (resource for resource in plan if resource.type == "pulumi:providers:gcp")
    assert "project" not in provider.inputs, "the project is that of the credentials"
