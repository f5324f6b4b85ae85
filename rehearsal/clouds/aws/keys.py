"""KMS: keys."""

import json
from collections.abc import Iterator
from typing import Any, Final

from rehearsal.clouds.aws import policies
from rehearsal.clouds.aws.arn import arn, name
from rehearsal.clouds.aws.models import Operation
from rehearsal.clouds.cloud import digest
from rehearsal.clouds.kind import Kind, Mistake, Reference, Request
from rehearsal.clouds.words import Words
from rehearsal.plugins.values import UNKNOWN, Json

KEY: Final = "aws:kms/key:Key"
ALIAS: Final = "aws:kms/alias:Alias"

_SHORTEST, _LONGEST = 7, 30
"""Days that a deleted key can be brought back."""


def _key(inputs: Json) -> Iterator[Mistake]:
    yield from Operation(
        "kms",
        "CreateKey",
        {"customerMasterKeySpec": "KeySpec", "bypassPolicyLockoutSafetyCheck": "BypassPolicyLockoutSafetyCheck"},
        frozenset({"deletionWindowInDays", "enableKeyRotation", "isEnabled", "rotationPeriodInDays"}),
    )(inputs)
    days = inputs.get("deletionWindowInDays", _LONGEST)
    if days is not UNKNOWN and not _SHORTEST <= days <= _LONGEST:
        yield Mistake("deletionWindowInDays", f"is {days}; AWS takes {_SHORTEST} to {_LONGEST}")
    yield from policies.mistakes(inputs, "policy", policies.RESOURCE)
    if isinstance(policy := inputs.get("policy"), str) and not _administered(policy):
        yield Mistake(
            "policy", "MalformedPolicyDocument: The new key policy will not allow you to update the key policy in the future."
        )


def _administered(policy: str) -> bool:
    try:
        return bool({"kms:*", "kms:PutKeyPolicy"} & policies.actions(policy))
    except ValueError:  # not JSON: said already
        return True


def _alias(inputs: Json) -> Iterator[Mistake]:
    yield from Operation("kms", "CreateAlias", {"name": "AliasName", "namePrefix": "AliasName"})(inputs)
    alias: Any = inputs.get("name", "alias/")
    if alias is not UNKNOWN and not alias.startswith("alias/"):
        yield Mistake("name", f"is {alias!r}; it must begin with 'alias/'")


def _id(request: Request) -> str:
    drawn = digest(request.urn, json.dumps(request.inputs, sort_keys=True))
    return "-".join((drawn[:8], drawn[8:12], drawn[12:16], drawn[16:20], drawn[20:32]))


KINDS: Final = (
    Kind(
        KEY,
        identify=_id,
        computed=lambda request, id_: {"arn": arn(request, "kms", f"key/{id_}"), "keyId": id_},
        frozen=frozenset({"customerMasterKeySpec", "customKeyStoreId", "keyUsage", "multiRegion", "xksKeyId"}),
        check=_key,
        words=Words(
            missing="NotFoundException: Key '{id}' does not exist",
            quota="LimitExceededException: You have exceeded the number of keys allowed in the account.",
        ),
    ),
    Kind(
        ALIAS,
        identify=name,
        computed=lambda request, id_: {"arn": arn(request, "kms", id_), "name": id_},
        autoname="name",
        prefix="namePrefix",
        unique=("name",),
        references=(Reference("targetKeyId", KEY, holds=False),),
        frozen=frozenset({"name", "namePrefix"}),
        check=_alias,
        words=Words(taken="AlreadyExistsException: An alias with the name {id} already exists"),
    ),
)
