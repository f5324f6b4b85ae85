"""The command line of each server. Everything listens on 127.0.0.1 only."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from rehearsal.control_plane import files
from rehearsal.control_plane.site import Site
from rehearsal.processes import Command

SERVED: dict[str, tuple[str, ...]] = {
    "etcd": ("client", "peer"),
    "kube-apiserver": ("https",),
    "kube-controller-manager": (),
    "kube-scheduler": (),
    "kwok": (),
    "karpenter": (),
}
"""Server → the ports that it needs, in the order of starting; they are ended in the opposite order."""

_SERVICES = "10.96.0.0/16"
_PODS = "10.128.0.0/10"
"""Cut into a /24 for each node: enough for 16,384 of them."""

_LEASE = 20
"""Seconds that a node's lease lasts; kwok renews it four times as often."""
_NODE_GRACE = 16
"""Seconds without a renewal after which a node counts as lost: three missed ones. A restart of the API server fits in."""
_TOLERATION = 5
"""Seconds that pods stay on a lost node, where a cluster gives them five minutes: nobody rehearses a failure to wait for it."""


def etcd(site: Site) -> Command:
    """The database. It trusts the API server's client certificate and its own, nobody else's."""
    client, peer = (f"https://127.0.0.1:{site.ports['etcd'][port]}" for port in SERVED["etcd"])
    keys, authority = site.pki.etcd_server, site.pki.etcd.files.certificate
    return _command(
        site,
        "etcd",
        {
            "name": "rehearsal",
            "data-dir": site.layout.etcd,
            "unsafe-no-fsync": True,  # what a crash of the machine may cost is a rehearsal, which can be had again
            "listen-client-urls": client,
            "advertise-client-urls": client,
            "listen-peer-urls": peer,
            "initial-advertise-peer-urls": peer,
            "initial-cluster": f"rehearsal={peer}",
            # A member remembers the peer port it was born with; of a single one, nobody calls it.
            "initial-cluster-state": "new",
            "cert-file": keys.certificate,
            "key-file": keys.key,
            "client-cert-auth": True,
            "trusted-ca-file": authority,
            "peer-cert-file": keys.certificate,
            "peer-key-file": keys.key,
            "peer-client-cert-auth": True,
            "peer-trusted-ca-file": authority,
            "auto-compaction-retention": "1h",
            "log-level": "warn",
        },
    )


def api_server(site: Site) -> Command:
    """The API server: client certificates and service accounts' tokens, RBAC, the default admission, Secrets encrypted."""
    pki = site.pki
    return _command(
        site,
        "kube-apiserver",
        {
            "bind-address": "127.0.0.1",
            "secure-port": site.ports["kube-apiserver"]["https"],
            "advertise-address": "127.0.0.1",
            "endpoint-reconciler-type": "none",  # a loopback address may not be an endpoint of the Service `kubernetes`
            "etcd-servers": f"https://127.0.0.1:{site.ports['etcd']['client']}",
            "etcd-cafile": pki.etcd.files.certificate,
            "etcd-certfile": pki.etcd_client.certificate,
            "etcd-keyfile": pki.etcd_client.key,
            "tls-cert-file": pki.api_server.certificate,
            "tls-private-key-file": pki.api_server.key,
            "anonymous-auth": False,
            "client-ca-file": pki.cluster.files.certificate,
            "authorization-mode": "Node,RBAC",
            "enable-admission-plugins": "NodeRestriction",
            "allow-privileged": True,  # drivers' pods are; Pod Security refuses it to the others
            "encryption-provider-config": files.encryption(site),
            "service-cluster-ip-range": _SERVICES,
            "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
            "service-account-key-file": pki.service_accounts.with_suffix(".pub"),
            "service-account-signing-key-file": pki.service_accounts,
            "requestheader-client-ca-file": pki.front_proxy.files.certificate,
            "requestheader-allowed-names": "front-proxy-client",
            "requestheader-username-headers": "X-Remote-User",
            "requestheader-group-headers": "X-Remote-Group",
            "requestheader-extra-headers-prefix": "X-Remote-Extra-",
            "proxy-client-cert-file": pki.front_proxy_client.certificate,
            "proxy-client-key-file": pki.front_proxy_client.key,
            "egress-selector-config-file": files.egress(site),
            "default-not-ready-toleration-seconds": _TOLERATION,
            "default-unreachable-toleration-seconds": _TOLERATION,
            "profiling": False,
        },
    )


def controller_manager(site: Site) -> Command:
    """The built-in controllers, each with its own service account."""
    authority = site.pki.cluster.files
    return _command(
        site,
        "kube-controller-manager",
        {
            "kubeconfig": site.kubeconfig("controller-manager"),
            "secure-port": 0,
            "leader-elect": False,
            # Nobody attaches volumes to simulated nodes: each pod with a volume would wait for it in vain.
            "controllers": "*,-persistentvolume-attach-detach-controller",
            "use-service-account-credentials": True,
            # By default 20 requests a second, which is what starting takes longest over; there is but one client here.
            "kube-api-qps": 200,
            "kube-api-burst": 400,
            "service-account-private-key-file": site.pki.service_accounts,
            "root-ca-file": authority.certificate,
            "cluster-signing-cert-file": authority.certificate,
            "cluster-signing-key-file": authority.key,
            "allocate-node-cidrs": True,
            "cluster-cidr": _PODS,
            "service-cluster-ip-range": _SERVICES,
            # An autoscaler's first act is to raise a new Deployment to its minimum; by default after up to 15 seconds.
            "horizontal-pod-autoscaler-sync-period": "1s",
            "node-monitor-period": "2s",
            "node-monitor-grace-period": f"{_NODE_GRACE}s",
            "profiling": False,
        },
    )


def scheduler(site: Site) -> Command:
    """The default scheduler."""
    flags = {"kubeconfig": site.kubeconfig("scheduler"), "secure-port": 0, "leader-elect": False, "profiling": False}
    return _command(site, "kube-scheduler", flags)


def kwok(site: Site, real: Iterable[Mapping[str, str]], prepare: Callable[[], Awaitable[None]]) -> Command:
    """The kubelets of all nodes labelled `kwok.x-k8s.io/node: fake`, until one is labelled as failing: that one falls silent.

    Their pods are played, but for those with one of the sets of labels in `real`: processes stand for them.
    """
    flags = {
        "kubeconfig": site.kubeconfig("kwok"),
        "config": files.stages(site, real),
        # By label, not annotation: the API server then tells kwok when a node stops matching, and kwok lets go of it.
        "manage-nodes-with-label-selector": "kwok.x-k8s.io/node=fake,rehearsal.ml-platform.dev/fail!=true",
        "node-lease-duration-seconds": _LEASE,
        "v": "WARN",  # at INFO, a line for each renewal of each lease
    }
    return replace(_command(site, "kwok", flags), prepare=prepare)


def karpenter(site: Site, instance_types: Path, *, ec2: bool) -> Command:
    """The autoscaler. `ec2`: it also serves NodePools that name an EC2NodeClass; then that kind must be defined."""
    flags = {
        "instance-types-file-path": instance_types,
        "disable-leader-election": True,
        # With it, reserved machines are counted by the reservation that sold them; kwok's offerings name none.
        "feature-gates": "ReservedCapacity=false",
    }
    environment = {"KUBECONFIG": str(site.kubeconfig("karpenter")), "EC2_NODE_CLASSES": str(ec2).lower()}
    return replace(_command(site, "karpenter", flags), environment=environment)


def _command(site: Site, name: str, flags: Mapping[str, object]) -> Command:
    words = [f"--{flag}={str(value).lower() if isinstance(value, bool) else value}" for flag, value in flags.items()]
    return Command(
        name=name,
        argv=(str(site.programs[name]), *words),
        log=site.layout.logs / f"{name}.log",
        cwd=site.layout.state,
        ports=site.ports[name],
    )
