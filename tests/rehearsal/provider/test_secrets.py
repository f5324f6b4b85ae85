"""A secret is in the cluster, and nowhere else in plain text."""

import base64

from tests.rehearsal.cluster import Cluster
from tests.rehearsal.provider.stack import Stack

WORD = "correct-horse-battery"


def test_a_secret_is_plain_only_in_the_cluster(stack: Stack, control_plane: Cluster):
    stack.program(f"""
        key = k8s.core.v1.Secret(
            "key", metadata={{"name": "key", "namespace": NAMESPACE}}, string_data={{"word": "{WORD}"}}, opts=on_cluster
        )
        k8s.core.v1.ConfigMap(
            "settings",
            metadata={{"namespace": NAMESPACE}},
            data={{"word": pulumi.Output.secret("{WORD}"), "open": "sesame"}},
            opts=on_cluster,
        )
        pulumi.export("data", key.data)
    """)
    encoded = base64.b64encode(WORD.encode()).decode()
    shown = stack.up("--diff") + stack.preview("--diff") + stack.up("--refresh", "--diff")
    for text in (shown, stack.state):
        assert WORD not in text
        assert encoded not in text
    assert "sesame" in stack.state
    assert stack.outputs()["data"] == "[secret]"
    assert control_plane.get("secret", "key", stack.namespace)["data"] == {"word": encoded}
