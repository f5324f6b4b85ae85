"""A Kubernetes control plane on this machine, in the background, one for each rehearsed stack."""

from rehearsal.control_plane.commands import ControlPlaneError, member_kubeconfig, running, start, stop

__all__ = ["ControlPlaneError", "member_kubeconfig", "running", "start", "stop"]
