"""The service account's token that a pod finds in its file system."""

import asyncio
import logging
from pathlib import Path

from rehearsal.control_plane.api import FAILURES, Api, Json
from rehearsal.files import write_atomically

TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token"  # noqa: S105 - a path

_LIFETIME = 3600
_RENEW_AFTER = 0.8 * _LIFETIME
_RETRY = 1.0
"""Seconds, all three. Clients read the file again every minute."""

_log = logging.getLogger(__name__)


async def stay_signed_in(api: Api, pod: Json, file: Path, signed_in: asyncio.Event) -> None:
    """Keep a valid token of the pod's service account in `file`; `signed_in` is set with the first. Runs until cancelled."""
    metadata = pod["metadata"]
    account = pod["spec"].get("serviceAccountName", "default")
    path = f"/api/v1/namespaces/{metadata['namespace']}/serviceaccounts/{account}/token"
    # Bound to the pod: the token ends with it.
    reference = {"apiVersion": "v1", "kind": "Pod", "name": metadata["name"], "uid": metadata["uid"]}
    while True:
        try:
            issued = await api.create(path, {"spec": {"expirationSeconds": _LIFETIME, "boundObjectRef": reference}})
        except FAILURES as error:
            _log.info("token of %s: %s", metadata["name"], error)
            await asyncio.sleep(_RETRY)
            continue
        write_atomically(file, issued["status"]["token"])
        signed_in.set()
        await asyncio.sleep(_RENEW_AFTER)
