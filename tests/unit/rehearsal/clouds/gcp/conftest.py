"""A simulated Google Cloud, and what the API server of its clusters was told."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rehearsal.autoscaling.group import Groups
from rehearsal.clouds.cloud import Cloud
from rehearsal.clouds.faults import Faults
from rehearsal.clouds.gcp import cloud_of, cluster, compute, iam, kms, node_pool
from rehearsal.clouds.ledger import Entry, Ledger

CONFIG = {"project": "example-ml", "region": "europe-west4"}
CLUSTER = "projects/example-ml/locations/europe-west4/clusters/dev"
ACCOUNT = "nodes-1@example-ml.iam.gserviceaccount.com"

Make = Callable[..., Entry]


@pytest.fixture
def cloud(tmp_path: Path, server: Any, groups: Groups) -> Cloud:
    return cloud_of(Ledger(tmp_path / "gcp"), Faults(tmp_path / "faults.json"), server, groups)


@pytest.fixture
def make(cloud: Cloud) -> Make:
    """Creates a resource as the engine does: checked, then made."""

    def make(resource: str, name: str, /, **inputs: Any) -> Entry:
        urn = f"urn:pulumi:dev::project::{resource}::{name}"
        filled, mistakes = cloud.check(resource, urn, inputs, {})
        assert mistakes == []
        return cloud.create(resource, urn, filled, CONFIG)

    return make


@pytest.fixture
def network(make: Make) -> Entry:
    """A subnetwork for nodes, pods and services."""
    vpc = make(compute.NETWORK, "vpc", name="vpc", autoCreateSubnetworks=False)
    secondary = {"pods": "10.64.0.0/12", "services": "10.0.16.0/20"}
    return make(
        compute.SUBNETWORK,
        "nodes",
        name="nodes",
        network=vpc.id,
        region="europe-west4",
        ipCidrRange="10.0.0.0/20",
        secondaryIpRanges=[{"rangeName": name, "ipCidrRange": cidr} for name, cidr in secondary.items()],
    )


@pytest.fixture
def made_cluster(make: Make, network: Entry) -> Make:
    """Makes the cluster, with these inputs besides."""

    def made(**inputs: Any) -> Entry:
        ring = make(kms.KEY_RING, "ring", location="europe-west4")
        key = make(kms.KEY, "key", keyRing=ring.id, purpose="ENCRYPT_DECRYPT")
        agent = make(iam.AGENT, "agent", service="container.googleapis.com")
        role = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
        make(kms.PERMISSION, "permission", cryptoKeyId=key.id, role=role, member=agent.get("member"))
        standard = {
            "name": "dev",
            "location": "europe-west4",
            "nodeLocations": [f"europe-west4-{letter}" for letter in "abc"],
            "network": network.get("network"),
            "subnetwork": network.id,
            "minMasterVersion": "1.35",
            "initialNodeCount": 1,
            "removeDefaultNodePool": True,
            "ipAllocationPolicy": {"clusterSecondaryRangeName": "pods", "servicesSecondaryRangeName": "services"},
            "databaseEncryption": {"state": "ENCRYPTED", "keyName": key.id},
            "deletionProtection": False,
        }
        return make(cluster.CLUSTER, "cluster", **{**standard, **inputs})

    return made


@pytest.fixture
def pool(make: Make, made_cluster: Make) -> Make:
    """Makes a node pool; `node` goes into its nodes' configuration."""
    made_cluster()
    make(iam.ACCOUNT, "nodes", accountId="nodes-1")

    def pool(name: str, machine: str = "n2-standard-8", node: dict[str, Any] | None = None, /, **inputs: Any) -> Entry:
        common = {"imageType": "COS_CONTAINERD", "diskType": "pd-balanced", "serviceAccount": ACCOUNT}
        standard = {
            "name": name,
            "cluster": CLUSTER,
            "nodeConfig": {"machineType": machine, **common, **(node or {})},
            "autoscaling": {"totalMinNodeCount": 1, "totalMaxNodeCount": 3},
        }
        return make(node_pool.NODE_POOL, name, **{**standard, **inputs})

    return pool


def gpu(kind: str = "nvidia-l4", count: int = 1, driver: str = "DEFAULT") -> dict[str, Any]:
    """The part of a node's configuration that is of its GPUs."""
    return {"guestAccelerators": [{"type": kind, "count": count, "gpuDriverInstallationConfig": {"gpuDriverVersion": driver}}]}
