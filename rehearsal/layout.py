"""Where a rehearsal keeps its files: programs in a cache shared by all checkouts, everything else inside this checkout."""

import os
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path

CHECKOUT = Path(__file__).resolve().parent.parent


def cache() -> Path:
    """The folder of programs, keyed by version, that survives the checkout; `ML_PLATFORM_CACHE` moves it."""
    chosen = os.environ.get("ML_PLATFORM_CACHE")
    return Path(chosen).expanduser() if chosen else user_cache_path("ml-platform", appauthor=False)


@dataclass(frozen=True)
class Layout:
    """The files of one stack's rehearsal. Two checkouts, or two stacks of one checkout, share none of them."""

    stack: str
    checkout: Path = CHECKOUT

    @property
    def state(self) -> Path:
        """Everything below is in here; removing it forgets the rehearsal."""
        return self.checkout / ".rehearsal" / self.stack

    @property
    def kubeconfig(self) -> Path:
        """Admin access to the API server, the path that `Pulumi.local.yaml` names."""
        return self.state / "kubeconfig"

    @property
    def logs(self) -> Path:
        """One file per process."""
        return self.state / "logs"

    @property
    def pki(self) -> Path:
        """The certificate authority and the certificates it signed; private keys are readable by the owner only."""
        return self.state / "pki"

    @property
    def etcd(self) -> Path:
        """The cluster's data."""
        return self.state / "etcd"

    @property
    def processes(self) -> Path:
        """The ledger of started processes: JSON, name → pid, start time, command, ports."""
        return self.state / "processes.json"

    @property
    def bin(self) -> Path:
        """Put first on PATH: links to the programs."""
        return self.state / "bin"

    @property
    def home(self) -> Path:
        """The engine's own folder: its plugins, and nobody's login."""
        return self.state / "pulumi-home"

    @property
    def backend(self) -> Path:
        """Pulumi's state (the file backend)."""
        return self.state / "pulumi"

    @property
    def discovery(self) -> Path:
        """What `kubectl` remembers of the kinds that this cluster has. By default it remembers them in your home, by an address
        that the next cluster may have."""
        return self.state / "kubectl"

    @property
    def environment(self) -> Path:
        """A shell file that makes plain `pulumi` and `kubectl` work on this rehearsal: `source` it."""
        return self.state / "env"
