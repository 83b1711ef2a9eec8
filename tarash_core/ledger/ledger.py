"""The ledger: an extension that writes each purchase down, from the intent before it to its outcome."""

from __future__ import annotations

import functools
import json
import os
import sqlite3
import weakref
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from os import PathLike
from typing import Any, Self

from tarash_core.engine.clocks import Clock, SystemClock
from tarash_core.errors import TarashException, ValidationError
from tarash_core.ledger import statements, wording
from tarash_core.ledger.budget import Budget, estimate_in_micros
from tarash_core.ledger.entry import FINISHED, WITH_OWNER, Entry, State, entry_of, micros
from tarash_core.ledger.processes import Owner
from tarash_core.ledger.store import IN_MEMORY, Store
from tarash_core.models.cost import Cost
from tarash_core.models.execution import AttemptMetadata, Charged
from tarash_core.models.job import Job
from tarash_core.plugins import updates
from tarash_core.plugins.manager import HookManager, make_plugin_manager
from tarash_core.plugins.provider import Attempt
from tarash_core.plugins.specs import Postponed, hookimpl

_ASK_AGAIN_SECONDS = 0.25
_REMEMBERED = 10_000
_BY_UPDATE: dict[type, State] = {
    updates.Queued: "accepted",
    updates.Running: "running",
    updates.Done: "succeeded",
    updates.Failed: "failed",
    updates.Cancelled: "cancelled",
    updates.Expired: "expired",
}
_BY_ERROR: dict[str | None, State] = {"JobCancelledError": "cancelled", "JobExpiredError": "expired"}


class Ledger:
    """Purchases in a SQLite file that any number of threads and processes share.

    Give it to one gateway with ``Gateway(ledger=...)``, or to the process with ``tarash_core.ledger.enable(...)``. It
    holds no prompt, no media and no key. When it cannot be written, nothing is bought.

    Args:
        path: The file, which is made where there is none; ``":memory:"`` for one that ends with the process.
        budget_usd: Refuse to buy once so many US dollars are spent or reserved in the period; None for no limit.
        period: The time that the budget counts, up to the present moment.
        clock: Another source of time, for tests.

    Raises:
        ValidationError: The file cannot be opened or is no ledger, or the budget is no amount.
    """

    def __init__(
        self,
        path: str | PathLike[str],
        *,
        budget_usd: Decimal | float | str | None = None,
        period: timedelta = timedelta(days=1),
        clock: Clock | None = None,
    ) -> None:
        self.budget = Budget(budget_usd, period)
        self.path = os.fspath(path) if os.fspath(path) == IN_MEMORY else os.path.abspath(os.path.expanduser(path))
        self._clock: Clock = clock or SystemClock()
        self._store = Store(self.path)
        self._owner = Owner()
        self._left = weakref.finalize(self, self._owner.leave)
        self._attempts: weakref.WeakValueDictionary[str, Attempt] = weakref.WeakValueDictionary()
        self._told: dict[tuple[str, str], State] = {}
        self._awaited: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"Ledger({self.path!r})"

    @functools.cached_property
    def extensions(self) -> HookManager:
        """A manager with this ledger alone, for the gateway whose jobs it shall see."""
        manager = make_plugin_manager()
        manager.add(self, "ledger")
        return manager

    def close(self) -> None:
        """Closes the file. What is in flight counts as left alone from now on."""
        self._left()
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()

    def entries(self, states: Iterable[State] = (), limit: int | None = None) -> list[Entry]:
        """The purchases, newest first.

        Args:
            states: Only those that stand there; all when empty.
            limit: At most so many.
        """
        wanted = set(states)
        written = sorted({state for one in wanted for state in (one, *WITH_OWNER.get(one, ()))})
        most = -1 if wanted or limit is None else limit
        rows = self._store.ask(statements.LISTED, {"states": json.dumps(written) if wanted else None, "most": most})
        found = (self._entry(row) for row in rows)
        return [entry for entry in found if not wanted or entry.state in wanted][:limit]

    def collectable(self) -> list[Entry]:
        """The purchases of which there may be a result that nobody has and nobody waits for, newest first."""
        found = self.entries(("accepted", "running", "abandoned", "succeeded"))
        return [entry for entry in found if entry.collectable]

    def entry(self, identity: str) -> Entry:
        """One purchase, by our id of the attempt or its first characters, or by the provider's id of the job.

        Raises:
            ValidationError: There is none, or more than one.
        """
        pattern = identity.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        found = self._store.ask(statements.NAMED, (identity, pattern)) if identity else []
        exact = [row for row in found if identity in (row["attempt"], row["job_id"])] or found
        if len(exact) == 1:
            return self._entry(exact[0])
        if exact:
            ids = ", ".join(row["attempt"] for row in exact[:5])
            raise ValidationError(f"{identity!r} means {len(exact)} entries of the ledger; name one of: {ids}.")
        raise ValidationError(f"The ledger {self.path} has no entry {identity!r}; see: tarash jobs list")

    def spent_usd(self) -> Decimal:
        """What was spent in the present period and what is reserved for jobs in flight, in US dollars."""
        return self.budget.spent(self._store.ask, self._clock.now())

    def prune(self, older_than: timedelta) -> int:
        """Removes the purchases that ended before that time and whose result, if any, was handed over.

        Returns:
            How many were removed.
        """
        before = _text(self._clock.now() - older_than)
        with self._store.writing() as write:
            return write.execute(statements.PRUNE, (before,)).rowcount

    def forget(self, entry: Entry) -> None:
        """Removes a purchase whatever its state: the way on once the fate of one without an answer was looked up."""
        with self._store.writing() as write:
            write.execute("DELETE FROM jobs WHERE attempt = ?", (entry.id,))

    def take_back(self, entry: Entry) -> None:
        """Says that the result of a purchase was not kept after all, so that it counts as left to be collected."""
        with self._store.writing() as write:
            write.execute("UPDATE jobs SET handed_over_at = NULL WHERE attempt = ?", (entry.id,))

    @hookimpl(trylast=True)
    def tarash_before_submit(self, attempt: Attempt) -> Job | None:
        """Refuses what the budget does not hold, and finds the job in flight that an attempt may join."""
        self._attempts[attempt.id] = attempt
        self.budget.check(self._store.ask, self._clock.now(), attempt)
        return self._joined(attempt) if attempt.attach_if_running else None

    @hookimpl(trylast=True)
    def tarash_submitting(self, attempt: Attempt) -> None:
        """Writes the intent down and reserves its price, in one transaction."""
        self._attempts[attempt.id] = attempt
        with self._store.writing() as write:
            self.budget.check(_asking(write), self._clock.now(), attempt)
            self._put(write, attempt, "intent", "unknown")

    @hookimpl(tryfirst=True)
    def tarash_job_accepted(self, attempt: Attempt, job: Job) -> None:
        """Writes the receipt down."""
        with self._store.writing() as write:
            self._accept(write, attempt, job)
        self._remember((job.provider, job.id), "accepted" if job.result is None else "succeeded")

    @hookimpl(tryfirst=True)
    def tarash_job_updated(self, attempt: Attempt | None, job: Job, update: updates.Update) -> None:
        """Writes down how the job is, when that is new."""
        state, key = _BY_UPDATE[type(update)], (job.provider, job.id)
        if state not in FINISHED and self._told.get(key) == state:
            return
        with self._store.writing() as write:
            known = write.execute(statements.HAS_RECEIPT, key).fetchone()
            if known is None and attempt is not None:
                self._accept(write, attempt, job)
            self._note(write, attempt, job, update, state)
        self._remember(key, state)

    @hookimpl(tryfirst=True)
    def tarash_attempt_finished(self, record: AttemptMetadata) -> None:
        """Writes the outcome down."""
        if record.status == "skipped" or record.id is None:
            return
        self._awaited.pop(record.id, None)
        attempt = self._attempts.get(record.id)
        with self._store.writing() as write:
            if record.status == "success" and record.job is not None:
                self._succeed(write, record, record.job)
            else:
                self._fail(write, record, attempt)
        if record.job is not None:
            self._told.pop((record.job.provider, record.job.id), None)

    def _entry(self, row: sqlite3.Row) -> Entry:
        values: Any = row
        return entry_of(values, self._clock.now())

    def _now(self) -> str:
        return _text(self._clock.now())

    def _remember(self, key: tuple[str, str], state: State) -> None:
        """Keeps what was written last, so that a look that brings nothing new writes nothing."""
        if state in FINISHED:
            self._told.pop(key, None)
            return
        if len(self._told) >= _REMEMBERED:
            self._told.clear()
        self._told[key] = state

    def _joined(self, attempt: Attempt) -> Job | None:
        """The equal job in flight; without one the attempt is written down as the one that others shall wait for.

        Raises:
            Postponed: Another is about to buy it; its receipt will come.
            ValidationError: Another may have bought it, and its answer is lost.
        """
        found = self._awaited_result(attempt) or self._equal(self._store.ask, attempt)
        if found is None:
            with self._store.writing() as write:
                found = self._equal(_asking(write), attempt)
                if found is None:
                    self._put(write, attempt, "claimed", "no")
                    return None
        self._awaited[attempt.id] = found.id
        return _job_to_join(found)

    def _awaited_result(self, attempt: Attempt) -> Entry | None:
        """The purchase that the attempt waited for, if it has a result by now that can be had from its receipt."""
        rows = self._store.ask(statements.ONE, (self._awaited.pop(attempt.id, None),))
        found = [entry for entry in map(self._entry, rows) if entry.state == "succeeded"]
        return next((entry for entry in found if wording.NO_BYTES not in (entry.receipt or "")), None)

    def _equal(self, ask: Any, attempt: Attempt) -> Entry | None:
        rows = ask(statements.EQUAL, (attempt.fingerprint, attempt.payer, attempt.id))
        found = [entry for row in rows if (entry := self._entry(row)).state != "failed"]
        return min(found, key=lambda entry: (entry.job_id is None, entry.state == "unsettled"), default=None)

    def _put(self, write: sqlite3.Connection, attempt: Attempt, state: State, charged: Charged) -> None:
        plan, now = attempt.plan, self._now()
        values = {
            "attempt": attempt.id,
            "provider": plan.provider,
            "model": plan.model,
            "kind": plan.kind,
            "variant": plan.variant,
            "account": attempt.account,
            "payer": attempt.payer,
            "fingerprint": attempt.fingerprint,
            "idempotency_key": attempt.idempotency_key,
            "state": state,
            "estimate": estimate_in_micros(attempt),
            "charged": charged,
            "process": str(self._owner),
            "created_at": now,
            "updated_at": now,
        }
        write.execute(statements.PUT, values)

    def _accept(self, write: sqlite3.Connection, attempt: Attempt, job: Job) -> None:
        """The receipt; a vendor that answers at once has also ended the job."""
        at_once, now = job.result is not None, self._now()
        values = {
            "attempt": attempt.id,
            "state": "succeeded" if at_once else "accepted",
            "charged": _charged(job, "yes" if at_once else "unknown"),
            "job_id": job.id,
            "receipt": wording.receipt(job, wording.texts_of(attempt.plan)),
            "now": now,
            "ended_at": now if at_once else None,
        }
        if not write.execute(statements.ACCEPT, values).rowcount:
            self._put(write, attempt, "intent", "unknown")
            write.execute(statements.ACCEPT, values)

    def _note(
        self, write: sqlite3.Connection, attempt: Attempt | None, job: Job, update: updates.Update, state: State
    ) -> None:
        error = update.error if isinstance(update, updates.Failed) else None
        values = {
            **self._of_job(job),
            **_said_of(error, wording.texts_of(attempt.plan) if attempt and error else None),
            **_cost(update.cost if isinstance(update, updates.Done) else None),
            "state": state,
            "charged": _charged(job, _charged_by(update)),
            "ended": state in FINISHED,
        }
        write.execute(statements.NOTE, values)
        if attempt is None and state == "succeeded":
            write.execute(statements.HAND_OVER, self._of_job(job))

    def _succeed(self, write: sqlite3.Connection, record: AttemptMetadata, job: Job) -> None:
        values = {**self._of_job(job), **_cost(record.cost), **_said_of(None, None)}
        write.execute(statements.NOTE, {**values, "state": "succeeded", "charged": _charged(job, "yes"), "ended": True})
        write.execute(statements.HAND_OVER, values)

    def _fail(self, write: sqlite3.Connection, record: AttemptMetadata, attempt: Attempt | None) -> None:
        state = _BY_ERROR.get(record.error_type, "failed")
        if record.unsettled:
            state = "unsettled" if record.job is None else "abandoned"
        values = {
            "attempt": record.id,
            "state": state,
            "charged": _charged(record.job, record.charged),
            "error_type": record.error_type,
            "error_message": wording.sentence(
                record.error_message, wording.texts_of(attempt.plan) if attempt else None
            ),
            "now": self._now(),
            "ended": not record.unsettled,
        }
        write.execute(statements.FAIL, values)

    def _of_job(self, job: Job) -> dict[str, Any]:
        return {"provider": job.provider, "job_id": job.id, "process": str(self._owner), "now": self._now()}


def _job_to_join(found: Entry) -> Job:
    job = found.job
    if job is not None:
        return job
    if found.state == "unsettled":
        raise ValidationError(
            f"An equal request may have been bought at {found.created_at:%Y-%m-%d %H:%M} UTC, but its answer was lost. "
            f"Look at the list of jobs of {found.provider}; then forget it with: tarash jobs prune {found.id}"
        )
    raise Postponed(_ASK_AGAIN_SECONDS, "an equal request was being bought by somebody else, and no receipt came.")


def _asking(write: sqlite3.Connection) -> Any:
    return lambda query, values=(): write.execute(query, values).fetchall()


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")


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


def _said_of(error: TarashException | None, texts: tuple[str, ...] | None) -> dict[str, Any]:
    if error is None:
        return {"error_type": None, "error_message": None}
    return {"error_type": type(error).__name__, "error_message": wording.sentence(str(error), texts)}


def _cost(cost: Cost | None) -> dict[str, Any]:
    if cost is None:
        return {"cost": None, "cost_usd": None}
    return {"cost": cost.to_json(), "cost_usd": micros(cost.usd)}
