"""What a cluster has beside its control plane, played on the same machine: device plugins' other side, storage, kubelets."""
