"""Kubeconfigs: one cluster, one user, one context, everything needed inside the file."""

from base64 import b64encode
from pathlib import Path

import yaml

from rehearsal.control_plane.certificates import KeyPair
from rehearsal.files import write_atomically


def write_kubeconfig(path: Path, *, context: str, server: str, authority: Path, user: str, credentials: KeyPair | Path) -> None:
    """Write a kubeconfig that only its owner can read.

    `credentials`: a client certificate, or the file of a token (a token is renewed, so that its file is named, not copied).
    """
    if isinstance(credentials, KeyPair):
        login = {
            "client-certificate-data": _base64(credentials.certificate),
            "client-key-data": _base64(credentials.key),
        }
    else:
        login = {"tokenFile": str(credentials)}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": context,
        "clusters": [{"name": context, "cluster": {"server": server, "certificate-authority-data": _base64(authority)}}],
        "users": [{"name": user, "user": login}],
        "contexts": [{"name": context, "context": {"cluster": context, "user": user}}],
    }
    write_atomically(path, yaml.safe_dump(config, sort_keys=False))


def _base64(path: Path) -> str:
    return b64encode(path.read_bytes()).decode()
