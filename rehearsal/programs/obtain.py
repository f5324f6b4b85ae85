"""The order in which a program is looked for: PATH, the cache, its official release, its source."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from rehearsal import layout
from rehearsal.programs import build, installed, toolchain
from rehearsal.programs.cache import Cache
from rehearsal.programs.download import DownloadError, download, reachable, release_for_this_machine, server
from rehearsal.programs.progress import transfer
from rehearsal.programs.table import PROGRAMS, Program

Report = Callable[[str], None]
"""Is told one line of news at a time."""


def obtain(names: Iterable[str], report: Report) -> dict[str, Path]:
    """Name → path of each of these programs, keys of `PROGRAMS`, obtained if need be. Their Helm charts are then in `charts()`.

    Raises ProgramError when one cannot be had. What was interrupted leaves nothing half done: the next call carries on.
    """
    cache = Cache(layout.cache())
    wanted = [PROGRAMS[name] for name in names]
    found = {program: path for program in wanted if (path := installed.find(program) or cache.find(program))}
    if any(program not in found or _lacks_chart(program, cache) for program in wanted):
        with cache.locked(report):
            _fill(cache, [program for program in wanted if program not in found], report)
            _copy_charts(cache, wanted, report)
    return {program.name: found.get(program) or cache.path(program) for program in wanted}


def charts() -> Path:
    """The folder of the programs' Helm charts, each named name-version."""
    return Cache(layout.cache()).charts


def _fill(cache: Cache, programs: Sequence[Program], report: Report) -> None:
    """Have these programs in the cache, whose lock is held."""
    for program in programs:
        if cache.damaged(program):
            report(f"{program} in the cache is damaged; obtaining it again")
    missing = [program for program in programs if not cache.find(program)]  # another run may have been here meanwhile
    missing = _download(cache, missing, report)
    for graph in dict.fromkeys(program.graph for program in missing):
        builder = _builder(graph, cache, report)
        with cache.staging() as scratch:
            together = [program for program in missing if program.graph == graph]
            for program, files in builder.build(together, scratch).items():
                cache.put(program, files)


def _download(cache: Cache, programs: Sequence[Program], report: Report) -> list[Program]:
    """Get what is released for this machine; the programs that are still missing."""
    releases = {program: release for program in programs if (release := release_for_this_machine(program))}
    servers = {server(release) for release in releases.values()}
    answering = reachable(servers)
    if silent := sorted(servers - answering):
        report(f"no answer from {', '.join(silent)}: building from source instead")
    for program, release in releases.items():
        if server(release) not in answering:
            continue
        try:
            with cache.staging() as scratch, transfer(program) as progress:
                cache.put(program, download(program, release, scratch, progress))
        except DownloadError as error:
            report(f"{program}: {error}; building it instead")
        else:
            report(f"downloaded {program}")
    return [program for program in programs if not cache.find(program)]


def _copy_charts(cache: Cache, programs: Sequence[Program], report: Report) -> None:
    for program in programs:
        if _lacks_chart(program, cache):
            with cache.staging() as scratch:
                cache.put_chart(program, _builder(program.graph, cache, report).chart(program, scratch))


def _lacks_chart(program: Program, cache: Cache) -> bool:
    return bool(program.chart) and not cache.chart(program).exists()


def _builder(graph: str, cache: Cache, report: Report) -> build.Builder:
    go = toolchain.find(toolchain.needed(build.module(graph)), cache, report)
    return build.Builder(graph, go, cache.log(graph), report)
