"""Where one control plane is: its files, programs, ports and keys, as all of its servers see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rehearsal.control_plane.kubeconfig import write_kubeconfig
from rehearsal.control_plane.pki import Pki
from rehearsal.layout import Layout


@dataclass(frozen=True)
class Site:
    """Everything that the servers have in common."""

    layout: Layout
    programs: Mapping[str, Path]
    """Program → executable; `kueue` and `karpenter` may be missing, the others not."""
    ports: Mapping[str, Mapping[str, int]]
    """Server → what it serves → port."""
    pki: Pki

    @property
    def url(self) -> str:
        """The API server."""
        return f"https://127.0.0.1:{self.ports['kube-apiserver']['https']}"

    def kubeconfig(self, client: str) -> Path:
        """The kubeconfig of a component, or of the user for `admin`."""
        return self.layout.kubeconfig if client == "admin" else self.layout.pki / f"{client}.kubeconfig"

    def write_kubeconfigs(self) -> None:
        """Write every client's kubeconfig for the ports of this run."""
        for client, credentials in self.pki.clients.items():
            write_kubeconfig(
                self.kubeconfig(client),
                context=f"rehearsal-{self.layout.stack}",
                server=self.url,
                authority=self.pki.cluster.files.certificate,
                user=client,
                credentials=credentials,
            )
