"""Scripts that run one of our modules in the place of a program."""

import shlex
import sys
from pathlib import Path


def write_launcher(script: Path, checkout: Path, module: str, *arguments: str) -> None:
    """Write the executable `script`; it passes its own arguments on after `arguments`."""
    command = shlex.join([sys.executable, "-m", module, *arguments])
    script.parent.mkdir(parents=True, exist_ok=True)
    script.unlink(missing_ok=True)  # it may be a link to a program
    script.write_text(f'#!/bin/sh\nexport PYTHONPATH={shlex.quote(str(checkout))}\nexec {command} "$@"\n')
    script.chmod(0o755)
