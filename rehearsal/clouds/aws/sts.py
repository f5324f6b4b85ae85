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


def _session(_cloud: Cloud, _config: Json, arguments: Json) -> Json:
    """The role behind a session's ARN; a rehearsal's caller is the role itself."""
    arn = str(arguments["arn"])
    return {"arn": arn, "id": arn, "issuerArn": CALLER, "issuerId": "AROAREHEARSAL", "issuerName": "deployer", "sessionName": ""}


INVOKES: Final[Mapping[str, Invoke]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": _caller,
    "aws:iam/getSessionContext:getSessionContext": _session,
    "aws:index/getPartition:getPartition": _partition,
}
