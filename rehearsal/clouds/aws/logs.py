"""CloudWatch: log groups."""

from collections.abc import Iterator
from typing import Final

from rehearsal.clouds.aws import policies
from rehearsal.clouds.aws.arn import arn, name, region
from rehearsal.clouds.aws.keys import KEY
from rehearsal.clouds.aws.models import Operation
from rehearsal.clouds.kind import Kind, Mistake, Reference, RefusedError, Request
from rehearsal.clouds.words import Words
from rehearsal.plugins.values import UNKNOWN, Json

GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"

_DAYS: Final = (0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
"""How long logs can be kept; 0: for ever. From the API reference of PutRetentionPolicy."""


def _check(inputs: Json) -> Iterator[Mistake]:
    yield from Operation(
        "logs",
        "CreateLogGroup",
        {"name": "logGroupName", "namePrefix": "logGroupName"},
        frozenset({"retentionInDays", "skipDestroy"}),
    )(inputs)
    days = inputs.get("retentionInDays", 0)
    if days is not UNKNOWN and days not in _DAYS:
        yield Mistake("retentionInDays", f"is {days}; AWS takes one of {', '.join(map(str, _DAYS))}")


def _key_admits(request: Request) -> None:
    for key in request.ledger.of(KEY):
        principal = f"logs.{region(request)}.amazonaws.com"
        if key.get("arn") == request.inputs.get("kmsKeyId") and principal not in policies.trusted(key.get("policy") or "{}"):
            raise RefusedError(
                f"AccessDeniedException: The specified KMS key does not exist or is not allowed to be used with Arn "
                f"'{arn(request, 'logs', f'log-group:{name(request)}')}' (its policy does not name {principal})"
            )


KINDS: Final = (
    Kind(
        GROUP,
        identify=name,
        computed=lambda request, id_: {"arn": arn(request, "logs", f"log-group:{id_}"), "name": id_},
        autoname="name",
        prefix="namePrefix",
        unique=("name",),
        references=(Reference("kmsKeyId", KEY, by="arn", holds=False),),
        frozen=frozenset({"name", "namePrefix", "logGroupClass"}),
        check=_check,
        admit=_key_admits,
        words=Words(
            taken="ResourceAlreadyExistsException: The specified log group already exists",
            missing="ResourceNotFoundException: The specified log group does not exist.",
        ),
    ),
)
