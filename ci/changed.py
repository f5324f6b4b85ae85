"""`python -m ci.changed COMMIT`: the stacks that changes since a commit may break, as JSON."""

import json
import re
import subprocess
import sys
from collections.abc import Collection, Iterable
from typing import Final

from config import load

_STACK: Final = re.compile(r"(examples/stacks/)?Pulumi\.(?P<stack>[^/.]+)\.yaml")

_HARMLESS: Final = re.compile(r"(docs|tests|benchmarks|preflight|ci|\.ci|\.github)/.*|[^/]*\.md|requirements-dev\..*|\.gitignore")
"""What no rehearsal ever reads. Anything else may change what any stack becomes."""


def affected(paths: Iterable[str], stacks: Collection[str]) -> list[str]:
    """Those of all `stacks` that are to be rehearsed if these files have changed."""
    changed = set[str]()
    for path in paths:
        if own := _STACK.fullmatch(path):
            changed.add(own["stack"])
        elif not _HARMLESS.fullmatch(path):
            return sorted(stacks)
    return sorted(changed & set(stacks))  # a stack may have been taken away


def main(since: str) -> None:
    """Print the list."""
    command = ["git", "diff", "--name-only", "--no-renames", since, "HEAD"]
    changed = subprocess.run(command, capture_output=True, text=True, check=True, cwd=load.PROJECT).stdout.splitlines()
    print(json.dumps(affected(changed, load.stacks())))


if __name__ == "__main__":
    main(sys.argv[1])
