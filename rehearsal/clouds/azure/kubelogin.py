"""`kubelogin` in a rehearsal: as much of it as a kubeconfig calls."""

import os
from pathlib import Path
from typing import Annotated

import typer

from rehearsal.clouds.azure.callers import CALLER, groups
from rehearsal.clouds.ledger import Ledger
from rehearsal.clouds.login import exec_credential
from rehearsal.layout import Layout

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)


@app.callback()
def main() -> None:
    """A program of subcommands, although there is one here."""


@app.command("get-token")
def get_token(server_id: Annotated[str, typer.Option()], login: Annotated[str, typer.Option()] = "devicecode") -> None:
    """A credential for the cluster."""
    state = Path(os.environ["ML_PLATFORM_REHEARSAL"])
    layout = Layout(state.name, state.parent.parent)
    typer.echo(exec_credential(layout, CALLER, groups(Ledger(layout.state / "cloud" / "azure-native"))))


if __name__ == "__main__":
    app()
