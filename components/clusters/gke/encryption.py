"""The key that Kubernetes' secrets are encrypted with, before they are written to the control plane's database."""

from typing import Final

import pulumi
from pulumi_gcp.kms import CryptoKey, CryptoKeyIAMMember, KeyRing
from pulumi_gcp.projects import ServiceIdentity

from components.naming import type_token

_ROTATION: Final = f"{90 * 24 * 60 * 60}s"
"""Ninety days, as Google advises. Older versions of the key stay, for what they have encrypted."""


class Encryption(pulumi.ComponentResource):
    """A key in Cloud KMS that GKE, and nobody else, may use."""

    key: pulumi.Output[str]
    """The key's resource name."""

    def __init__(self, name: str, region: str, opts: pulumi.ResourceOptions):
        super().__init__(type_token("clusters", "GkeEncryption"), name, None, opts)
        # Neither can be deleted in Google Cloud. Deleting a key would destroy its versions, and with them every backup of the
        # cluster; so they stay, and their names are never used again (which is why both are named by Pulumi).
        kept = pulumi.ResourceOptions(parent=self, retain_on_delete=True)
        ring = KeyRing(f"{name}-ring", location=region, opts=kept)
        key = CryptoKey(f"{name}-key", key_ring=ring.id, purpose="ENCRYPT_DECRYPT", rotation_period=_ROTATION, opts=kept)
        child = pulumi.ResourceOptions(parent=self)
        gke = ServiceIdentity(f"{name}-gke", service="container.googleapis.com", opts=child)
        permission = CryptoKeyIAMMember(
            f"{name}-permission",
            crypto_key_id=key.id,
            role="roles/cloudkms.cryptoKeyEncrypterDecrypter",
            member=gke.member,
            opts=child,
        )
        # A cluster that is made before GKE may use the key fails after minutes: the key is told to others once it may.
        self.key = pulumi.Output.all(key.id, permission.id).apply(lambda ids: str(ids[0]))
        self.register_outputs({"key": self.key})
