"""Machines that the stack's own Karpenter made."""

from typing import Any

import pytest

from rehearsal.clouds.aws import fleet, network
from rehearsal.clouds.aws.instances import INSTANCE
from rehearsal.clouds.cloud import Cloud
from rehearsal.clouds.kind import RefusedError
from tests.unit.rehearsal.clouds.aws.conftest import CONFIG


def node(zone: str) -> Any:
    return {"metadata": {"name": "x", "uid": "1234", "labels": {"topology.kubernetes.io/zone": zone}}}


def test_they_hold_their_subnets_until_karpenter_took_them_away(cloud: Cloud, subnets: list[str]):
    fleet.record(cloud.ledger, [node("eu-north-1b")])
    with pytest.raises(RefusedError, match=r"DependencyViolation: .*Instance i-"):
        cloud.delete(network.SUBNET, subnets[1], CONFIG)
    fleet.record(cloud.ledger, [node("eu-north-1b")])
    assert len(cloud.ledger.of(INSTANCE)) == 1
    fleet.record(cloud.ledger, [])
    assert not cloud.ledger.of(INSTANCE)
