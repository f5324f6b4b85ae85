"""The files of configuration that the API server and kwok read."""

import secrets
from base64 import b64encode
from pathlib import Path

import yaml

from rehearsal.control_plane.api import Json
from rehearsal.control_plane.site import Site
from rehearsal.processes import write_atomically

STAGES = Path(__file__).parent.parent / "stages"
"""The lifecycles that kwok plays: one file a stage."""


def encryption(site: Site) -> Path:
    """Encryption of Secrets at rest; its key is made once, for without it the Secrets in etcd are lost."""
    path = site.layout.pki / "encryption.yaml"
    if not path.exists():
        key = {"name": "rehearsal", "secret": b64encode(secrets.token_bytes(32)).decode()}
        # `identity` last: it reads what was written before there was encryption, and writes nothing.
        providers: list[Json] = [{"secretbox": {"keys": [key]}}, {"identity": {}}]
        resources: list[Json] = [{"resources": ["secrets"], "providers": providers}]
        _write(path, {"apiVersion": "apiserver.config.k8s.io/v1", "kind": "EncryptionConfiguration", "resources": resources})
    return path


def egress(site: Site) -> Path:
    """How the API server reaches Services: through our proxy. Everything else (etcd, URLs) it dials itself.

    The socket's name is relative to the API server's working folder: a socket's full path may not exceed some 100 characters.
    """
    proxy = {"proxyProtocol": "HTTPConnect", "transport": {"uds": {"udsName": site.egress_socket.name}}}
    direct = {"proxyProtocol": "Direct"}
    selections = [
        {"name": "cluster", "connection": proxy},
        {"name": "controlplane", "connection": direct},
        {"name": "etcd", "connection": direct},
    ]
    return _write(
        site.layout.state / "egress.yaml",
        {"apiVersion": "apiserver.k8s.io/v1beta1", "kind": "EgressSelectorConfiguration", "egressSelections": selections},
    )


def stages(site: Site, real: tuple[str, ...]) -> Path:
    """The stages, but for pods that a real process stands for: those whose `app.kubernetes.io/name` is in `real`."""
    documents: list[Json] = [yaml.safe_load(path.read_text()) for path in sorted(STAGES.glob("*.yaml"))]
    if real:
        name = {"key": '.metadata.labels["app.kubernetes.io/name"]', "operator": "NotIn", "values": list(real)}
        for document in documents:
            if document["spec"]["resourceRef"]["kind"] == "Pod":
                document["spec"]["selector"]["matchExpressions"].append(name)
    path = site.layout.state / "stages.yaml"
    write_atomically(path, yaml.safe_dump_all(documents, sort_keys=False))
    return path


def _write(path: Path, document: Json) -> Path:
    write_atomically(path, yaml.safe_dump(document, sort_keys=False))
    return path
