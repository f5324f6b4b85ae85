"""Programs that this machine already has on PATH."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from packaging.specifiers import SpecifierSet

from rehearsal.programs.table import Program

_ANSWER_TIMEOUT = 10.0
"""Seconds in which a program must have printed its version."""


def find(program: Program) -> Path | None:
    """The program on PATH, if it is of a version that serves as well as the pinned one."""
    path = shutil.which(program.name, path=_search_path()) if program.version_arguments else None
    if path is None:
        return None
    version = re.search(r"\d+\.\d+\.\d+", _answer(path, *program.version_arguments))
    return Path(path) if version and SpecifierSet(program.accepted_versions).contains(version[0]) else None


def _answer(path: str, *arguments: str) -> str:
    """What the program prints; nothing if it cannot be run."""
    try:
        answered = subprocess.run(
            [path, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_ANSWER_TIMEOUT,
            env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answered.stdout


def _search_path() -> str:
    """PATH less the rehearsals' own folders, which hold links to what was found before: a link would end up naming itself."""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(folder for folder in folders if ".rehearsal" not in Path(folder).parts)
