"""The order in which a program is looked for: PATH, the cache, its official release, its source."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from pathlib import Path

import httpx

from rehearsal import layout
from rehearsal.programs import build, installed, toolchain
from rehearsal.programs.cache import Cache
from rehearsal.programs.download import DownloadError, connect, download, reachable, release_for_this_machine, server
from rehearsal.programs.progress import transfer
from rehearsal.programs.table import CHARTS, PROGRAMS, Chart, Program, Release

Report = Callable[[str], None]
"""Is told one line of news at a time."""


def obtain(names: Iterable[str], report: Report, more_charts: Iterable[str] = ()) -> dict[str, Path]:
    """Name → path of each of these programs, keys of `PROGRAMS`, obtained if need be.

    Their Helm charts are then in `charts()`, and those of `more_charts`, keys of `CHARTS`.

    Raises ProgramError when one cannot be had. What was interrupted leaves nothing half done: the next call carries on.
    """
    cache = Cache(layout.cache())
    wanted = [PROGRAMS[name] for name in names]
    wanted_charts = [CHARTS[name] for name in (*(program.chart for program in wanted if program.chart), *more_charts)]
    found = {program: path for program in wanted if (path := installed.find(program) or cache.find(program))}
    if any(program not in found for program in wanted) or not all(cache.chart(chart).exists() for chart in wanted_charts):
        with cache.locked(report):
            filling = _Filling(cache, report)
            filling.put([program for program in wanted if program not in found])
            filling.put_charts(wanted_charts)
    return {program.name: found.get(program) or cache.path(program) for program in wanted}


def charts() -> Path:
    """The folder of Helm charts, each named name-version."""
    return Cache(layout.cache()).charts


class _Filling:
    """Puts programs into a cache whose lock is held."""

    def __init__(self, cache: Cache, report: Report) -> None:
        self._cache, self._report = cache, report

    def put(self, programs: Sequence[Program]) -> None:
        for program in programs:
            if self._cache.damaged(program):
                self._report(f"{program} in the cache is damaged; obtaining it again")
        self._download(self._missing(programs))  # not `programs`: another run may have been here meanwhile
        missing = self._missing(programs)
        for graph in dict.fromkeys(program.graph for program in missing):
            together = [program for program in missing if program.graph == graph]
            with self._cache.staging() as scratch:
                for program, files in self._builder(graph).build(together, scratch).items():
                    self._cache.put(program, files)

    def put_charts(self, wanted: Sequence[Chart]) -> None:
        for chart in wanted:
            if not self._cache.chart(chart).exists():
                self._report(f"fetching {chart}")
                with self._cache.staging() as scratch:
                    self._cache.put_chart(chart, self._builder(chart.graph).chart(chart, scratch))

    def _download(self, programs: Sequence[Program]) -> None:
        """Get what is released for this machine, as far as it can be had."""
        releases = {program: release for program in programs if (release := release_for_this_machine(program))}
        if not releases:
            return
        try:
            with connect() as client:
                servers = {server(release) for release in releases.values()}
                answering = reachable(client, servers)
                if silent := sorted(servers - answering):
                    self._report(f"no answer from {', '.join(silent)}: building from source instead")
                for program, release in releases.items():
                    if server(release) in answering:
                        self._download_one(client, program, release)
        except DownloadError as error:
            self._report(f"{error}; building from source instead")

    def _download_one(self, client: httpx.Client, program: Program, release: Release) -> None:
        try:
            with self._cache.staging() as scratch, transfer(program) as progress:
                self._cache.put(program, download(client, program, release, scratch, progress))
        except DownloadError as error:
            self._report(f"{program}: {error}; building it instead")
        else:
            self._report(f"downloaded {program}")

    def _missing(self, programs: Sequence[Program]) -> list[Program]:
        return [program for program in programs if not self._cache.find(program)]

    def _builder(self, graph: str) -> build.Builder:
        return build.Builder(graph, self._go, self._cache.log(graph), self._report)

    @cached_property
    def _go(self) -> toolchain.Go:
        """New enough for every graph; looked for only when something is built."""
        oldest = max(toolchain.needed(build.module(program.graph)) for program in PROGRAMS.values())
        return toolchain.find(oldest, self._cache, self._report)
