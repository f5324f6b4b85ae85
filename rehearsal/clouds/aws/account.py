"""The account that every rehearsal is in, and who acts there."""

from typing import Final

ACCOUNT: Final = "123456789012"
"""The one of AWS's own documentation."""

CALLER: Final = f"arn:aws:iam::{ACCOUNT}:role/deployer"
"""The role of whoever runs Pulumi."""

SESSION: Final = f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/rehearsal"
"""The session in which that one has taken on the role."""

USER_ID: Final = "AROAREHEARSALROLE:rehearsal"

CLUSTER: Final = "aws:eks/cluster:Cluster"
"""The type of clusters."""
