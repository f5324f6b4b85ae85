"""`gke-gcloud-auth-plugin` in a rehearsal: kubeconfigs of GKE clusters call it for a credential."""

import json
import os
import sys
from pathlib import Path
from typing import Any

from rehearsal.clouds.gcp.cluster import CLUSTER
from rehearsal.clouds.gcp.names import CALLER
from rehearsal.clouds.ledger import Ledger
from rehearsal.clouds.login import exec_credential
from rehearsal.layout import Layout


def main() -> None:
    """Print an ExecCredential, or say that there is no such cluster."""
    state = Path(os.environ["ML_PLATFORM_REHEARSAL"])
    layout = Layout(state.name, state.parent.parent)
    asked: dict[str, Any] = json.loads(os.environ.get("KUBERNETES_EXEC_INFO", "{}"))
    server = str(asked.get("spec", {}).get("cluster", {}).get("server", ""))
    clusters = Ledger(layout.state / "cloud" / "gcp").of(CLUSTER)
    if not any(server in ("", f"https://{cluster.get('endpoint')}") for cluster in clusters):
        sys.exit(f"gke-gcloud-auth-plugin: no cluster answers at {server or 'all'}")
    print(exec_credential(layout, CALLER))


if __name__ == "__main__":
    main()
