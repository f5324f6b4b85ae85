"""The kinds that Karpenter works with."""

import asyncio
import json
from collections.abc import Iterable
from pathlib import Path

from rehearsal.control_plane.api import Api, Json, RefusedError

KWOK = "karpenter.kwok.sh"
KARPENTER = "karpenter.sh"
"""The API groups of its kinds; without a third one, which the Cluster Autoscaler has too, it does no less."""

_PATH = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


async def read(program: Path) -> list[Json]:
    """The definitions that this Karpenter brings along. Raises `OSError` if it cannot be started."""
    process = await asyncio.create_subprocess_exec(program, "definitions", stdout=asyncio.subprocess.PIPE)
    printed, _ = await process.communicate()
    return json.loads(printed)


async def install(api: Api, definitions: Iterable[Json], group: str) -> None:
    """Create those of this group that are not there. One that is there stays as it is: the stack may have brought it."""
    for definition in definitions:
        if definition["spec"]["group"] == group:
            try:
                await api.create(_PATH, definition)
            except RefusedError as error:
                if error.status != 409:
                    raise
