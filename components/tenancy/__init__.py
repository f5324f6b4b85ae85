"""Who may use how much of the cluster, and who may reach what."""

from components.tenancy.roles import Roles
from components.tenancy.team import DATASETS, Team

__all__ = ["DATASETS", "Roles", "Team"]
