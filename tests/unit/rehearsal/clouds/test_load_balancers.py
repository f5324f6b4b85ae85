"""Services of type LoadBalancer: what the cloud makes for them, and when it goes."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from rehearsal.clouds.ledger import Entry, Ledger
from rehearsal.clouds.load_balancers import CLOUDS, FINALIZER, LOAD_BALANCER, serve

SUBNET = "aws:ec2/subnet:Subnet"


class Api:
    """An API server that keeps what was merged into objects."""

    def __init__(self) -> None:
        self.merged: list[tuple[str, Any]] = []

    async def merge(self, path: str, patch: Any) -> None:
        self.merged.append((path, patch))


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """An account with a cluster, and a subnet for each kind of load balancer."""
    ledger = Ledger(tmp_path)
    ledger.put(Entry("aws:eks/cluster:Cluster", "prod", "urn", {}, {"arn": "arn:aws:eks:eu-north-1:1:cluster/prod"}))
    for id_, tag in (("public", "kubernetes.io/role/elb"), ("private", "kubernetes.io/role/internal-elb")):
        ledger.put(Entry(SUBNET, id_, "urn", {}, {"vpcId": "vpc-1", "tags": {tag: "1"}}))
    return ledger


def service(annotations: Any = None, status: Any = None, **metadata: Any) -> Any:
    named: Any = {"namespace": "vision", "name": "chat", "uid": "1234", "annotations": annotations or {}, **metadata}
    return {"metadata": named, "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]}, "status": status or {}}


def served(ledger: Ledger, its: Any, package: str = "aws") -> list[tuple[str, Any]]:
    api: Any = Api()
    asyncio.run(serve(api, ledger, its, CLOUDS[package][1]))
    return api.merged


def ingress(merged: list[tuple[str, Any]]) -> Any:
    ((path, patch),) = [each for each in merged if each[0].endswith("/status")]
    assert path == "/api/v1/namespaces/vision/services/chat/status"
    return patch["status"]["loadBalancer"]["ingress"][0]


def test_it_gets_an_address_and_holds_the_subnets_that_it_is_in(ledger: Ledger):
    merged = served(ledger, service())
    assert ingress(merged)["hostname"].endswith(".eu-north-1.elb.amazonaws.com")
    there = ledger.get(LOAD_BALANCER, "vision/chat")
    assert there
    assert there.get("uses") == {"subnets.*": SUBNET}
    assert (there.get("subnets"), there.get("scheme")) == (["public"], "internet-facing")


def test_an_internal_one_is_in_private_subnets(ledger: Ledger):
    merged = served(ledger, service({"service.beta.kubernetes.io/aws-load-balancer-internal": "true"}))
    assert ingress(merged)["hostname"].startswith("internal-")
    there = ledger.get(LOAD_BALANCER, "vision/chat")
    assert there
    assert there.get("subnets") == ["private"]


def test_without_a_subnet_tagged_for_it_there_is_none(tmp_path: Path, ledger: Ledger):
    for subnet in ledger.of(SUBNET):
        ledger.put(subnet.changed(tags={}))
    assert served(ledger, service()) == []
    assert not ledger.of(LOAD_BALANCER)


def test_it_goes_before_its_service_does(ledger: Ledger):
    (first, *_) = served(ledger, service(finalizers=["other"]))
    assert first[1] == {"metadata": {"finalizers": ["other", FINALIZER]}}
    merged = served(ledger, service(finalizers=["other", FINALIZER], deletionTimestamp="now"))
    assert merged == [("/api/v1/namespaces/vision/services/chat", {"metadata": {"finalizers": ["other"]}})]
    assert not ledger.of(LOAD_BALANCER)


def test_a_service_that_is_served_is_left_alone(ledger: Ledger):
    (_, (_, patch)) = served(ledger, service())
    assert served(ledger, service(status=patch["status"], finalizers=[FINALIZER])) == []


def test_a_class_is_another_controllers(ledger: Ledger):
    its = service()
    its["spec"]["loadBalancerClass"] = "service.k8s.aws/nlb"
    assert served(ledger, its) == []


def test_google_holds_the_network_and_azure_nothing(ledger: Ledger):
    network = "gcp:compute/network:Network"
    ledger.put(Entry(network, "dev", "urn", {}, {}))
    assert "ip" in ingress(served(ledger, service(), "gcp"))
    there = ledger.get(LOAD_BALANCER, "vision/chat")
    assert there
    assert there.get("uses") == {"networks.*": network}
    ledger.remove(there)
    assert "ip" in ingress(served(ledger, service(), "azure-native"))
    assert not ledger.of(LOAD_BALANCER)  # it is in a resource group that goes with the cluster
