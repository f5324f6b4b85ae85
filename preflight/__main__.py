"""`python -m preflight`: does this stack have what it needs, before anything is made?"""

import json
from collections import Counter
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from config import load
from preflight import Finding, findings

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, help=__doc__)

_STYLES = {"ok": "green", "problem": "bold red", "could not be asked": "yellow"}


@app.command()
def main(
    stack: Annotated[str, typer.Option(help="the stack to look at: Pulumi.STACK.yaml", envvar="STACK")] = "local",
    as_json: Annotated[bool, typer.Option("--json", help="print JSON in the place of a table")] = False,
) -> None:
    """Look at programs, credentials, machines and quotas; ends with 1 if there is a problem. Nothing is changed."""
    console = Console(soft_wrap=True, highlight=False)
    try:
        found = list(findings(stack, load.read(stack)))
    except load.ConfigError as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from None
    if as_json:
        typer.echo(json.dumps({"stack": stack, "findings": [asdict(each) for each in found]}, indent=2))
    else:
        Console(highlight=False).print(_table(stack, found))
    raise typer.Exit(int(any(each.status == "problem" for each in found)))


def _table(stack: str, found: list[Finding]) -> Table:
    counted = Counter(each.status for each in found)
    caption = ", ".join(f"{counted[status]} {status}" for status in _STYLES if counted[status])
    columns = "", Column("what was found, and what to do", overflow="fold")
    table = Table(*columns, title=f"Preflight of {stack}", caption=caption, box=None, pad_edge=False)
    for each in found:
        lines = [f"[bold]{escape(each.subject)}[/]", escape(each.detail)]  # what a cloud answers may look like markup
        table.add_row(f"[{_STYLES[each.status]}]{each.status}[/]", "\n".join([*lines, *_advice(each)]))
    return table


def _advice(finding: Finding) -> list[str]:
    return [f"→ {escape(finding.advice)}"] if finding.advice else []


if __name__ == "__main__":
    app()
