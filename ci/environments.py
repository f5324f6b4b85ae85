"""`python -m ci.environments preview|up [STACK]`: the stacks that the repository's variables let CI log in for, as JSON.

The variables of the repository are read from the environment's `VARS`, as JSON. `docs/ci.md` lists them.
"""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final

from config import load
from config.platform import Platform

VARIABLES: Final[Mapping[str, Mapping[str, str]]] = {
    "eks": {"state": "STATE", "identity": "{PURPOSE}_AS"},
    "gke": {"state": "STATE", "identity": "{PURPOSE}_AS", "provider": "PROVIDER"},
    "aks": {"state": "STATE", "identity": "{PURPOSE}_AS", "tenant": "TENANT", "subscription": "SUBSCRIPTION"},
}
"""Kind of cluster → what a login needs → the variable that has it, after the stack's name."""


class IncompleteError(Exception):
    """A stack lacks variables; the text names them."""


def environments(platforms: Mapping[str, Platform], variables: Mapping[str, str], purpose: str) -> Iterator[dict[str, Any]]:
    """For each stack with variables what its jobs need to know.

    Raises IncompleteError.
    """
    for stack, platform in platforms.items():
        cluster = platform.cluster
        prefix = stack.upper().replace("-", "_")
        names = {key: f"{prefix}_{name.format(PURPOSE=purpose.upper())}" for key, name in VARIABLES.get(cluster.kind, {}).items()}
        found = {key: variables[name] for key, name in names.items() if variables.get(name)}
        if not found:
            continue
        if missing := sorted(names[key] for key in names.keys() - found.keys()):
            raise IncompleteError(f"{stack}: the repository lacks the variables {', '.join(missing)}")
        file = str(load.stack_file(stack).relative_to(load.PROJECT))
        yield {"stack": stack, "file": file, "kind": cluster.kind, "region": getattr(cluster, "region", ""), **found}


def main(purpose: str, only: str | None = None) -> None:
    """Print the list or, of one stack, its environment."""
    platforms = {stack: load.read(stack) for stack in load.stacks() if only in (None, stack)}
    found = list(environments(platforms, json.loads(os.environ["VARS"]), purpose))
    if only and not found:
        raise IncompleteError(f"{only}: the repository has none of the variables that docs/ci.md lists")
    print(json.dumps(found[0] if only else found))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (IncompleteError, load.ConfigError) as error:
        sys.exit(str(error))
