"""Who is who in the control plane: three authorities, as kubeadm has them, and one certificate for each component."""

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization

from rehearsal.control_plane.certificates import Authority, KeyPair, new_key, private_pem
from rehearsal.files import write_atomically

ADMINS = "ml-platform:admins"
"""The group of the user's own kubeconfig, bound to cluster-admin. Unlike system:masters a binding can be taken away."""

KWOK_USER = "rehearsal:kwok"
KARPENTER_USER = "rehearsal:karpenter"

_CLIENTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "supervisor": ("rehearsal:supervisor", ("system:masters",)),
    "controller-manager": ("system:kube-controller-manager", ()),
    "scheduler": ("system:kube-scheduler", ()),
    "kwok": (KWOK_USER, ()),
    "karpenter": (KARPENTER_USER, ()),
    "admin": ("rehearsal:admin", (ADMINS,)),
}
"""Name of the certificate → user and groups. The `system:` ones have their roles from the API server itself."""

_API_SERVER_NAMES = (
    "127.0.0.1",
    "localhost",
    "10.96.0.1",
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
)


@dataclass(frozen=True)
class Pki:
    """Every key of one control plane.

    etcd trusts an authority of its own, so that no certificate for the API server opens the database; so does the aggregation
    layer, whose clients may name any user.
    """

    cluster: Authority
    etcd: Authority
    front_proxy: Authority
    api_server: KeyPair
    etcd_server: KeyPair
    etcd_client: KeyPair
    front_proxy_client: KeyPair
    service_accounts: Path
    clients: dict[str, KeyPair]


def prepare(folder: Path) -> Pki:
    """The keys in this folder; what is missing, or soon expires, is made. Raises `OSError` when it cannot be written."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    cluster, etcd, front_proxy = (Authority(folder, name) for name in ("cluster-ca", "etcd-ca", "front-proxy-ca"))
    return Pki(
        cluster=cluster,
        etcd=etcd,
        front_proxy=front_proxy,
        api_server=cluster.server("api-server", _API_SERVER_NAMES),
        etcd_server=etcd.server("etcd-server", ("127.0.0.1", "localhost")),
        etcd_client=etcd.client("etcd-client", "kube-apiserver"),
        front_proxy_client=front_proxy.client("front-proxy-client", "front-proxy-client"),
        service_accounts=_signing_key(folder / "service-accounts.key"),
        clients={name: cluster.client(name, user, groups) for name, (user, groups) in _CLIENTS.items()},
    )


def _signing_key(path: Path) -> Path:
    public = path.with_suffix(".pub")
    if not (path.exists() and public.exists()):
        key = new_key()
        write_atomically(path, private_pem(key))
        pem = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        write_atomically(public, pem.decode())
    return path
