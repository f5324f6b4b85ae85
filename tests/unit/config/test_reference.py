"""The reference for people says what the models say."""

from config.load import PROJECT
from config.reference import reference


def test_the_reference_is_current():
    assert (PROJECT / "docs/reference.md").read_text() == reference(), "run `make reference`"
