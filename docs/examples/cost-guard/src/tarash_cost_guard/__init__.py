"""Logs what each attempt costs, and refuses to spend over a budget; the entry point names :class:`CostGuard`."""

from __future__ import annotations

import logging
import os
import threading
from decimal import Decimal, InvalidOperation

from tarash_core import AttemptMetadata, BudgetExceededError, ValidationError
from tarash_core.plugins import Attempt, hookimpl

VARIABLE = "COST_GUARD_USD"
"""The budget of this process in US dollars; unset for none."""

logger = logging.getLogger("tarash_cost_guard")

__all__ = ["VARIABLE", "CostGuard"]


class CostGuard:
    """Counts what this process spends, by the vendors' bills where they tell, else by the price list.

    Attributes:
        spent_usd: What was spent, in US dollars.
    """

    def __init__(self) -> None:
        self.spent_usd = Decimal(0)
        self._reserved: dict[str, Decimal] = {}
        self._lock = threading.Lock()

    @hookimpl
    def tarash_before_submit(self, attempt: Attempt) -> None:
        """Refuses early, before anything is uploaded."""
        with self._lock:
            self._check(attempt)

    @hookimpl
    def tarash_submitting(self, attempt: Attempt) -> None:
        """The last word: refuses what others have used up meanwhile, and reserves the price."""
        with self._lock:
            self._check(attempt)
            self._reserved[attempt.id] = _estimate(attempt) or Decimal(0)

    @hookimpl
    def tarash_attempt_finished(self, record: AttemptMetadata) -> None:
        """Turns what was reserved into what was spent, and logs it."""
        with self._lock:
            reserved = self._reserved.pop(record.id or "", Decimal(0))
            cost = _cost(record, reserved)
            self.spent_usd += cost
            told = (record.provider, record.model, record.status, cost, self.spent_usd)
        logger.info("%s/%s: %s, %s USD; %s USD so far", *told)

    def _check(self, attempt: Attempt) -> None:
        budget, estimate = _budget(), _estimate(attempt)
        if budget is None:
            return
        what = f"{attempt.plan.provider}/{attempt.plan.model}"
        if estimate is None and not attempt.allow_unknown_cost:
            raise BudgetExceededError(f"The price of {what} is not known; set allow_unknown_cost=True to buy it.")
        taken = self.spent_usd + sum(usd for id, usd in self._reserved.items() if id != attempt.id)
        if taken + (estimate or 0) > budget:
            raise BudgetExceededError(
                f"{what} should cost {estimate or 'an unknown amount of'} USD, and {taken} of {budget} USD are spent "
                f"or reserved; raise {VARIABLE}."
            )


def _budget() -> Decimal | None:
    """The budget. Read at each purchase: an error at import would switch the guard off, an error here does not."""
    text = os.environ.get(VARIABLE, "").strip()
    try:
        budget = Decimal(text) if text else None
    except InvalidOperation as error:
        raise ValidationError(f"{VARIABLE} must be a number of US dollars, not {text!r}.") from error
    if budget is not None and not budget.is_finite():
        raise ValidationError(f"{VARIABLE} must be a number of US dollars, not {text!r}.")
    return budget


def _estimate(attempt: Attempt) -> Decimal | None:
    cost = attempt.plan.estimated_cost
    return cost.usd if cost is not None else None


def _cost(record: AttemptMetadata, reserved: Decimal) -> Decimal:
    """What an attempt cost: nothing where the vendor says so, else its bill, else what was expected."""
    if record.charged == "no":
        return Decimal(0)
    told = record.cost.usd if record.cost is not None else None
    return reserved if told is None else told
