"""Credentials for a cluster as a cloud's command line prints them: an ExecCredential on standard output."""

import json
from collections.abc import Sequence
from urllib.parse import quote

from rehearsal.control_plane.certificates import Authority
from rehearsal.layout import Layout


def exec_credential(layout: Layout, user: str, groups: Sequence[str] = ()) -> str:
    """What proves to the rehearsal's API server who `user` is. What the user may do there is decided there.

    In life it is a token that the cloud vouches for; here it is a certificate, which the API server can check by itself.
    """
    pair = Authority(layout.pki, "cluster-ca").client(f"cloud-{quote(user, safe='')}", user, groups)
    status = {"clientCertificateData": pair.certificate.read_text(), "clientKeyData": pair.key.read_text()}
    credential = {"apiVersion": "client.authentication.k8s.io/v1beta1", "kind": "ExecCredential", "status": status}
    return json.dumps(credential)
