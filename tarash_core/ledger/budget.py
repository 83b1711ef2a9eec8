"""A limit on what is spent in a period, kept by every process that shares the ledger."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from attrs import field, frozen

from tarash_core.errors import BudgetExceededError, ValidationError
from tarash_core.ledger import statements
from tarash_core.ledger.entry import dollars, micros, moment_before
from tarash_core.models.cost import to_decimal
from tarash_core.plugins.provider import Attempt

Ask = Callable[[str, tuple[Any, ...]], list[sqlite3.Row]]


def _limit(value: Any) -> Decimal | None:
    return None if value is None else to_decimal(value)


def _no_debt(instance: Any, attribute: Any, value: Decimal | None) -> None:
    if value is not None and (value.is_nan() or value < 0):
        raise ValidationError(f"budget_usd must be 0 or more, not {value}.")


def _some_time(instance: Any, attribute: Any, value: Any) -> None:
    if not isinstance(value, timedelta) or value <= timedelta(0):
        raise ValidationError(f"period must be a timedelta of some length, not {value!r}.")


@frozen
class Budget:
    """How much may be spent in how long.

    Attributes:
        usd: The limit in US dollars; None for none.
        period: The time that counts, up to the present moment.
    """

    usd: Decimal | None = field(default=None, converter=_limit, validator=_no_debt)
    period: timedelta = field(default=timedelta(days=1), validator=_some_time)

    def spent(self, ask: Ask, now: datetime, besides: str = "") -> Decimal:
        """What was spent in the period that ends now, in US dollars.

        A purchase counts by what the vendor says it cost, else by its estimate; one that is in flight or whose
        outcome is unknown counts by its estimate; one that was not charged counts nothing.

        Args:
            ask: Reads the ledger.
            now: The present moment.
            besides: The attempt that does not count.
        """
        since = moment_before(now, self.period).isoformat(timespec="microseconds")
        return dollars(ask(statements.SPENT, (since, besides))[0][0]) or Decimal(0)

    def check(self, ask: Ask, now: datetime, attempt: Attempt) -> None:
        """Refuses an attempt that does not fit into what is left.

        Raises:
            BudgetExceededError: It does not, or its price is unknown.
        """
        if self.usd is None:
            return
        estimate = estimate_of(attempt)
        if estimate is None and not attempt.allow_unknown_cost:
            raise BudgetExceededError(
                f"No price is known for {attempt.plan.model}, so the budget of {self} cannot be kept; set "
                "allow_unknown_cost=True to buy."
            )
        spent = self.spent(ask, now, attempt.id)
        if spent + (estimate or 0) > self.usd or (estimate is None and spent >= self.usd):
            raise BudgetExceededError(
                f"{attempt.plan.model} should cost {estimate if estimate is not None else 'an unknown amount of'} USD, "
                f"and of the budget of {self} {spent:f} USD are spent or reserved; wait, or raise budget_usd."
            )

    def __str__(self) -> str:
        hours = self.period / timedelta(hours=1)
        return f"{self.usd} USD in {hours:g} hours"


def estimate_of(attempt: Attempt) -> Decimal | None:
    """What the price list says that an attempt costs, in US dollars."""
    cost = attempt.plan.estimated_cost
    return cost.usd if cost is not None else None


def estimate_in_micros(attempt: Attempt) -> int | None:
    """The same in millionths."""
    return micros(estimate_of(attempt))
