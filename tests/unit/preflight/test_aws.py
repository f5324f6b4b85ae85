"""AWS as moto plays it and, where moto has nothing to say, as its API's models describe it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber
from moto import mock_aws

from config.catalog import by_name
from config.clusters import Eks
from config.node_pool import NodePool
from config.quotas import Quota, quota
from preflight import checks
from preflight.aws import Aws, connect
from preflight.cloud import NotLoggedInError, UnaskedError

P5, G6 = by_name()["p5.48xlarge"], by_name()["g6.2xlarge"]
CLUSTER = Eks(kind="eks", region="eu-central-1")
METRIC = {"MetricNamespace": "AWS/Usage", "MetricName": "ResourceCount", "MetricDimensions": {"Class": "P/OnDemand"}}


def p_instances() -> Quota:
    found = quota(P5, "on-demand")
    assert found
    return found


def answer(value: float = 192.0, **more: Any) -> dict[str, Any]:
    return {"Quota": {"QuotaCode": "L-417A185B", "Value": value, **more}}


@pytest.fixture(scope="module")
def session() -> Iterator[boto3.Session]:
    """One for all tests: it reads the models of AWS's APIs, which takes its time."""
    with mock_aws():
        yield boto3.Session(aws_access_key_id="a", aws_secret_access_key="b")  # noqa: S106


@pytest.fixture
def aws(session: boto3.Session) -> Aws:
    return Aws(CLUSTER, "ml-platform-prod", session)


def test_the_caller_is_the_one_that_the_requests_are_signed_by(aws: Aws):
    assert aws.caller().account == "123456789012"


def test_machines_are_offered_by_zone(aws: Aws):
    assert aws.offered(G6) == {"eu-central-1a", "eu-central-1b", "eu-central-1c"}


def test_a_machine_that_the_region_does_not_have_is_in_no_zone(aws: Aws):
    assert aws.offered(by_name()["p6-b300.48xlarge"]) == frozenset()


def test_a_pool_without_zones_is_in_those_of_the_cluster(aws: Aws):
    assert aws.zones(NodePool.model_validate({"name": "a", "size": {"max": 1}}))[0] == "eu-central-1a"


def test_only_the_clusters_own_nodes_are_its_own(aws: Aws):
    image = aws.ec2.describe_images()["Images"][0].get("ImageId", "")
    for name, bought in (("ml-platform-prod", {}), ("ml-platform-prod", {"MarketType": "spot"}), ("another", {})):
        tags = [{"ResourceType": "instance", "Tags": [{"Key": f"kubernetes.io/cluster/{name}", "Value": "owned"}]}]
        untyped: Any = aws.ec2
        untyped.run_instances(
            ImageId=image, InstanceType="g6.2xlarge", MinCount=1, MaxCount=1, TagSpecifications=tags, InstanceMarketOptions=bought
        )
    assert aws.running() == {(G6, "on-demand"): 1, (G6, "spot"): 1}


def test_the_limit_is_what_service_quotas_says_of_the_code(aws: Aws):
    with Stubber(aws.service_quotas) as stub:
        stub.add_response("get_service_quota", answer(768), {"ServiceCode": "ec2", "QuotaCode": "L-417A185B"})
        assert aws.limit(p_instances()) == 768


def test_use_is_the_latest_of_the_quotas_own_metric(aws: Aws):
    now = datetime.now(UTC)
    points = [{"Timestamp": now - timedelta(minutes=minutes), "Maximum": amount} for minutes, amount in ((5, 96.0), (50, 288.0))]
    asked = {
        "Namespace": "AWS/Usage",
        "MetricName": "ResourceCount",
        "Dimensions": [{"Name": "Class", "Value": "P/OnDemand"}],
        **dict.fromkeys(("Statistics", "StartTime", "EndTime", "Period"), ANY),
    }
    with Stubber(aws.service_quotas) as quotas, Stubber(aws.cloudwatch) as metrics:
        quotas.add_response("get_service_quota", answer(UsageMetric=METRIC))
        metrics.add_response("get_metric_statistics", {"Datapoints": points}, asked)
        assert aws.used(p_instances()) == 96


def test_where_nothing_has_run_nothing_is_used(aws: Aws):
    with Stubber(aws.service_quotas) as quotas, Stubber(aws.cloudwatch) as metrics:
        quotas.add_response("get_service_quota", answer(UsageMetric=METRIC))
        metrics.add_response("get_metric_statistics", {"Datapoints": []})
        assert aws.used(p_instances()) == 0


def test_a_quota_without_a_metric_does_not_say_what_is_used(aws: Aws):
    with Stubber(aws.service_quotas) as stub:
        stub.add_response("get_service_quota", answer())
        assert aws.used(p_instances()) is None


def test_a_permission_that_is_missing_is_named(aws: Aws):
    with Stubber(aws.service_quotas) as stub:
        stub.add_client_error("get_service_quota", "AccessDeniedException", "not authorized")
        with pytest.raises(UnaskedError) as refused:
            aws.limit(p_instances())
    assert refused.value.advice == "needs the permission servicequotas:GetServiceQuota"


@pytest.mark.parametrize("code", ["ExpiredToken", "InvalidClientTokenId"])
def test_credentials_that_aws_does_not_know_are_those_of_nobody(aws: Aws, code: str):
    with Stubber(aws.sts) as stub:
        stub.add_client_error("get_caller_identity", code, "expired")
        with pytest.raises(NotLoggedInError, match="expired"):
            aws.caller()


def test_with_a_profile_that_does_not_exist_the_user_is_told_to_log_in(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_PROFILE", "nowhere")
    (found,) = checks.findings(lambda: connect(CLUSTER, "ml-platform-prod"), (), ())
    assert (found.subject, found.status) == ("credentials", "problem")


def test_what_to_ask_for_is_a_command(aws: Aws):
    assert "--quota-code L-417A185B --desired-value 1536 --region eu-central-1" in aws.ask(p_instances(), 1536)
