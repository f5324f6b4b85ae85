"""What a node pool asks for that its cluster's cloud does not have."""

import pytest

from tests.unit.config.conftest import Mistakes

EKS = ("kind: simulated", "kind: eks\n    region: eu-central-1")
GKE = ("kind: simulated", "kind: gke\n    project: example-ml\n    region: europe-west4")
AKS = (
    *("kind: simulated", "kind: aks\n    region: swedencentral"),
    *(
        "vision@example.com",
        "8a4f0e52-2f60-4f0b-8f55-6d2f9a1c4b02",
        "language@example.com",
        "c90d7b1e-41aa-4a6f-bb3c-7e5d0f9a2c03",
    ),
)
EXISTING = ("kind: simulated", "kind: existing\n    block: {provisioner: a}\n    shared: {provisioner: b}")
SCALED = (EXISTING[0], f"{EXISTING[1]}\n    autoscaler: {{clusterName: ml, managementSecret: management}}")


def _pool(rest: str) -> tuple[str, str]:
    return "ml-platform:nodePools:\n", f"ml-platform:nodePools:\n    - {{name: extra, size: {{max: 1}}, {rest}}}\n"


POOL_MISTAKES = {
    "machines_exist: another cloud's machine": (
        (*EKS, *_pool("machine: a3-highgpu-8g")),
        "6: ml-platform:nodePools[0]: a3-highgpu-8g is a machine of gcp, not of aws; write for example machine: p5.48xlarge",
    ),
    "machines_exist: another cloud's accelerator": (
        (*EKS, *_pool("accelerator: {type: h100-nvl}")),
        "6: ml-platform:nodePools[0]: no machine on aws has 1 × h100-nvl; there are "
        "Standard_NC40ads_H100_v5 (azure, 40 CPUs, 320Gi), Standard_NCC40ads_H100_v5 (azure, 40 CPUs, 320Gi)",
    ),
    "machines_exist: a size that the cloud does not have": (
        (*EKS, *_pool("accelerator: {type: h100, count: 8}, cpu: 200")),
        "6: ml-platform:nodePools[0]: no machine on aws with 8 × h100 has at least 200 CPUs, 8Gi; there are "
        "a3-highgpu-8g (gcp, 208 CPUs, 1872Gi), a3-megagpu-8g (gcp, 208 CPUs, 1872Gi), a3-edgegpu-8g (gcp, 208 CPUs, 1872Gi)",
    ),
    "machines_exist: TPUs": (
        (*EKS, *_pool("accelerator: {type: tpu-v5e, count: 4}")),
        "6: ml-platform:nodePools[0]: TPUs are Google's; use cluster.kind: gke or another accelerator",
    ),
    "images_exist: another cloud's": (
        (*EKS, *_pool("image: cos")),
        "6: ml-platform:nodePools[0].image: 'cos' is no node image on aws; write one of al2023, bottlerocket, or leave it out",
    ),
    "images_exist: one without a driver": (
        (*AKS, *_pool("machine: Standard_ND96isr_MI300X_v5, image: azurelinux, driver: none")),
        "6: ml-platform:nodePools[0].image: 'azurelinux' is no node image for mi300x on azure; "
        "write one of ubuntu, or leave it out",
    ),
    "images_exist: a device newer than every image": (
        (*EKS, *_pool("accelerator: {type: rtx-pro-4500}")),
        "6: ml-platform:nodePools[0].image: no node image on aws has a driver for rtx-pro-4500; choose another accelerator",
    ),
    "images_exist: no driver on any": (
        (*AKS, *_pool("machine: Standard_ND96isr_MI300X_v5")),
        "6: ml-platform:nodePools[0].driver: no node image on azure brings a driver for mi300x; "
        "install it, for example with its vendor's operator, and write driver: none",
    ),
    "images_exist: another image's driver": (
        (*GKE, *_pool("accelerator: {type: l4}, image: ubuntu, driver: latest")),
        "7: ml-platform:nodePools[0].driver: 'latest' is no driver of the image ubuntu; "
        "write one of default, none, or leave it out",
    ),
    "images_exist: a driver for nothing": (
        (*GKE, *_pool("driver: latest")),
        "7: ml-platform:nodePools[0].driver: 'latest' is no driver of the image cos; leave it out: there are no devices",
    ),
    "capacity_is_sold: flex": (
        (*EKS, *_pool("capacity: [flex]")),
        "6: ml-platform:nodePools[0].capacity[0].kind: flex is sold by Google alone; use on-demand, spot or reserved",
    ),
    "capacity_is_sold: a reservation": (
        (*EKS, *_pool("capacity: [{kind: reserved, reservation: my-h100s}], zones: [eu-central-1a]")),
        "6: ml-platform:nodePools[0].capacity[0].reservation: 'my-h100s' is not an EC2 capacity reservation, "
        "such as cr-0123456789abcdef0",
    ),
    "placement_is_possible": (
        (*GKE, *_pool("machine: n1-standard-4, placement: compact")),
        "7: ml-platform:nodePools[0].placement: n1-standard-4 machines can't be placed compactly; leave it out",
    ),
    "zones_are_in_the_region: AWS": (
        (*EKS, *_pool("zones: [eu-central-1a, us-east-1a]")),
        "6: ml-platform:nodePools[0].zones[1]: 'us-east-1a' is not a zone of eu-central-1; write for example eu-central-1a",
    ),
    "zones_are_in_the_region: Google": (
        (*GKE, *_pool("zones: [europe-west1-b]")),
        "7: ml-platform:nodePools[0].zones[0]: 'europe-west1-b' is not a zone of europe-west4; write for example europe-west4-b",
    ),
    "zones_are_in_the_region: Azure": (
        (*AKS, *_pool("zones: [swedencentral-1]")),
        "6: ml-platform:nodePools[0].zones[0]: 'swedencentral-1' is no zone; Azure's are called 1, 2 and 3",
    ),
    "disks_are_sold": (
        (*AKS, *_pool("disk: 4Ti")),
        "6: ml-platform:nodePools[0].disk: 4Ti is more than a node's disk may have; write at most 2048Gi",
    ),
    "options_have_a_meaning: on nodes that are there": (
        (*EXISTING, *_pool("disk: 1Ti")),
        "7: ml-platform:nodePools[0].disk: the nodes of an existing cluster are what they are; leave it out",
    ),
    "options_have_a_meaning: on nodes that are made": (
        (*EKS, *_pool("selector: {team: vision}")),
        "6: ml-platform:nodePools[0].selector: this is for nodes that are there already, on an existing cluster; leave it out",
    ),
    "an_autoscaler_has_pools": (
        (*SCALED, "{min: 1, max: 2}", "{min: 2, max: 2}", "{min: 1, max: 4}", "{min: 4, max: 4}"),
        "6: ml-platform:cluster.autoscaler: has nothing to do: each pool's size.min is its size.max; "
        "write a larger max for one, or leave the autoscaler out",
    ),
}
"""Rule and case → (edits of the valid file, what the user reads)."""


@pytest.mark.parametrize(("edits", "message"), POOL_MISTAKES.values(), ids=POOL_MISTAKES)
def test_a_pool_that_its_cloud_can_not_make_is_reported_with_what_to_write(
    mistakes: Mistakes, edits: tuple[str, ...], message: str
):
    assert mistakes(*edits) == [f"Pulumi.stack.yaml:{message}"]


def test_a_job_that_fits_a_machine_of_another_cloud_only_is_reported(mistakes: Mistakes):
    (found,) = mistakes(*AKS, "workers: 2", "workers: 1\n        cpuPerWorker: 150")
    assert found.endswith("150 is more than a node with h100 has; write at most 96")
