"""Programs built from source: one `go build` for all that a module graph lacks, so that shared libraries compile once."""

import json
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

from rehearsal.layout import CHECKOUT
from rehearsal.programs.command import CommandError, run
from rehearsal.programs.errors import ProgramError
from rehearsal.programs.progress import Compilation, fetching
from rehearsal.programs.table import PROGRAMS, Chart, Program
from rehearsal.programs.toolchain import Go

_UNREACHABLE = (
    "connection refused",
    "dial tcp",
    "i/o timeout",
    "network is unreachable",
    "no such host",
    "proxyconnect",
    "TLS handshake timeout",
)
"""What Go says when it is the network that fails."""
_TAIL = 12
"""How many of the compiler's last lines are shown."""


def module(graph: str) -> Path:
    """The folder of a graph's go.mod."""
    return CHECKOUT / "tools" / graph


class Builder:
    """Builds programs of one graph."""

    def __init__(self, graph: str, go: Go, log: Path, report: Callable[[str], None]) -> None:
        self._graph, self._go, self._log, self._report = graph, go, log, report

    def build(self, programs: Sequence[Program], scratch: Path) -> dict[Program, Path]:
        """Program → the folder, inside `scratch`, that holds it. Raises ProgramError."""
        names = ", ".join(program.name for program in programs)
        self._report(f"building {names} with Go {self._go.version}; the first time this takes minutes")
        self._log.unlink(missing_ok=True)
        out = scratch / "out"
        out.mkdir()
        compilation = Compilation(self._packages(programs), lambda program: (out / binary(program)).exists(), self._report)
        with compilation.shown():
            self._run(
                *("build", "-v", "-trimpath", "-buildvcs=false", "-ldflags", self._linker_flags(), "-o", f"{out}/"),
                *(program.package for program in programs),
                on_line=compilation.line,
            )
        folders = {program: scratch / program.name for program in programs}
        for program in programs:
            folders[program].mkdir()
            (out / binary(program)).rename(folders[program] / program.name)
        return folders

    def chart(self, chart: Chart, scratch: Path) -> Path:
        """A copy, inside `scratch`, of a Helm chart in its module. Raises ProgramError."""
        source = Path(json.loads(self._run("mod", "download", "-json", chart.module))["Dir"])
        copy = shutil.copytree(source / "charts" / chart.name, scratch / "chart", copy_function=shutil.copyfile)
        for folder in (copy, *(path for path in copy.rglob("*") if path.is_dir())):
            folder.chmod(0o755)  # Go's are read-only, and a read-only folder can be neither moved nor removed
        description = copy / "Chart.yaml"
        # Some projects write the version into their chart only when they publish it.
        description.write_text(re.sub(r"^version:.*$", f"version: {chart.version}", description.read_text(), flags=re.MULTILINE))
        return copy

    def _packages(self, programs: Sequence[Program]) -> dict[Program, frozenset[str]]:
        """Program → the packages that it is compiled from. Go fetches their source for this, and says so a line a module."""
        with fetching(self._report) as on_line:
            listed = self._run("list", "-json=ImportPath,Deps", *(program.package for program in programs), on_line=on_line)
        decoder, packages, begin = json.JSONDecoder(), dict[str, frozenset[str]](), 0
        while begin < len(listed.rstrip()):
            package, end = decoder.raw_decode(listed, begin)
            packages[package["ImportPath"]] = frozenset(package["Deps"])
            begin = end + 1
        return {program: packages[program.package] for program in programs}

    def _linker_flags(self) -> str:
        """The same for every program of the graph, so that Go need not link one again because another was asked for too."""
        stamps = dict.fromkeys(stamp for program in PROGRAMS.values() if program.graph == self._graph for stamp in program.stamps)
        return " ".join(("-s", "-w", *(f"-X {stamp}" for stamp in stamps)))

    def _run(self, *arguments: str, on_line: Callable[[str], None] = lambda _: None) -> str:
        """Go's standard output; each line of its standard error goes to the log and to `on_line`."""
        try:
            return run([str(self._go.executable), *arguments], module(self._graph), self._go.environment, self._log, on_line)
        except CommandError as error:
            raise ProgramError(self._explain(error.lines)) from None

    def _explain(self, lines: Sequence[str]) -> str:
        if reason := next((line for line in lines if any(sign in line for sign in _UNREACHABLE)), None):
            return (
                f"no network: what the programs are built from cannot be reached ({reason.strip()}); "
                "connect, name mirrors in ML_PLATFORM_MIRROR (releases) and GOPROXY (Go modules), or put the programs on PATH"
            )
        if any("no space left on device" in line for line in lines):
            return (
                f"the disk is full: programs go to {self._log.parents[1]} (ML_PLATFORM_CACHE= moves it), "
                f"what Go compiles to {self._go.environment.get('GOCACHE', 'its own cache')} (GOCACHE=)"
            )
        complaints = [line for line in lines if " " in line]  # what has none is the name of a package that did compile
        tail = "\n".join(f"  {line}" for line in complaints[-_TAIL:])
        return f"the programs in {module(self._graph)} do not build; Go's last lines, all of them in {self._log}:\n{tail}"


def binary(program: Program) -> str:
    """What Go names the program it builds: after the package's last part that is not a major version."""
    package = PurePosixPath(program.package)
    return package.parent.name if re.fullmatch(r"v\d+", package.name) else package.name
