"""Processes that are kept running, found again, and ended."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from rehearsal.files import write_atomically
from rehearsal.processes import Child, Command, Entry, Ledger, alive, choose_port, terminate


@pytest.fixture
def sleeper() -> Iterator[psutil.Process]:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as process:
        yield psutil.Process(process.pid)
        process.kill()


def _entry(process: psutil.Process, started: float | None = None) -> Entry:
    return Entry(pid=process.pid, started=process.create_time() if started is None else started)


def test_a_process_is_known_by_pid_and_start_time(sleeper: psutil.Process) -> None:
    assert alive(_entry(sleeper)) == sleeper


def test_a_later_process_with_the_same_pid_is_not_taken_for_it_and_never_ended(sleeper: psutil.Process) -> None:
    before = _entry(sleeper, started=sleeper.create_time() - 60)
    assert alive(before) is None
    terminate([before])
    assert sleeper.is_running()


def test_terminate_ends_what_ignores_the_polite_way() -> None:
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        terminate([_entry(psutil.Process(process.pid))], grace=0.2)
        assert not psutil.pid_exists(process.pid)


def test_what_is_over_already_is_no_error(sleeper: psutil.Process) -> None:
    entry = _entry(sleeper)
    sleeper.kill()
    sleeper.wait()
    terminate([entry, Entry()])


def test_a_remembered_port_is_kept_until_somebody_else_has_it() -> None:
    port = choose_port()
    assert choose_port(port) == port
    with socket.create_server(("127.0.0.1", port)):
        assert choose_port(port) != port


def test_a_port_promised_to_another_is_not_given_again() -> None:
    port = choose_port()
    assert choose_port(port, taken={port}) != port


def test_the_ledger_keeps_what_was_put(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "processes.json")
    ledger.put("etcd", Entry(pid=1, started=2.5, argv=("etcd", "--flag"), ports={"client": 2379}))
    ledger.update("etcd", pid=None)
    assert Ledger(tmp_path / "processes.json").get("etcd") == Entry(started=2.5, argv=("etcd", "--flag"), ports={"client": 2379})
    ledger.remove("etcd")
    assert ledger.entries() == {}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"etcd": {"pid": "many"}}'])
def test_a_ledger_that_is_none_knows_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "processes.json").write_text(text)
    assert Ledger(tmp_path / "processes.json").entries() == {}


def test_a_file_that_cannot_be_written_keeps_its_old_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    write_atomically(path, "old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdopen", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def _command(tmp_path: Path, code: str) -> Command:
    return Command(name="child", argv=(sys.executable, "-c", code), log=tmp_path / "child.log", cwd=tmp_path)


def test_a_child_that_dies_is_started_again_and_counted(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "processes.json")

    async def watch() -> None:
        child = Child(_command(tmp_path, "print('hello', flush=True); raise SystemExit(3)"), ledger)
        child.start()
        async with asyncio.timeout(20):
            while len(child.exits) < 2:
                await asyncio.sleep(0.01)
        await child.stop()
        assert set(child.exits) == {3}

    asyncio.run(watch())
    assert (tmp_path / "child.log").read_text().count("hello") >= 2
    assert ledger.get("child").pid is None
    assert ledger.get("child").restarts >= 1


def test_a_program_that_is_not_there_counts_as_dying_and_is_told_in_the_log(tmp_path: Path) -> None:
    async def watch() -> None:
        command = Command(name="child", argv=(str(tmp_path / "missing"),), log=tmp_path / "child.log", cwd=tmp_path)
        child = Child(command, Ledger(tmp_path / "processes.json"))
        child.start()
        async with asyncio.timeout(20):
            while not child.exits:
                await asyncio.sleep(0.01)
        await child.stop()

    asyncio.run(watch())
    assert "cannot be started" in (tmp_path / "child.log").read_text()


def test_a_process_that_cannot_be_recorded_is_not_left_running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pids: list[int] = []

    def full(_: Ledger, __: str, entry: Entry) -> None:
        assert entry.pid
        pids.append(entry.pid)
        raise OSError(28, "No space left on device")

    async def watch() -> None:
        child = Child(_command(tmp_path, "import time; time.sleep(600)"), Ledger(tmp_path / "processes.json"))
        with monkeypatch.context() as patched:
            patched.setattr(Ledger, "put", full)
            child.start()
            async with asyncio.timeout(20):
                while not child.exits:
                    await asyncio.sleep(0.01)
        await child.stop()

    asyncio.run(watch())
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            assert psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
