"""The key of the cluster's secrets and logs."""

import pulumi
from pulumi_aws.kms import Alias, Key

from components.clusters.eks.account import Account
from components.clusters.eks.identity import document

_DAYS = 7
"""How long a deleted key can be brought back, the least that AWS allows."""


def key(name: str, cluster_name: str, account: Account, opts: pulumi.ResourceOptions) -> Key:
    """One key for the Kubernetes secrets in etcd and for the log groups."""
    made = Key(
        f"{name}-key",
        description=f"Secrets and logs of {cluster_name}",
        enable_key_rotation=True,
        deletion_window_in_days=_DAYS,
        policy=document(
            # A key that no one in its account may administer can't even be deleted: here IAM decides who.
            {"Principal": {"AWS": f"arn:aws:iam::{account.id}:root"}, "Action": "kms:*", "Resource": "*"},
            {
                "Principal": {"Service": f"logs.{account.region}.amazonaws.com"},
                "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
                "Resource": "*",
                "Condition": {
                    "ArnLike": {
                        "kms:EncryptionContext:aws:logs:arn": [
                            account.arn("logs", f"log-group:{group}") for group in log_groups(cluster_name).values()
                        ]
                    }
                },
            },
        ),
        opts=opts,
    )
    Alias(f"{name}-key-alias", name=f"alias/{cluster_name}", target_key_id=made.key_id, opts=opts)
    return made


def log_groups(cluster_name: str) -> dict[str, str]:
    """What is logged → the name of its log group; that of the control plane is EKS's choice."""
    return {"control-plane": f"/aws/eks/{cluster_name}/cluster", "flows": f"/aws/vpc/{cluster_name}/flows"}
