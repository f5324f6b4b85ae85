"""Which plugins the engine will use: the official ones where they can be had, else stand-ins of the same contract."""

import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

from rehearsal import layout

_INSTALL_SECONDS: Final = 60
"""How long the official plugin may take to download."""

_FORGET_SECONDS: Final = 24 * 3600
"""How long a failed download is remembered, so that not every command waits for it again."""


@dataclass(frozen=True)
class Plugin:
    """An engine plugin and the module that can stand in for it."""

    executable: str
    stand_in: str


LANGUAGE: Final = Plugin("pulumi-language-python", "rehearsal.plugins.language")
KUBERNETES: Final = Plugin("pulumi-resource-kubernetes", "rehearsal.plugins.kubernetes")


def stand_ins(pulumi: Path, environment: Mapping[str, str], report: Callable[[str], None]) -> list[Plugin]:
    """The plugins that have to be stood in for; the user is told in one line."""
    missing = [
        plugin
        for plugin, official in ((LANGUAGE, _ships_with(pulumi)), (KUBERNETES, _installed(pulumi, environment)))
        if not official
    ]
    if missing:
        names = " and ".join(plugin.executable for plugin in missing)
        report(f"plugins: stand-ins for {names}, whose official builds can't be had here")
    return missing


def put(plugins: list[Plugin], folder: Path) -> None:
    """Make `folder`, which comes first on PATH, hold launchers for exactly these plugins."""
    for plugin in (LANGUAGE, KUBERNETES):
        launcher = folder / plugin.executable
        launcher.unlink(missing_ok=True)
        if plugin in plugins:
            launcher.write_text(
                "#!/bin/sh\n"
                f"export PYTHONPATH={shlex.quote(str(layout.CHECKOUT))}\n"
                f'exec {shlex.quote(sys.executable)} -m {plugin.stand_in} "$@"\n'
            )
            launcher.chmod(0o755)


def _ships_with(pulumi: Path) -> bool:
    """Pulumi's releases bring the Python language host along, beside the program."""
    return (pulumi.resolve().parent / LANGUAGE.executable).exists()


def _installed(pulumi: Path, environment: Mapping[str, str]) -> bool:
    """Whether the official Kubernetes plugin of the SDK's version is there, or could be downloaded just now."""
    wanted = version("pulumi-kubernetes")
    home = Path(environment["PULUMI_HOME"])
    if (home / "plugins" / f"resource-kubernetes-v{wanted}").is_dir():
        return True
    failed = home / f"no-kubernetes-{wanted}"
    if failed.exists() and time.time() - failed.stat().st_mtime < _FORGET_SECONDS:
        return False
    install = [str(pulumi), "plugin", "install", "resource", "kubernetes", f"v{wanted}"]
    try:
        subprocess.run(install, env=dict(environment), check=True, timeout=_INSTALL_SECONDS, capture_output=True)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        failed.parent.mkdir(parents=True, exist_ok=True)
        failed.touch()
        return False
    return True
