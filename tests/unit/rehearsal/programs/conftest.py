"""`machine`: a computer of the test's own, as `tests.unit.rehearsal.programs.machine` describes it."""

import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.unit.rehearsal.programs.machine import Machine, Mirror


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Machine]:
    mirror = Mirror()
    there = Machine(tmp_path / "bin", tmp_path / "cache", mirror)
    there.bin.mkdir()
    monkeypatch.setenv("PATH", str(there.bin))
    monkeypatch.setenv("ML_PLATFORM_CACHE", str(there.cache))
    monkeypatch.setenv("ML_PLATFORM_MIRROR", mirror.address)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    monkeypatch.setattr("rehearsal.programs.toolchain._pip", lambda: [sys.executable, "-c", "exit('no PyPI in this test')"])
    yield there
    mirror.close()
