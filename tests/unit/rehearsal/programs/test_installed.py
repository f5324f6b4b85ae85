"""Which programs on PATH are used."""

from pathlib import Path

import pytest

from tests.unit.rehearsal.programs.machine import Machine


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("kube-apiserver", "Kubernetes v1.36.0"),
        ("kubectl", "Client Version: v1.35.9\nKustomize Version: v5.8.1"),
        ("kubectl", "Client Version: v1.37.1-gke.100"),
        ("etcd", "etcd Version: 3.6.1\nGit SHA: a\nGo Version: go1.24.1"),
        ("helm", "v3.19.0+g3b2c"),
        ("kwok", "kwok version v0.8.1 go1.26.8 (linux/amd64)"),
        ("pulumi", "v3.259.1"),
    ],
)
def test_a_program_on_path_is_taken_if_its_version_serves(machine: Machine, name: str, answer: str):
    program = machine.install_version(name, answer)
    assert machine.obtain(name) == {name: program}
    assert not machine.cache.exists()


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("kube-apiserver", "Kubernetes v1.35.3"),
        ("kubectl", "Client Version: v1.34.9"),
        ("kubectl", "error: unknown command"),
        ("helm", "v4.0.0"),
        ("pulumi", "v3.258.0"),
        ("kueue", "0.18.4"),
    ],
)
def test_a_program_on_path_of_another_version_is_not(machine: Machine, name: str, answer: str):
    machine.install_version(name, answer)
    machine.install_go()
    assert machine.obtain(name)[name].is_relative_to(machine.cache)


def test_a_program_on_path_that_cannot_be_run_is_not(machine: Machine):
    machine.install("kubectl", "#!/nonexistent\n")
    machine.install_go()
    assert machine.obtain("kubectl")["kubectl"].is_relative_to(machine.cache)


def test_the_links_of_an_earlier_rehearsal_are_not_programs_of_the_machine(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    links = tmp_path / ".rehearsal" / "local" / "bin"
    links.mkdir(parents=True)
    (links / "kubectl").symlink_to(machine.install_version("elsewhere", "Client Version: v1.36.3"))
    monkeypatch.setenv("PATH", str(links), prepend=":")
    machine.install_go()
    assert machine.obtain("kubectl")["kubectl"].is_relative_to(machine.cache)
