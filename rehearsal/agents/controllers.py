"""Controllers that a stack deploys and that are run here as what they are: real programs, in the place of their pods."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rehearsal.agents import kueue
from rehearsal.agents.surroundings import Surroundings
from rehearsal.control_plane.api import Json


@dataclass(frozen=True)
class Controller:
    """How to run one container as a process. What its Deployment says holds, but for what this machine forces."""

    program: str
    """Key among the rehearsal's programs; without the program the pods are simulated like any other."""
    labels: Mapping[str, str]
    """The labels of its pods."""
    config: str
    """The file in the container that `configure` changes."""
    configure: Callable[[Json, Surroundings], None]
    arguments: tuple[str, ...] = ()
    """Added to the container's own; `{kubeconfig}` stands for the file with the service account's identity."""


CONTROLLERS: tuple[Controller, ...] = (
    Controller(
        program="kueue",
        labels={"app.kubernetes.io/name": "kueue", "control-plane": "controller-manager"},
        config="/controller_manager_config.yaml",
        configure=kueue.configure,
        arguments=("--kubeconfig={kubeconfig}",),
    ),
)
