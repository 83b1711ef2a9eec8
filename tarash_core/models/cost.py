"""Money: what a job costs, and who says so."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from attrs import field, frozen

from tarash_core.errors import ValidationError
from tarash_core.models.base import Value


def to_decimal(value: Any) -> Decimal:
    """A Decimal of an int, a text or a float, the float as it is printed."""
    try:
        return value if isinstance(value, Decimal) else Decimal(str(value))
    except ArithmeticError as error:
        raise ValidationError(f"An amount must be a number, not {value!r}.") from error


def to_date(value: Any) -> date | None:
    """A date of a date or an ISO text."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError as error:
        raise ValidationError(f"A day must be written 2026-11-22, not {value!r}.") from error


def _to_usd(value: Any) -> Decimal | None:
    return None if value is None else to_decimal(value)


@frozen
class Cost(Value):
    """An amount in the unit in which the provider counts, and in US dollars where the rate is known.

    Attributes:
        amount: How many units.
        unit: ``"usd"``, ``"credits"``, ``"seconds"`` or another word of the provider's.
        usd: The amount in US dollars; None when nobody tells.
        source: Who says so: ``"vendor"`` for the provider's own bill, ``"vendor-estimate"`` for what it announced,
            ``"catalog"`` for our dated price list.
        as_of: The day on which the price was checked.
    """

    amount: Decimal = field(converter=to_decimal)
    unit: str = "usd"
    usd: Decimal | None = field(default=None, converter=_to_usd)
    source: str = "vendor"
    as_of: date | None = field(default=None, converter=to_date)

    def __attrs_post_init__(self) -> None:
        if self.usd is None and self.unit == "usd":
            object.__setattr__(self, "usd", self.amount)
