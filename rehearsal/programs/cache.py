"""The cache of programs: one folder a program and version, put in place whole or not at all."""

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from rehearsal.programs.errors import ProgramError
from rehearsal.programs.table import Chart, Program

_SUMS = "SHA256SUMS"
_POLL = 0.5
"""Seconds between two looks whether another run is done."""
_UNWRITABLE = {
    errno.ENOSPC: "is on a full disk",
    errno.EDQUOT: "is over its disk quota",
    errno.EROFS: "is on a read-only disk",
    errno.EACCES: "may not be written to",
    errno.EPERM: "may not be written to",
    errno.ENOTDIR: "is not a folder",
    errno.EEXIST: "is not a folder",
}
"""Why writing failed → what that says of the folder."""


@dataclass(frozen=True)
class Cache:
    """Programs in a folder that all checkouts share. Reading needs no lock; writing is done inside `locked`."""

    folder: Path

    def path(self, program: Program) -> Path:
        """Where the program is, or would be."""
        return self._programs(program) / program.name

    def chart(self, chart: Chart) -> Path:
        """Where a Helm chart is, or would be."""
        return self.charts / f"{chart.name}-{chart.version}"

    @property
    def charts(self) -> Path:
        """The folder of Helm charts, each named name-version."""
        return self.folder / "charts"

    def log(self, graph: str) -> Path:
        """What Go said during the latest build of a graph."""
        return self.folder / "logs" / f"{graph}.log"

    def find(self, program: Program) -> Path | None:
        """The program, if it is there and still what was put there."""
        path = self.path(program)
        return path if os.access(path, os.X_OK) and _intact(path.parent) else None

    def damaged(self, program: Program) -> bool:
        """Whether something is there that `find` does not trust."""
        return self.path(program).parent.exists() and self.find(program) is None

    def put(self, program: Program, files: Path) -> None:
        """Take over a folder, made by `staging`, of the program and what belongs beside it."""
        sums = "".join(f"{_sha256(file)}  {file.name}\n" for file in sorted(files.iterdir()))
        (files / _SUMS).write_text(sums)
        self._put(files, self._programs(program))

    def put_chart(self, chart: Chart, files: Path) -> None:
        """Take over a folder, made by `staging`, of a chart."""
        self._put(files, self.chart(chart))

    @contextmanager
    def staging(self) -> Generator[Path]:
        """An empty folder on the cache's own disk, so that moving it into place is one step; gone afterwards."""
        self._staged.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._staged, ignore_cleanup_errors=True) as folder:
            yield Path(folder)

    @contextmanager
    def locked(self, report: Callable[[str], None]) -> Generator[None]:
        """Keep other runs, of this checkout or another, from writing; wait for one that does.

        Raises ProgramError when the folder cannot be written to, then or later in the block.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.folder / "lock")
            try:
                held = lock.acquire(blocking=False)
            except Timeout:
                report(f"another run is filling the cache {self.folder}; waiting for it to finish")
                held = lock.acquire(poll_interval=_POLL)
            with held:
                shutil.rmtree(self._staged, ignore_errors=True)  # what a killed run left: nobody else can be at work here
                yield
        except OSError as error:
            reason = _UNWRITABLE.get(error.errno or 0)
            if reason is None or not self._is_about(error):
                raise
            raise ProgramError(
                f"the cache folder {self.folder} {reason}; mend that, or choose another with ML_PLATFORM_CACHE="
            ) from None

    def _is_about(self, error: OSError) -> bool:
        """Whether the error is about a file of the cache; writing to an open file fails without a name."""
        return error.filename is None or Path(os.fsdecode(error.filename)).is_relative_to(self.folder)

    @property
    def _staged(self) -> Path:
        return self.folder / "staged"

    def _programs(self, program: Program) -> Path:
        return self.folder / "programs" / f"{program.name}-{program.edition}"

    def _put(self, files: Path, place: Path) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        with self.staging() as old:
            if place.exists():
                place.rename(old / place.name)  # a folder cannot be renamed over one with files in it
            files.rename(place)


def _intact(folder: Path) -> bool:
    try:
        lines = (folder / _SUMS).read_text().splitlines()
        return bool(lines) and all(_sha256(folder / name) == digest for digest, name in (line.split("  ", 1) for line in lines))
    except (OSError, ValueError):
        return False


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
