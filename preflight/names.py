"""What things are called in a cloud."""

from config.load import NAMESPACE


def cluster_name(stack: str, given: str | None) -> str:
    """The cluster's name there, as its component gives it: that of the stack file, else the project's and the stack's."""
    return given or f"{NAMESPACE}-{stack}"  # our namespace is the project's name, as Pulumi has it by default
