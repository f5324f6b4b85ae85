"""`aws` in a rehearsal: as much of it as a kubeconfig, and whoever makes one, calls. What goes wrong is said as `aws` says it."""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

import yaml

from rehearsal.clouds.aws.account import ACCOUNT, CALLER, CLUSTER, SESSION, USER_ID
from rehearsal.clouds.ledger import Entry, Ledger
from rehearsal.clouds.login import exec_credential
from rehearsal.layout import Layout


class ClientError(Exception):
    """AWS's answer is an error; the text is what `aws` prints of it."""


def get_token(arguments: argparse.Namespace, layout: Layout) -> str:
    """A credential for the cluster. AWS gives one for any name; here there is one cluster, and a wrong name is told at once."""
    _cluster(layout, "DescribeCluster", arguments.cluster_name)
    return exec_credential(layout, CALLER)


def update_kubeconfig(arguments: argparse.Namespace, layout: Layout) -> str:
    """Add the cluster to a kubeconfig."""

    cluster = _cluster(layout, "DescribeCluster", arguments.name)
    name = arguments.alias or cluster.get("arn")
    chosen = arguments.kubeconfig or os.environ.get("KUBECONFIG", "").split(os.pathsep)[0]
    file = Path(chosen) if chosen else Path.home() / ".kube" / "config"
    command = ["eks", "get-token", "--cluster-name", cluster.id, "--output", "json"]
    region = ["--region", arguments.region] if arguments.region else []
    user = {"exec": {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": "aws", "args": [*region, *command]}}
    server = {"server": cluster.get("endpoint"), "certificate-authority-data": cluster.get("certificateAuthority")["data"]}
    kubeconfig: dict[str, Any] = yaml.safe_load(file.read_text()) if file.exists() else {"apiVersion": "v1", "kind": "Config"}
    for kind, entry in (("cluster", server), ("user", user), ("context", {"cluster": name, "user": name})):
        others = [each for each in kubeconfig.get(f"{kind}s") or () if each["name"] != name]
        kubeconfig[f"{kind}s"] = [*others, {"name": name, kind: entry}]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump({**kubeconfig, "current-context": name}))
    return f"Added new context {name} to {file}"


def get_caller_identity(_arguments: argparse.Namespace, _layout: Layout) -> str:
    """Who calls."""
    return json.dumps({"UserId": USER_ID, "Account": ACCOUNT, "Arn": SESSION}, indent=4)


def _cluster(layout: Layout, operation: str, name: str) -> Entry:
    cluster = Ledger(layout.state / "cloud" / "aws").get(CLUSTER, name)
    if cluster is None:
        raise ClientError(
            f"An error occurred (ResourceNotFoundException) when calling the {operation} operation: No cluster found for name: "
            f"{name}."
        )
    return cluster


def _parser() -> argparse.ArgumentParser:
    everywhere = argparse.ArgumentParser(add_help=False)
    for option in ("--region", "--profile", "--output"):
        everywhere.add_argument(option, default=argparse.SUPPRESS)  # given before the command or after it
    parser = argparse.ArgumentParser("aws", description=__doc__, parents=[everywhere])
    services = parser.add_subparsers(required=True, metavar="eks|sts")
    eks = services.add_parser("eks", parents=[everywhere]).add_subparsers(required=True)
    token = eks.add_parser("get-token", parents=[everywhere])
    token.add_argument("--cluster-name", required=True)
    token.set_defaults(call=get_token)
    update = eks.add_parser("update-kubeconfig", parents=[everywhere])
    update.add_argument("--name", required=True)
    update.add_argument("--alias")
    update.add_argument("--kubeconfig")
    update.set_defaults(call=update_kubeconfig)
    sts = services.add_parser("sts", parents=[everywhere]).add_subparsers(required=True)
    sts.add_parser("get-caller-identity", parents=[everywhere]).set_defaults(call=get_caller_identity)
    parser.set_defaults(region="", profile="", output="json")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """The exit code is that of `aws`: 254 when AWS says no, 252 for a command that does not parse."""
    try:
        parsed = _parser().parse_args(arguments)
    except SystemExit as ended:
        return 252 if ended.code else 0
    state = Path(os.environ["ML_PLATFORM_REHEARSAL"])
    try:
        print(parsed.call(parsed, Layout(state.name, state.parent.parent)))
    except ClientError as error:
        print(f"\n{error}", file=sys.stderr)
        return 254
    return 0


if __name__ == "__main__":
    sys.exit(main())
