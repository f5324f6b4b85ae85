"""What is made of the files that a killed command leaves behind."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from rehearsal.recovery import mend_states, release_stale_locks

WHOLE = '{"version": 3}'


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A stack's state in a backend."""
    path = tmp_path / ".pulumi" / "stacks" / "ml-platform" / "prod.json"
    path.parent.mkdir(parents=True)
    return path


@pytest.mark.parametrize("cut", ["", '{"version": 3, "check'])
def test_a_state_that_was_cut_off_is_the_one_before(tmp_path: Path, state: Path, cut: str):
    state.write_text(cut)
    state.with_name("prod.json.bak").write_text(WHOLE)
    told: list[str] = []
    mend_states(tmp_path, told.append)
    assert state.read_text() == WHOLE
    assert len(told) == 1


def test_a_state_that_is_whole_is_left_alone(tmp_path: Path, state: Path):
    state.write_text(WHOLE)
    state.with_name("prod.json.bak").write_text('{"version": 2}')
    mend_states(tmp_path, print)
    assert state.read_text() == WHOLE


def test_of_a_first_state_that_was_cut_off_nothing_stays(tmp_path: Path, state: Path):
    state.write_text("")
    mend_states(tmp_path, print)
    assert not state.exists()


def test_attributes_that_were_cut_off_are_done_without(tmp_path: Path, state: Path):
    state.write_text(WHOLE)
    cut, whole = state.with_name("prod.json.attrs"), state.with_name("prod.json.bak.attrs")
    cut.write_text("")
    whole.write_text("{}")
    mend_states(tmp_path, print)
    assert not cut.exists()
    assert whole.exists()


@pytest.fixture
def zombie() -> Iterator[int]:
    """The number of a process that has ended, of which its parent has not taken notice."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE
    yield process.pid
    process.wait()


def lock_of(backend: Path, pid: int) -> Path:
    """As `pulumi` writes it when it begins."""
    path = backend / ".pulumi" / "locks" / "organization" / "ml-platform" / "prod" / "1.json"
    path.parent.mkdir(parents=True)
    holder = {"pid": pid, "username": "ana", "hostname": socket.gethostname(), "timestamp": datetime.now(UTC).isoformat()}
    path.write_text(json.dumps(holder))
    return path


def test_a_lock_of_one_that_was_killed_is_removed_though_nobody_has_taken_notice(tmp_path: Path, zombie: int):
    lock = lock_of(tmp_path, zombie)
    assert release_stale_locks(tmp_path) is None
    assert not lock.exists()


def test_a_lock_of_one_that_runs_is_respected(tmp_path: Path):
    lock = lock_of(tmp_path, os.getpid())
    assert f"ana@{socket.gethostname()} (pid {os.getpid()})" in str(release_stale_locks(tmp_path))
    assert lock.exists()
