"""Which plugins the engine is given: the official ones where they can be had, else stand-ins."""

from importlib.metadata import version
from pathlib import Path

import pytest

from rehearsal.plugins import select

KUBERNETES = f"plugins/resource-kubernetes-v{version('pulumi-kubernetes')}"
LANGUAGE = f"plugins/language-python-v{version('pulumi')}"


class Machine:
    """A `pulumi` that may or may not be able to download a plugin, and what it was asked."""

    def __init__(self, folder: Path) -> None:
        self.cache = folder / "cache"
        self.home = folder / "home"
        self.pulumi = folder / "pulumi"
        self.asked = folder / "asked"
        self.told: list[str] = []

    def downloads(self, works: bool) -> None:
        put = f'mkdir -p "$PULUMI_HOME/{KUBERNETES}" && echo official > "$PULUMI_HOME/{KUBERNETES}/pulumi-resource-kubernetes"'
        self.pulumi.write_text(f"#!/bin/sh\necho $@ >> {self.asked}\n{put if works else 'exit 1'}\n")
        self.pulumi.chmod(0o755)

    def install(self) -> None:
        select.install(self.pulumi, self.home, self.told.append)

    def plugin(self, folder: str) -> Path:
        return next((self.home / folder).iterdir())


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine(tmp_path)
    monkeypatch.setenv("ML_PLATFORM_CACHE", str(machine.cache))
    return machine


def test_stand_ins_take_the_place_of_what_cannot_be_downloaded_and_the_user_is_told(machine: Machine):
    machine.downloads(works=False)
    machine.install()
    assert "-m rehearsal.plugins.kubernetes" in machine.plugin(KUBERNETES).read_text()
    assert "-m rehearsal.plugins.language" in machine.plugin(LANGUAGE).read_text()
    assert len(machine.told) == 1
    assert "the Python language host and the Kubernetes provider" in machine.told[0]


def test_a_download_that_failed_is_not_waited_for_again(machine: Machine):
    machine.downloads(works=False)
    machine.install()
    machine.install()
    assert len(machine.asked.read_text().splitlines()) == 1


def test_the_official_provider_is_taken_where_it_can_be_downloaded(machine: Machine):
    machine.downloads(works=True)
    machine.install()
    assert machine.plugin(KUBERNETES).read_text() == "official\n"
    assert not (machine.home / KUBERNETES).is_symlink()  # the engine passes over links to folders
    assert "Kubernetes" not in machine.told[0]


def test_the_official_language_host_is_the_one_beside_the_program(machine: Machine):
    machine.downloads(works=True)
    machine.pulumi.with_name("pulumi-language-python").touch()
    machine.install()
    assert not (machine.home / LANGUAGE).exists()
    assert machine.told == []


def test_an_official_provider_takes_over_from_a_stand_in(machine: Machine):
    machine.downloads(works=False)
    machine.install()
    next((machine.cache / "pulumi-home").glob("no-*")).unlink()
    machine.downloads(works=True)
    machine.install()
    assert machine.plugin(KUBERNETES).read_text() == "official\n"
