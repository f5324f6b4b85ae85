"""Ending processes of an earlier run, and no others."""

from collections.abc import Iterable

import psutil

from rehearsal.processes.ledger import Entry

_CLOCK_DRIFT = 2.0
"""Seconds by which one process's start time may differ between two readings: it is counted from the boot time, and that moves
when the clock is set. A pid is not given twice within such a time."""


def alive(entry: Entry) -> psutil.Process | None:
    """The process of this entry if it still runs; a later process that got its pid is not it."""
    if entry.pid is None:
        return None
    try:
        process = psutil.Process(entry.pid)
        same = abs(process.create_time() - entry.started) < _CLOCK_DRIFT
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def terminate(entries: Iterable[Entry], grace: float = 10) -> None:
    """End these processes, one after the other in this order: politely (SIGTERM), and by force after `grace` seconds each."""
    for entry in entries:
        if process := alive(entry):
            try:
                process.terminate()
                process.wait(grace)
            except psutil.TimeoutExpired:
                process.kill()
                process.wait(grace)
            except psutil.NoSuchProcess:
                continue
