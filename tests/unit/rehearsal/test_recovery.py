"""What is made of the files that a killed command leaves behind."""

from pathlib import Path

import pytest

from rehearsal.recovery import mend_states

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
