"""From what the hooks tell to what is written in a row."""

from __future__ import annotations

import functools
from datetime import datetime
from typing import Any

from attrs import define

from tarash_core.ledger import wording
from tarash_core.ledger.budget import estimate_in_micros
from tarash_core.ledger.entry import FINISHED, State, micros
from tarash_core.models.cost import Cost
from tarash_core.models.execution import AttemptMetadata, Charged
from tarash_core.models.job import Job
from tarash_core.plugins import updates
from tarash_core.plugins.provider import Attempt

Row = tuple[Any, ...]
"""What a statement takes by position."""
Values = dict[str, Any]
"""What a statement takes by name."""

_BY_UPDATE: dict[type, State] = {
    updates.Queued: "accepted",
    updates.Running: "running",
    updates.Done: "succeeded",
    updates.Failed: "failed",
    updates.Cancelled: "cancelled",
    updates.Expired: "expired",
}
_BY_ERROR: dict[str | None, State] = {"JobCancelledError": "cancelled", "JobExpiredError": "expired"}


_json_of = functools.lru_cache(maxsize=256)(Cost.to_json)  # the same few amounts come again and again


def text(moment: datetime) -> str:
    """A moment in UTC, such that texts sort like moments."""
    return moment.isoformat(timespec="microseconds")


def state_of(update: updates.Update) -> State:
    """Where a job stands after what the provider told."""
    return _BY_UPDATE[type(update)]


@define
class Pen:
    """Who writes, and when.

    Attributes:
        process: The process and its ledger.
        now: The present moment as text.
        hands_over: Whether a result that was returned counts as handed over.
    """

    process: str
    now: str
    hands_over: bool = True

    def intent(self, attempt: Attempt, state: State, charged: Charged) -> Row:
        """A purchase that is about to happen; for ``PUT``."""
        plan = attempt.plan
        return (
            attempt.id,
            plan.provider,
            plan.model,
            plan.kind,
            plan.variant,
            attempt.account,
            attempt.payer,
            attempt.fingerprint,
            attempt.idempotency_key,
            state,
            estimate_in_micros(attempt),
            charged,
            self.process,
            self.now,
            self.now,
        )

    def acceptance(self, attempt: Attempt, job: Job) -> Row:
        """The receipt; a vendor that answers at once has also ended the job. For ``ACCEPT``."""
        at_once = job.result is not None
        ended_at = self.now if at_once else None
        receipt = wording.receipt(job, attempt.plan)
        # Bytes that the receipt leaves out cannot be collected later.
        handed_over = self.hands_over or wording.NO_BYTES in receipt
        return (
            "succeeded" if at_once else "accepted",
            _charged(job, "yes" if at_once else "unknown"),
            job.id,
            receipt,
            None if job.estimated_cost is None else micros(job.estimated_cost.usd),
            self.now,
            self.now,
            ended_at,
            ended_at if handed_over else None,
            attempt.id,
        )

    def delivery(self, record: AttemptMetadata, job: Job) -> Row:
        """An attempt that delivered what it bought; for ``DELIVER``."""
        cost = record.cost
        return (
            _charged(job, "yes"),
            None if cost is None else _json_of(cost),
            None if cost is None else micros(cost.usd),
            self.process,
            self.now,
            self.now,
            self.now if self.hands_over else None,
            record.id,
            job.id,
        )

    def look(self, attempt: Attempt | None, job: Job, update: updates.Update, handed_over: bool) -> Values:
        """How a job is; whoever looks at it by its receipt is handed the result with the look. For ``NOTE``."""
        state, error = state_of(update), update.error if isinstance(update, updates.Failed) else None
        texts = wording.texts_of(attempt.plan) if attempt is not None and error is not None else None
        return {
            **self._job(job, state, _charged_by(update), update.cost if isinstance(update, updates.Done) else None),
            "error_type": type(error).__name__ if error is not None else None,
            "error_message": wording.sentence(str(error), texts) if error is not None else None,
            "handed_over": handed_over and self.hands_over and state == "succeeded",
        }

    def success(self, record: AttemptMetadata, job: Job) -> Values:
        """An attempt that delivered what another one bought; for ``NOTE``."""
        told = self._job(job, "succeeded", "yes", record.cost)
        return {**told, "error_type": None, "error_message": None, "handed_over": self.hands_over}

    def failure(self, record: AttemptMetadata, attempt: Attempt | None) -> Values:
        """An attempt that did not; for ``FAIL``."""
        job, plan = record.job, attempt.plan if attempt is not None else None
        return {
            "attempt": record.id,
            "state": _outcome(record),
            "charged": _charged(job, record.charged),
            "job_id": job.id if job is not None else None,
            "receipt": wording.receipt(job, plan) if job is not None else None,
            "error_type": record.error_type,
            "error_message": wording.sentence(record.error_message, None if plan is None else wording.texts_of(plan)),
            "now": self.now,
            "ended": not record.unsettled,
        }

    def _job(self, job: Job, state: State, charged: Charged, cost: Cost | None) -> Values:
        return {
            "provider": job.provider,
            "job_id": job.id,
            "process": self.process,
            "now": self.now,
            "state": state,
            "charged": _charged(job, charged),
            "cost": None if cost is None else _json_of(cost),
            "cost_usd": None if cost is None else micros(cost.usd),
            "ended": state in FINISHED,
        }


def _outcome(record: AttemptMetadata) -> State:
    if not record.unsettled:
        return _BY_ERROR.get(record.error_type, "failed")
    return "unsettled" if record.job is None else "abandoned"


def _charged(job: Job | None, said: Charged) -> Charged:
    """What is known of the bill; the mock sends none."""
    return "no" if job is not None and job.state.get("mock") else said


def _charged_by(update: updates.Update) -> Charged:
    match update:
        case updates.Done():
            return "yes"
        case updates.Failed(error=error):
            return error._charged or "unknown"
        case updates.Cancelled(charged=charged):
            return charged
        case _:
            return "unknown"
