"""Amounts, as Kubernetes reads and writes them."""

from fractions import Fraction
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kubernetes.utils import parse_quantity  # pyright: ignore[reportUnknownVariableType]: it has no types
from pydantic import TypeAdapter, ValidationError

from config.model import Quantity, amount, quantity

READ: TypeAdapter[str] = TypeAdapter(Quantity)


@pytest.mark.parametrize(
    "text", ["NaN", "inf", "1_000", "10 Gi", " 5", "5 ", "١٦", "1K", "1ki", "1e3Gi", "1e400", "", ".", "Gi", "0x10"]
)
def test_what_kubernetes_would_not_read_is_refused(text: str):
    with pytest.raises(ValidationError, match="is not a Kubernetes quantity; write for example 500m, 4 or 64Gi"):
        READ.validate_python(text)


@pytest.mark.parametrize(
    ("text", "number"), [("500m", "0.5"), ("4", "4"), ("1.5", "1.5"), (".5", "0.5"), ("2k", "2000"), ("1e3", "1000")]
)
def test_what_kubernetes_reads_is_read(text: str, number: str):
    assert amount(text) == Fraction(number)


@given(st.from_regex(r"[+-]?[0-9]{0,15}\.?[0-9]{1,9}([KMGTPE]i|[numkMGTPE])?", fullmatch=True))
def test_an_amount_is_what_the_kubernetes_client_reads(text: str):
    assert amount(text) == parse_quantity(text)


@pytest.mark.parametrize(("value", "text"), [(4, "4"), (0.5, "500m")])
def test_a_number_is_an_amount_too(value: float, text: str):
    assert READ.validate_python(value) == text


@pytest.mark.parametrize("value", [0, -1, "-5Gi", "0Mi", "-0"])
def test_an_amount_is_more_than_zero(value: float | str):
    with pytest.raises(ValidationError, match="must be more than zero"):
        READ.validate_python(value)


@pytest.mark.parametrize("base", [1000, 1024])
@given(thousandths=st.integers(0, 10**24))
def test_what_is_written_reads_back_as_the_same_amount(base: Literal[1000, 1024], thousandths: int):
    written = quantity(Fraction(thousandths, 1000), base)
    assert amount(written) == Fraction(thousandths, 1000)


@pytest.mark.parametrize(
    ("number", "base", "text"),
    [(0, 1024, "0"), (2048 * 2**30, 1024, "2Ti"), (1900 * 2**30, 1024, "1900Gi"), (96, 1000, "96"), (4000, 1000, "4k")],
)
def test_an_amount_is_written_in_the_form_that_the_api_server_answers_in(number: int, base: Literal[1000, 1024], text: str):
    assert quantity(number, base) == text


def test_what_is_finer_than_thousandths_is_rounded_down():
    assert quantity(Fraction(2, 3)) == "666m"


@pytest.mark.parametrize(
    ("written", "read"), [("1024Mi", "1Gi"), ("1000", "1k"), ("1000m", "1"), ("2048Gi", "2Ti"), ("1500Mi", "1500Mi")]
)
def test_an_amount_is_kept_as_the_api_server_would_answer_it(written: str, read: str):
    assert READ.validate_python(written) == read
