"""What a stack can't say about its EKS cluster, and how a network is cut."""

from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import regions
from config.clusters import Eks
from config.clusters.cidr import overlapping, size, split
from tests.unit.config.conftest import Mistakes

EXISTING = "network: {existing: {vpc: vpc-0123456789abcdef0, subnets: {eu-north-1a: subnet-0123456789abcdef0}}}"

MISTAKES = {
    "a region that AWS does not have": (
        "region: eu-nroth-1",
        "4: ml-platform:cluster.region: aws has no region 'eu-nroth-1'; write for example eu-north-1, eu-south-1, me-south-1",
    ),
    "a zone that the region does not have": (
        "region: eu-north-1\n    zones: [eu-north-1a, eu-north-1d]",
        "2: ml-platform:cluster: eu-north-1 has no zone 'eu-north-1d'; write some of eu-north-1a, eu-north-1b, eu-north-1c",
    ),
    "one zone": (
        "region: eu-north-1\n    zones: [eu-north-1a]",
        "2: ml-platform:cluster: is in one zone, and EKS wants two at least; write one more",
    ),
    "a zone twice": (
        "region: eu-north-1\n    zones: [eu-north-1a, eu-north-1a]",
        "2: ml-platform:cluster: a zone is given twice; write each once",
    ),
    "a version that is too old": (
        "region: eu-north-1\n    version: 1.33",
        "5: ml-platform:cluster.version: '1.33' is not a Kubernetes that this platform is made for; write 1.34, 1.35 or 1.36",
    ),
    "a public endpoint for nobody in particular": (
        "region: eu-north-1\n    endpoint: {public: true}",
        "5: ml-platform:cluster.endpoint: a public endpoint needs its cidrs; write for example cidrs: [203.0.113.0/24]",
    ),
    "a public endpoint for everybody": (
        "region: eu-north-1\n    endpoint: {public: true, cidrs: [0.0.0.0/0]}",
        "5: ml-platform:cluster.endpoint.cidrs[0]: 0.0.0.0/0 is everybody; write the ranges that may call the API",
    ),
    "ranges for an endpoint that is not public": (
        "region: eu-north-1\n    endpoint: {cidrs: [203.0.113.0/24]}",
        "5: ml-platform:cluster.endpoint: cidrs are for a public endpoint; write public: true, or leave them out",
    ),
    "no range": (
        "region: eu-north-1\n    network: {cidr: 10.0.0.1/16}",
        "5: ml-platform:cluster.network.cidr: 10.0.0.1/16 has host bits set; write for example 10.0.0.0/16",
    ),
    "ranges that overlap": (
        "region: eu-north-1\n    network: {cidr: 172.20.128.0/20}",
        "5: ml-platform:cluster.network: services 172.20.0.0/16 overlaps cidr 172.20.128.0/20; "
        "write another range for one of them",
    ),
    "a range larger than a VPC": (
        "region: eu-north-1\n    network: {cidr: 10.0.0.0/8}",
        "5: ml-platform:cluster.network: cidr 10.0.0.0/8 is out of bounds; write a range from /16 to /24",
    ),
    "a range too small for the region's zones": (
        "region: us-east-1\n    network: {cidr: 10.0.0.0/24}",
        "2: ml-platform:cluster: network.cidr 10.0.0.0/24 is too small for us-east-1's zones; write a larger range",
    ),
    "an existing network with a range of ours": (
        "region: eu-north-1\n    " + EXISTING.replace("{existing", "{cidr: 10.0.0.0/16, existing"),
        "5: ml-platform:cluster.network: an existing network has its ranges and gateways already; leave out cidr",
    ),
    "an admin who is nobody in IAM": (
        "region: eu-north-1\n    admins: [ana@example.com]",
        "5: ml-platform:cluster.admins[0]: 'ana@example.com' is not of the right form; "
        r"string should match pattern '^arn:aws:iam::\d{12}:(role|user)/[\w+=,.@/-]+$'",
    ),
}


@pytest.mark.parametrize(("cluster", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_about_the_cluster_is_reported_with_what_to_write(mistakes: Mistakes, cluster: str, message: str):
    assert mistakes("kind: simulated", f"kind: eks\n    {cluster}") == [f"Pulumi.stack.yaml:{message}"]


def _network(address: int, prefix: int) -> str:
    return str(IPv4Network((address, prefix), strict=False))


networks = st.builds(_network, st.integers(0, 2**32 - 1), st.integers(8, 28))


@given(networks, st.integers(1, 16))
def test_a_split_network_is_cut_without_rest_or_overlap(network: str, parts: int):
    cut = split(network, parts)
    assert len(cut) >= parts > len(cut) // 2
    assert sum(map(size, cut)) == size(network)
    assert overlapping(cut) is None
    assert all(IPv4Network(part).subnet_of(IPv4Network(network)) for part in cut)


@given(networks)
def test_a_network_is_not_cut_into_more_parts_than_it_has_addresses(network: str):
    with pytest.raises(ValueError, match="too few"):
        split(network, size(network) + 1)


@given(networks, networks)
def test_networks_overlap_where_one_holds_an_address_of_the_other(one: str, other: str):
    shared = {address for network in (one, other) for address in (IPv4Network(network)[0],)}
    holds = [all(address in IPv4Network(network) for network in (one, other)) for address in shared]
    assert (overlapping((one, other)) is not None) is any(holds)


@pytest.mark.parametrize("region", regions.regions("aws"))
def test_a_zone_keeps_its_subnets_when_others_come_and_go(region: str):
    zones = regions.zones("aws", region)
    whole = Eks(kind="eks", region=region, zones=zones).subnets
    for gone in zones:
        rest = tuple(zone for zone in zones if zone != gone)
        if len(rest) > 1:
            assert Eks(kind="eks", region=region, zones=rest).subnets == {zone: whole[zone] for zone in rest}
    assert overlapping(range_ for ranges in whole.values() for range_ in (ranges.private, ranges.public)) is None


def test_every_region_has_zones_of_its_own():
    for region in regions.regions("aws"):
        zones = regions.zones("aws", region)
        assert len(zones) >= 2
        assert all(zone.startswith(region) for zone in zones)
