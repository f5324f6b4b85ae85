"""AWS: STS says who, EC2 what is offered, Service Quotas how much, CloudWatch how much of it is in use."""

from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError, ProfileNotFound, SSOError

from config.capacity import Kind
from config.catalog import Machine, by_name
from config.clusters import Eks
from config.node_pool import NodePool
from config.quotas import Quota
from preflight import checks, programs
from preflight.cloud import Caller, NotLoggedInError, UnaskedError
from preflight.finding import Finding
from preflight.names import cluster_name

if TYPE_CHECKING:  # stubs, which only developers have
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_service_quotas import ServiceQuotasClient
    from mypy_boto3_service_quotas.type_defs import ServiceQuotaTypeDef
    from mypy_boto3_sts import STSClient

_PATIENT: Final = Config(connect_timeout=5, read_timeout=20, retries={"max_attempts": 3})
"""Seconds; a network that lets nothing through is told of soon."""

_DENIED: Final = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
_UNKNOWN: Final = ("ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure")
"""What AWS answers to credentials that it does not, or no longer, know: in one region, or in all."""

_NOBODY: Final = (NoCredentialsError, PartialCredentialsError, ProfileNotFound, SSOError)

_STATISTIC: Final = timedelta(hours=1)
"""How far back usage is looked for: EC2 tells CloudWatch every few minutes, and nothing while nothing runs."""


def findings(stack: str, cluster: Eks, pools: tuple[NodePool, ...]) -> Iterator[Finding]:
    """For a stack on EKS."""
    yield from programs.findings(cluster.kind)
    accounts = {admin.split(":")[4] for admin in cluster.admins}
    yield from checks.findings(lambda: connect(cluster, cluster_name(stack, cluster.name)), pools, accounts)


def connect(cluster: Eks, cluster_name: str) -> "Aws":
    """With the credentials that AWS's own libraries find."""
    with _asking("nothing"):  # but a profile may not exist
        return Aws(cluster, cluster_name, boto3.Session())


class Aws:
    """The account of whoever asks, in the cluster's region."""

    name = "aws"

    def __init__(self, cluster: Eks, cluster_name: str, session: boto3.Session) -> None:
        self.region = cluster.region
        self._cluster = cluster
        self._cluster_name = cluster_name
        self._read: dict[str, ServiceQuotaTypeDef] = {}
        self.sts: STSClient = self._client(session, "sts")
        self.ec2: EC2Client = self._client(session, "ec2")
        self.service_quotas: ServiceQuotasClient = self._client(session, "service-quotas")
        self.cloudwatch: CloudWatchClient = self._client(session, "cloudwatch")

    def _client(self, session: boto3.Session, service: str) -> Any:
        return session.client(service, region_name=self.region, config=_PATIENT)

    def caller(self) -> Caller:
        """The ARN that requests are signed with."""
        with _asking("sts:GetCallerIdentity"):
            identity = self.sts.get_caller_identity()
        return Caller(identity["Arn"], identity["Account"])

    def zones(self, pool: NodePool) -> tuple[str, ...]:
        """Those of the pool, or of the cluster."""
        return pool.zones or self._cluster.spanned

    def offered(self, machine: Machine) -> frozenset[str]:
        """By zone, as this account calls them."""
        with _asking("ec2:DescribeInstanceTypeOfferings"):
            pages = self.ec2.get_paginator("describe_instance_type_offerings").paginate(
                LocationType="availability-zone", Filters=[{"Name": "instance-type", "Values": [machine.name]}]
            )
            return frozenset(offer.get("Location", "") for page in pages for offer in page["InstanceTypeOfferings"])

    def limit(self, quota: Quota) -> int:
        """In vCPUs."""
        return int(self._quota(quota).get("Value", 0))

    def used(self, quota: Quota) -> int | None:
        """The latest of the metric that Service Quotas names for it; 0 if nothing has run lately."""
        metric = self._quota(quota).get("UsageMetric", {})
        if not ("MetricNamespace" in metric and "MetricName" in metric):
            return None
        now = datetime.now(UTC)
        with _asking("cloudwatch:GetMetricStatistics"):
            points = self.cloudwatch.get_metric_statistics(
                Namespace=metric["MetricNamespace"],
                MetricName=metric["MetricName"],
                Dimensions=[{"Name": name, "Value": value} for name, value in metric.get("MetricDimensions", {}).items()],
                Statistics=["Maximum"],
                StartTime=now - _STATISTIC,
                EndTime=now,
                Period=300,
            )["Datapoints"]
        amounts = [point.get("Maximum", 0) for point in sorted(points, key=lambda point: point.get("Timestamp", now))]
        return int(amounts[-1]) if amounts else 0

    def running(self) -> Mapping[tuple[Machine, Kind], int]:
        """EC2 instances with the tag that EKS and Karpenter both give to a cluster's nodes."""
        with _asking("ec2:DescribeInstances"):
            pages = self.ec2.get_paginator("describe_instances").paginate(
                Filters=[
                    {"Name": "tag-key", "Values": [f"kubernetes.io/cluster/{self._cluster_name}"]},
                    {"Name": "instance-state-name", "Values": ["pending", "running"]},
                ]
            )
            reservations = [reservation for page in pages for reservation in page["Reservations"]]
        found: Counter[tuple[Machine, Kind]] = Counter()
        for instance in (each for reservation in reservations for each in reservation.get("Instances", [])):
            if machine := by_name().get(instance.get("InstanceType", "")):
                bought: Kind = "spot" if instance.get("InstanceLifecycle") == "spot" else "on-demand"
                found[machine, "reserved" if instance.get("CapacityReservationId") else bought] += 1
        return found

    def ask(self, quota: Quota, amount: int) -> str:
        """By the command that does it; the console's Service Quotas does the same."""
        return (
            f"ask for {amount}: aws service-quotas request-service-quota-increase --service-code ec2 "
            f"--quota-code {quota.code} --desired-value {amount} --region {self.region}"
        )

    def _quota(self, quota: Quota) -> "ServiceQuotaTypeDef":
        if quota.code not in self._read:
            with _asking("servicequotas:GetServiceQuota"):
                self._read[quota.code] = self.service_quotas.get_service_quota(ServiceCode="ec2", QuotaCode=quota.code)["Quota"]
        return self._read[quota.code]


@contextmanager
def _asking(permission: str) -> Generator[None]:
    """Says what went wrong in the preflight's own terms."""
    try:
        yield
    except _NOBODY as nobody:
        raise NotLoggedInError(str(nobody), "log in: aws sso login, or export AWS_PROFILE") from None
    except ClientError as refused:
        error = refused.response.get("Error", {})
        code, message = error.get("Code", ""), error.get("Message", str(refused))
        if code in _UNKNOWN:
            advice = "log in again; if you are, enable the region for this account"
            raise NotLoggedInError(message, advice) from None
        advice = f"needs the permission {permission}" if code in _DENIED else ""
        raise UnaskedError(message, advice) from None
    except BotoCoreError as unreached:  # no network, a file of settings that can't be read
        raise UnaskedError(str(unreached)) from None
