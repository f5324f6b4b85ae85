"""Which plugins the engine will use: the official ones where they can be had, else stand-ins of the same contract."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Final

from rehearsal import layout
from rehearsal.plugins.launcher import write_launcher

_DOWNLOAD_SECONDS: Final = 60
"""How long the official plugin may take to download."""

_REMEMBER_SECONDS: Final = 24 * 3600
"""How long a failed download is remembered, so that not every command waits for it again."""


def install(pulumi: Path, home: Path, report: Callable[[str], None]) -> None:
    """Make `home`, the engine's folder, hold a Python language host and a Kubernetes provider of the SDK's versions.

    The user is told in one line of those that are stand-ins.
    """
    stand_ins: list[str] = []
    # Pulumi's own releases bring the language host along, beside the program, where the engine looks first.
    if not (pulumi.resolve().parent / "pulumi-language-python").exists():
        _launcher(home, "language-python", version("pulumi"), "rehearsal.plugins.language")
        stand_ins.append("the Python language host")
    wanted = version("pulumi-kubernetes")
    if official := _official_kubernetes(pulumi, wanted):
        _place(home, "resource-kubernetes", wanted).symlink_to(official)
    else:
        _launcher(home, "resource-kubernetes", wanted, "rehearsal.plugins.kubernetes")
        stand_ins.append("the Kubernetes provider")
    if stand_ins:
        report(f"stand-ins take the place of {' and '.join(stand_ins)}: Pulumi's own builds can't be had here")


def simulate(package: str, home: Path) -> None:
    """Make `home` hold our stand-in for a cloud's plugin, and no other."""
    _launcher(home, f"resource-{package}", version(f"pulumi-{package}"), "rehearsal.plugins.cloud", package)


def _folder(home: Path, plugin: str, its_version: str) -> Path:
    return home / "plugins" / f"{plugin}-v{its_version}"


def _place(home: Path, plugin: str, its_version: str) -> Path:
    """Where the engine looks for a plugin that it has downloaded: an executable in a folder of its own, never a link to one."""
    folder = _folder(home, plugin, its_version)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder / f"pulumi-{plugin}"


def _launcher(home: Path, plugin: str, its_version: str, module: str, *arguments: str) -> None:
    """A script that runs our module in the plugin's place."""
    write_launcher(_place(home, plugin, its_version), layout.CHECKOUT, module, *arguments)


def _official_kubernetes(pulumi: Path, wanted: str) -> Path | None:
    """The official plugin in the cache of programs, downloaded if that works just now."""
    shared = layout.cache() / "pulumi-home"
    official = _folder(shared, "resource-kubernetes", wanted) / "pulumi-resource-kubernetes"
    failed = shared / f"no-kubernetes-{wanted}"
    if official.exists():
        return official
    if failed.exists() and time.time() - failed.stat().st_mtime < _REMEMBER_SECONDS:
        return None
    try:
        subprocess.run(
            [pulumi, "plugin", "install", "resource", "kubernetes", f"v{wanted}"],
            env={**os.environ, "PULUMI_HOME": str(shared)},
            check=True,
            timeout=_DOWNLOAD_SECONDS,
            capture_output=True,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        failed.parent.mkdir(parents=True, exist_ok=True)
        failed.touch()
        return None
    return official if official.exists() else None
