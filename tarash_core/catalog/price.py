"""What a job should cost by the vendor's dated price list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

from attrs import field, frozen

from tarash_core.catalog.lifecycle import to_day
from tarash_core.fields import names, values
from tarash_core.models.base import Value
from tarash_core.models.cost import Cost, to_decimal

Amount: TypeAlias = "Decimal | Mapping[Any, Decimal] | None"


def _amount(given: Any) -> Amount:
    if isinstance(given, Mapping):
        return {_keys(key): to_decimal(amount) for key, amount in given.items()}
    return None if given is None else to_decimal(given)


def _keys(key: Any) -> tuple[Any, ...]:
    return key if isinstance(key, tuple) else (key,)


def _names(given: Any) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


@frozen(kw_only=True)
class Price(Value):
    """A price in US dollars, per second, per output, per megapixel or per job; what is given adds up.

    An amount is a number, or a table by the effective values of the fields in ``by``::

        Price(usd_per_second={("720p", True): "0.40", ("720p", False): "0.20"}, by=("resolution", "generate_audio"))

    Attributes:
        usd_per_second: For each second of each output.
        usd_per_output: For each video or image.
        usd_per_megapixel: For each million pixels of each output.
        usd_per_job: Once.
        by: The fields whose effective values are the keys of the tables. A parameter of the model's own is
            ``extra_params.NAME``; not given is False, and a list or an object that is not empty is True.
        source: Where the price is said.
        checked: When somebody last looked.
    """

    usd_per_second: Amount = field(default=None, converter=_amount, hash=False)
    usd_per_output: Amount = field(default=None, converter=_amount, hash=False)
    usd_per_megapixel: Amount = field(default=None, converter=_amount, hash=False)
    usd_per_job: Amount = field(default=None, converter=_amount, hash=False)
    by: tuple[str, ...] = field(default=(), converter=_names)
    source: str | None = None
    checked: date | None = field(default=None, converter=to_day)

    def estimate(self, effective: Mapping[str, Any]) -> Cost | None:
        """The cost of a job with these effective values; None when a value that the price hangs on is not known."""
        outputs = effective.get("number_of_videos") or effective.get("n") or 1
        units = (
            (self.usd_per_second, effective.get("duration_seconds"), outputs),
            (self.usd_per_output, 1, outputs),
            (self.usd_per_megapixel, _megapixels(effective.get("size")), outputs),
            (self.usd_per_job, 1, 1),
        )
        parts = [self._part(amount, unit, times, effective) for amount, unit, times in units if amount is not None]
        known = [part for part in parts if part is not None]
        return Cost(sum(known, Decimal(0)), source="catalog", as_of=self.checked) if parts and known == parts else None

    def _part(self, amount: Amount, unit: Any, times: int, effective: Mapping[str, Any]) -> Decimal | None:
        rate = self._rate(amount, effective) if isinstance(amount, Mapping) else amount
        return rate * to_decimal(unit) * times if rate is not None and values.is_number(unit) else None

    def _rate(self, table: Mapping[Any, Decimal], effective: Mapping[str, Any]) -> Decimal | None:
        here = tuple(values.key_of(name, _told(name, effective)) for name in self.by)
        keys = ((tuple(map(values.key_of, self.by, key)), rate) for key, rate in table.items())
        return next((rate for key, rate in keys if key == here), None)


def _told(name: str, effective: Mapping[str, Any]) -> Any:
    """What counts for a key; of the model's own parameters, a list or an object counts as a switch that is on."""
    own = name.removeprefix(f"{names.EXTRA}.")
    if own == name:
        return effective.get(name)
    value = effective.get(names.EXTRA, {}).get(own)
    return value if isinstance(value, (str, int, float)) else bool(value)


def _megapixels(size: Any) -> float | None:
    sides = values.pixels(size)
    return sides[0] * sides[1] / 1_000_000 if sides else None
