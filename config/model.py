"""The base of every configuration model, and the field types they share."""

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel


class Model(BaseModel):
    """Frozen, camelCase in the stack file, and an unknown key is an error."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True, use_attribute_docstrings=True
    )


class Range(Model):
    """From so many to so many."""

    min: int
    max: int

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min > self.max:
            raise ValueError(f"min is {self.min} and max is {self.max}; min must not be more than max")
        return self


_GRAMMAR: Final = re.compile(
    r"(?P<number>[+-]?(\d+\.?\d*|\.\d+))((?P<suffix>[KMGTPE]i|[numkMGTPE])|(?P<exponent>[eE][+-]?\d{1,2}))?", re.ASCII
)
"""What Kubernetes reads; its Python client would also take `NaN`, `1_000` and `10 Gi`."""

_SUFFIXES: Final[Mapping[int, tuple[str, ...]]] = {
    1000: ("", "k", "M", "G", "T", "P", "E"),
    1024: ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"),
}
"""Base → what stands for each of its powers."""

_UNITS: Final[Mapping[str, Decimal]] = {
    **{suffix: Decimal(f"1e-{digits}") for suffix, digits in (("n", 9), ("u", 6), ("m", 3))},
    **{suffix: Decimal(base) ** power for base, suffixes in _SUFFIXES.items() for power, suffix in enumerate(suffixes)},
}


def amount(quantity: str) -> Decimal:
    """A Kubernetes quantity as a number: cores, bytes or pieces.

    Raises ValueError if Kubernetes would not read it.
    """
    # Its client reads quantities too, and takes as long to import as all that a stack file is checked with.
    found = _GRAMMAR.fullmatch(quantity)
    if not found:
        raise ValueError(f"{quantity!r} is not a Kubernetes quantity")
    return Decimal(found["number"] + (found["exponent"] or "")) * _UNITS[found["suffix"] or ""]


def quantity(amount: Fraction | int, base: Literal[1000, 1024] = 1000) -> str:
    """A number as Kubernetes itself writes it, rounded down to thousandths.

    Written in any other way, it would come back from the API server as a difference.
    """
    thousandths = int(amount * 1000)
    if thousandths % 1000:
        return f"{thousandths}m"
    number, power = thousandths // 1000, 0
    while number and number % base == 0 and power < 6:
        number, power = number // base, power + 1
    return f"{number}{_SUFFIXES[base][power]}"


def _as_text(value: Any) -> Any:
    """YAML reads `cpu: 16` as a number and so does Kubernetes."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _canonical(text: str) -> str:
    try:
        number = amount(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a Kubernetes quantity; write for example 500m, 4 or 64Gi") from None
    if number * 1000 < 1:
        raise ValueError(f"{text!r} must be more than zero")
    return quantity(Fraction(number), base=1024 if text.endswith("i") else 1000)


Quantity = Annotated[str, BeforeValidator(_as_text, json_schema_input_type=str | int | float), AfterValidator(_canonical)]
"""An amount as Kubernetes writes it: `500m`, `4`, `64Gi`; what is written otherwise, such as `1024Mi`, is rewritten."""

Name = Annotated[str, Field(pattern=r"^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$")]
"""A DNS label of at most 40 characters, which leaves room for suffixes within Kubernetes' 63."""
