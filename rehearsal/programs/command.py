"""A long command whose complaints are watched line by line, and which never outlives this process's interest in it."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


class CommandError(Exception):
    """The command failed; `lines` is what it wrote to standard error."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path, on_line: Callable[[str], None]) -> str:
    """Run to the end; standard output. Lines of standard error go to `on_line` and are added to the log as they come.

    Raises CommandError when it fails. Whatever interrupts the caller, Ctrl-C too, ends the command and its own children.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    lines: list[str] = []
    with tempfile.TemporaryFile("w+", dir=log.parent) as output, log.open("a") as journal:
        # A session of its own, so that ending it by its group reaches the compilers that it started.
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        try:
            for line in process.stderr or ():
                journal.write(line)
                lines.append(line.rstrip())
                on_line(lines[-1])
            process.wait()
        except BaseException:
            os.killpg(process.pid, signal.SIGTERM)
            process.communicate()
            raise
        if process.returncode:
            raise CommandError(lines)
        output.seek(0)
        return output.read()
