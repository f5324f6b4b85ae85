"""Who calls."""

from collections.abc import Mapping
from typing import Final

from rehearsal.clouds.aws.arn import ACCOUNT, CALLER
from rehearsal.clouds.cloud import Cloud, Invoke
from rehearsal.plugins.values import Json


def _caller(_cloud: Cloud, _config: Json, _arguments: Json) -> Json:
    return {"accountId": ACCOUNT, "arn": CALLER, "userId": "AROAREHEARSAL:deployer", "id": ACCOUNT}


def _partition(_cloud: Cloud, _config: Json, _arguments: Json) -> Json:
    return {"partition": "aws", "dnsSuffix": "amazonaws.com", "reverseDnsPrefix": "com.amazonaws", "id": "aws"}


INVOKES: Final[Mapping[str, Invoke]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": _caller,
    "aws:index/getPartition:getPartition": _partition,
}
