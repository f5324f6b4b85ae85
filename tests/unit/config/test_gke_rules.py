"""What a stack on Google Cloud may get wrong."""

import pytest

from tests.unit.config.conftest import Mistakes
from tests.unit.config.test_pool_rules import GKE


def _cluster(*lines: str) -> tuple[str, ...]:
    return (*GKE, "europe-west4", "\n    ".join(["europe-west4", *lines]))


def _pool(rest: str) -> tuple[str, ...]:
    pool = f"ml-platform:nodePools:\n    - {{name: extra, {rest}}}\n"
    return (*GKE, "ml-platform:nodePools:\n", pool)


GKE_MISTAKES = {
    "nodes_have_addresses: too few for the nodes": (
        _cluster("network: {nodes: 10.0.0.0/29, services: 10.1.0.0/20}"),
        "6: ml-platform:cluster.network.nodes: has room for 4 nodes and the pools may have 6 nodes on all of their rungs; "
        "write a larger range",
    ),
    "nodes_have_addresses: too few for the pods": (
        _cluster("network: {pods: 10.4.0.0/22}"),
        "6: ml-platform:cluster.network.pods: has room for 4 nodes and the pools may have 6 nodes on all of their rungs; "
        "write a larger range",
    ),
    "system_pods_have_nodes": (
        (*GKE, "size: {min: 1, max: 2}", "size: {max: 2}"),
        "6: ml-platform:nodePools: no pool without devices and taints has nodes from the start, and what adds nodes needs some; "
        "write size: {min: 2, …} for one, such as {name: general, size: {min: 2, max: 6}}",
    ),
    "reservations_have_a_zone": (
        _pool("accelerator: {type: l4}, capacity: [{kind: reserved, reservation: a}], size: {max: 1}"),
        "7: ml-platform:nodePools[0]: a reservation is in one zone; write that one, e.g. zones: [europe-west4-a]",
    ),
    "machines_are_offered: not in this zone": (
        _pool("accelerator: {type: h100, count: 8}, zones: [europe-west4-a], size: {max: 1}"),
        "7: ml-platform:nodePools[0].zones[0]: europe-west4-a has no a3-highgpu-8g; write europe-west4-b, europe-west4-c",
    ),
    "machines_are_offered: not in this region": (
        (*_pool("accelerator: {type: b200, count: 8}, size: {max: 1}"), "europe-west4", "europe-west3"),
        "7: ml-platform:nodePools[0]: europe-west3 has no a4-highgpu-8g; there are some in asia-northeast1, asia-southeast1, "
        "europe-north1, europe-west4, us-central1, us-east1, us-east4, us-south1, us-west2, us-west3",
    ),
    "ladders_are_of_devices": (
        _pool("capacity: [spot, on-demand], size: {max: 1}"),
        "7: ml-platform:nodePools[0].capacity: GKE's autoscaler keeps to an order only for pools with an accelerator; "
        "write one rung, or two pools",
    ),
    "auto_creation_makes_something": (
        _cluster("autoCreation: true"),
        "6: ml-platform:cluster.autoCreation: GKE would make none of the pools: they have no GPUs, a smallest size, a placement, "
        "an image or a driver of their own; leave it out, or write a pool of GPUs with size.min: 0",
    ),
}


@pytest.mark.parametrize(("edits", "message"), GKE_MISTAKES.values(), ids=GKE_MISTAKES)
def test_a_broken_rule_is_reported_at_its_line_with_what_to_write(mistakes: Mistakes, edits: tuple[str, ...], message: str):
    assert mistakes(*edits) == [f"Pulumi.stack.yaml:{message}"]


@pytest.mark.parametrize(
    ("lines", "message"),
    {
        "region": (
            ("kind: simulated", "kind: gke\n    region: europe-west5"),
            "4: ml-platform:cluster.region: gcp has no region 'europe-west5'; "
            "write for example europe-west9, europe-west8, europe-west6",
        ),
        "zone": (
            _cluster("zones: [europe-west4-d]"),
            "2: ml-platform:cluster: europe-west4 has no zone 'europe-west4-d'; "
            "write some of europe-west4-a, europe-west4-b, europe-west4-c",
        ),
        "version": (
            _cluster("version: 1.33"),
            "6: ml-platform:cluster.version: '1.33' is not a Kubernetes that this platform is made for; write 1.34, 1.35 or 1.36",
        ),
        "a version that its channel does not have": (
            _cluster("version: 1.36", "channel: stable"),
            "2: ml-platform:cluster: the stable channel has no 1.36 yet; write channel: regular or an older version",
        ),
        "ranges": (
            _cluster("network: {nodes: 10.0.0.0/16}"),
            "6: ml-platform:cluster.network: 10.0.0.0/16 and 10.0.16.0/20 overlap; write another range for one of them",
        ),
        "a network of both sorts": (
            _cluster("network: {nodes: 10.0.0.0/16, existing: {network: a, subnetwork: b, pods: c, services: d}}"),
            "6: ml-platform:cluster.network: an existing network has its ranges already; leave out nodes",
        ),
        "a public endpoint": (
            _cluster("endpoint: {public: true}"),
            "6: ml-platform:cluster.endpoint: a public endpoint needs its cidrs; write for example cidrs: [203.0.113.0/24]",
        ),
        "everybody": (
            _cluster("endpoint: {public: true, cidrs: [0.0.0.0/0]}"),
            "6: ml-platform:cluster.endpoint.cidrs[0]: 0.0.0.0/0 is everybody; write the ranges that may call the API",
        ),
        "maintenance": (
            _cluster("maintenance: {days: [SU], hours: 6}"),
            "6: ml-platform:cluster.maintenance: at least 12 hours a week are what GKE wants; write more days or more hours",
        ),
        "autopilot": (
            _cluster("autopilot: true"),
            "2: ml-platform:cluster: autopilot clusters have no node pools: machines, capacity and drivers could not be "
            "what nodePools says; leave out autopilot",
        ),
    }.values(),
)
def test_a_mistake_in_the_cluster_is_one_message(mistakes: Mistakes, lines: tuple[str, ...], message: str):
    assert mistakes(*lines) == [f"Pulumi.stack.yaml:{message}"]
