"""The cache: shared, whole, trusted only while it is what was put there."""

import errno
import os
import threading
import time
from pathlib import Path

import pytest
from filelock import FileLock

from rehearsal import programs
from rehearsal.programs import ProgramError
from tests.unit.rehearsal.programs.machine import Machine


def test_what_is_cached_needs_no_go_no_network_and_no_writing(machine: Machine):
    machine.install_go()
    first = machine.obtain("etcd", "kubectl", "kueue")
    (machine.bin / "go").unlink()
    machine.mirror.close()
    machine.told.clear()
    before = {path: path.stat().st_mtime_ns for path in machine.cache.rglob("*")}
    assert machine.obtain("etcd", "kubectl", "kueue") == first
    assert machine.told == []
    assert {path: path.stat().st_mtime_ns for path in machine.cache.rglob("*")} == before


@pytest.mark.parametrize("content", ["", "half a prog", "xuilt from k8s.io/kubernetes/cmd/kubectl"])
def test_a_damaged_program_is_obtained_again(machine: Machine, content: str):
    machine.install_go()
    kubectl = machine.obtain("kubectl")["kubectl"]
    kubectl.write_text(content)
    machine.obtain("kubectl")
    assert kubectl.read_text() == "built from k8s.io/kubernetes/cmd/kubectl"
    assert "kubectl 1.36.3 in the cache is damaged; obtaining it again" in machine.told


def test_a_program_that_lost_its_permission_to_run_is_obtained_again(machine: Machine):
    machine.install_go()
    kubectl = machine.obtain("kubectl")["kubectl"]
    kubectl.chmod(0o644)
    assert os.access(machine.obtain("kubectl")["kubectl"], os.X_OK)


def test_only_what_is_missing_is_built(machine: Machine):
    machine.install_go()
    machine.obtain("kubectl")
    machine.obtain("kubectl", "etcd")
    first, second = machine.asked_of_go("build")
    assert first.endswith(" k8s.io/kubernetes/cmd/kubectl")
    assert second.endswith(" go.etcd.io/etcd/server/v3")


def test_a_second_run_waits_for_the_first_and_says_so_once(machine: Machine):
    machine.install_go()
    machine.cache.mkdir()
    other = FileLock(machine.cache / "lock")
    other.acquire()
    run = threading.Thread(target=lambda: machine.obtain("kubectl"))
    run.start()
    time.sleep(0.3)
    assert machine.told == [f"another run is filling the cache {machine.cache}; waiting for it to finish"]
    other.release()
    run.join()
    assert len(machine.asked_of_go("build")) == 1


def test_two_runs_at_once_build_once(machine: Machine):
    machine.install_go()
    runs = [threading.Thread(target=lambda: machine.obtain("kubectl", "kueue")) for _ in range(2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert len(machine.asked_of_go("build")) == 1


def test_an_interrupted_run_leaves_nothing_half_done_and_the_next_carries_on(machine: Machine, monkeypatch: pytest.MonkeyPatch):
    machine.install_go()

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("rehearsal.programs.cache.Cache.put", interrupt)
        with pytest.raises(KeyboardInterrupt):
            machine.obtain("kubectl")
    assert not list((machine.cache / "staged").iterdir())
    assert not (machine.cache / "programs").exists()
    assert machine.obtain("kubectl")["kubectl"].exists()


def test_what_a_killed_run_left_is_removed(machine: Machine):
    machine.install_go()
    left = machine.cache / "staged" / "tmp1234" / "half"
    left.mkdir(parents=True)
    machine.obtain("kubectl")
    assert not left.exists()


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (errno.ENOSPC, "is on a full disk"),
        (errno.EROFS, "is on a read-only disk"),
        (errno.EACCES, "may not be written to"),
    ],
)
def test_a_cache_folder_that_cannot_be_written_is_named(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, code: int, reason: str
):
    machine.install_go()

    def refuse(file: Path, *_: object) -> None:
        raise OSError(code, os.strerror(code), str(file))

    monkeypatch.setattr(Path, "write_text", refuse)
    with pytest.raises(ProgramError) as refusal:
        machine.obtain("kubectl")
    assert str(refusal.value) == (
        f"the cache folder {machine.cache} {reason}; mend that, or choose another with ML_PLATFORM_CACHE="
    )


def test_a_file_in_place_of_the_cache_folder_is_named(machine: Machine):
    machine.cache.write_text("")
    with pytest.raises(ProgramError, match=f"the cache folder {machine.cache} is not a folder; .*ML_PLATFORM_CACHE="):
        machine.obtain("kubectl")


def test_the_chart_of_kueue_is_there_once_kueue_is(machine: Machine):
    machine.install_go()
    (machine.module / "charts" / "kueue").chmod(0o555)  # as Go keeps its modules
    machine.obtain("kueue")
    chart = programs.charts() / "kueue-0.18.4"
    assert (chart / "Chart.yaml").read_text() == "name: kueue\n"
    assert chart.stat().st_mode & 0o200


def test_a_chart_that_went_missing_is_copied_without_building_kueue_again(machine: Machine):
    machine.install_go()
    machine.obtain("kueue")
    programs.charts().rename(machine.cache / "elsewhere")
    machine.obtain("kueue")
    assert (programs.charts() / "kueue-0.18.4" / "Chart.yaml").exists()
    assert len(machine.asked_of_go("build")) == 1
