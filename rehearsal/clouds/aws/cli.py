"""`aws` in a rehearsal: as much of it as a kubeconfig calls."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from rehearsal.clouds.aws import eks
from rehearsal.clouds.aws.arn import ACCOUNT, CALLER
from rehearsal.clouds.ledger import Ledger
from rehearsal.clouds.login import exec_credential
from rehearsal.layout import Layout

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
_eks = typer.Typer(no_args_is_help=True, help="Elastic Kubernetes Service.")
_sts = typer.Typer(no_args_is_help=True, help="Security Token Service.")
app.add_typer(_eks, name="eks")
app.add_typer(_sts, name="sts")


@_eks.command("get-token")
def get_token(cluster_name: Annotated[str, typer.Option()], region: str = "", output: str = "json") -> None:
    """A credential for the cluster."""
    state = Path(os.environ["ML_PLATFORM_REHEARSAL"])
    layout = Layout(state.name, state.parent.parent)
    if not Ledger(layout.state / "cloud" / "aws").get(eks.CLUSTER, cluster_name):
        typer.echo(f"No cluster found for name: {cluster_name}.", err=True)
        raise typer.Exit(254)
    typer.echo(exec_credential(layout, CALLER))


@_sts.command("get-caller-identity")
def get_caller_identity(output: str = "json") -> None:
    """Who calls."""
    typer.echo(json.dumps({"UserId": "AROAREHEARSAL:deployer", "Account": ACCOUNT, "Arn": CALLER}))


if __name__ == "__main__":
    app()
