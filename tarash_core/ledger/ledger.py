"""The ledger: an extension that writes each purchase down, from the intent before it to its outcome."""

from __future__ import annotations

import functools
import json
import os
import sqlite3
import weakref
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from os import PathLike
from typing import Any, Self

from tarash_core.engine.clocks import Clock, SystemClock
from tarash_core.errors import ValidationError
from tarash_core.ledger import rows, statements, wording
from tarash_core.ledger.budget import Budget
from tarash_core.ledger.entry import FINISHED, WITH_OWNER, Entry, State, entry_of, moment_before
from tarash_core.ledger.processes import Owner
from tarash_core.ledger.store import IN_MEMORY, Store
from tarash_core.models.execution import AttemptMetadata
from tarash_core.models.job import Job
from tarash_core.plugins import updates
from tarash_core.plugins.manager import HookManager, make_plugin_manager
from tarash_core.plugins.provider import Attempt
from tarash_core.plugins.specs import Postponed, hookimpl

_ASK_AGAIN_SECONDS = 0.25
_HURRY_SECONDS = 1.0
_REMEMBERED = 10_000


class Ledger:
    """Purchases in a SQLite file that any number of threads and processes share.

    Give it to one gateway with ``Gateway(ledger=...)``, or to the process with ``tarash_core.ledger.enable(...)``. It
    holds no prompt, no media and no key. When it cannot be written, nothing is bought. What was written outlives the
    process, however that ends; a power cut may take the last moments.

    Args:
        path: The file, which is made where there is none; ``":memory:"`` for one that ends with the process.
        budget_usd: Refuse to buy once so many US dollars are spent or reserved in the period; None for no limit.
        period: The time that the budget counts, up to the present moment.
        clock: Another source of time, for tests.
        hands_over: Whether a result counts as handed over once it was returned; when False, only once
            :meth:`hand_over` says so, as for a program whose results are files: one that ends before, however that
            happens, leaves them to be collected.

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
        hands_over: bool = True,
    ) -> None:
        self.budget = Budget(budget_usd, period)
        self.path = os.fspath(path) if os.fspath(path) == IN_MEMORY else os.path.abspath(os.path.expanduser(path))
        self._clock: Clock = clock or SystemClock()
        self._hands_over = hands_over
        self._store = Store(self.path)
        if self.budget.usd is not None:
            self._store.add_index("by_time")
        self._owner = Owner()
        self._left = weakref.finalize(self, self._owner.leave)
        self._attempts: dict[str, weakref.ref[Attempt]] = {}
        self._told: dict[tuple[str, str], tuple[State, float]] = {}
        self._ends: dict[str, tuple[Job, updates.Update]] = {}
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
        listed = self._store.ask(statements.LISTED, {"states": json.dumps(written) if wanted else None, "most": most})
        found = (self._entry(row) for row in listed)
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

    def find(self, id: str) -> Entry | None:
        """The purchase of an attempt by our whole id of it; None where there is none.

        Raises:
            ValidationError: The file cannot be read.
        """
        return next(map(self._entry, self._store.ask(statements.ONE, (id,))), None)

    def spent_usd(self) -> Decimal:
        """What was spent in the present period and what is reserved for jobs in flight, in US dollars."""
        return self.budget.spent(self._store.ask, self._clock.now())

    def prune(self, older_than: timedelta) -> int:
        """Removes the purchases that ended before that time and whose result, if any, was handed over.

        Returns:
            How many were removed.
        """
        return self._store.write(statements.PRUNE, {"before": rows.text(moment_before(self._clock.now(), older_than))})

    def forget(self, entry: Entry) -> None:
        """Removes a purchase whatever its state: the way on once the fate of one without an answer was looked up."""
        self._store.write(statements.FORGET, (entry.id,))

    def hand_over(self, job: Job) -> None:
        """Says that the result of a job was kept, so that it is not left to be collected."""
        self._store.write(statements.HAND_OVER, (rows.text(self._clock.now()), job.provider, job.id))

    @hookimpl(trylast=True)
    def tarash_before_submit(self, attempt: Attempt) -> Job | None:
        """Finds the job in flight that an attempt may join, which costs nothing, or refuses what the budget lacks."""
        self._keep(attempt)
        job = self._joined(attempt) if attempt.attach_if_running else None
        if job is None:
            self.budget.check(self._store.ask, self._clock.now(), attempt)
        return job

    @hookimpl(trylast=True)
    def tarash_submitting(self, attempt: Attempt) -> None:
        """Writes the intent down and reserves its price, both or neither."""
        self._store.check_in_place()
        values = self._pen.intent(attempt, "intent", "unknown")
        if self.budget.usd is None:
            self._store.write(statements.PUT, values)
            return
        with self._store.writing() as write:
            self.budget.check(_asking(write), self._clock.now(), attempt)
            write.execute(statements.PUT, values)

    @hookimpl(tryfirst=True)
    def tarash_job_accepted(self, attempt: Attempt, job: Job) -> None:
        """Writes the receipt down."""
        self._store.write(statements.ACCEPT, self._pen.acceptance(attempt, job))
        self._remember(job, "accepted")

    @hookimpl(tryfirst=True)
    def tarash_job_updated(self, attempt: Attempt | None, job: Job, update: updates.Update) -> None:
        """Writes down how the job is; the end of one that an attempt waits for together with the attempt's end."""
        if attempt is not None and isinstance(update, updates.ENDED):
            self._ends[attempt.id] = job, update
        elif attempt is None or self._is_news(job, rows.state_of(update)):
            self._note(attempt, job, self._pen.look(attempt, job, update, handed_over=attempt is None))
            self._remember(job, rows.state_of(update))

    @hookimpl(tryfirst=True)
    def tarash_attempt_finished(self, record: AttemptMetadata) -> None:
        """Writes the outcome down."""
        if record.id is None:
            return
        self._awaited.pop(record.id, None)
        end, kept = self._ends.pop(record.id, None), self._attempts.pop(record.id, None)
        attempt = kept() if kept is not None else None
        if record.job is not None:
            self._told.pop((record.job.provider, record.job.id), None)
        if record.status == "success" and record.job is not None:
            self._deliver(attempt, record, record.job)
            return
        with self._store.writing() as write:
            if end is not None:
                write.execute(statements.NOTE, self._pen.look(attempt, *end, handed_over=False))
            write.execute(statements.FAIL, self._pen.failure(record, attempt))

    def _keep(self, attempt: Attempt) -> None:
        """Keeps an attempt within reach, for its texts must not stand in the sentence of an error, and lets it die."""
        if len(self._attempts) >= _REMEMBERED:
            self._attempts = {id: kept for id, kept in list(self._attempts.items()) if kept()}
        self._attempts[attempt.id] = weakref.ref(attempt)

    @property
    def _pen(self) -> rows.Pen:
        return rows.Pen(str(self._owner), rows.text(self._clock.now()), self._hands_over)

    def _entry(self, row: sqlite3.Row) -> Entry:
        values: Any = row
        return entry_of(values, self._clock.now())

    def _deliver(self, attempt: Attempt | None, record: AttemptMetadata, job: Job) -> None:
        """Writes down that the result was handed over: on the row of the attempt, else on that of the job it joined."""
        if not self._store.write(statements.DELIVER, self._pen.delivery(record, job)):
            self._note(attempt, job, self._pen.success(record, job))
            self._store.write(statements.UNCLAIM, (record.id,))

    def _note(self, attempt: Attempt | None, job: Job, values: rows.Values) -> None:
        """Writes on the row of a job; where its receipt could not be written before, writes that first."""
        if attempt is not None and self._store.write(statements.NOTE_OWN, {**values, "attempt": attempt.id}):
            return
        self._store.add_index("by_receipt")  # the job was bought by another attempt, or in another process
        if self._store.write(statements.NOTE, values) or attempt is None:
            return
        if self._store.write(statements.ACCEPT, self._pen.acceptance(attempt, job)):
            self._store.write(statements.NOTE, values)

    def _is_news(self, job: Job, state: State) -> bool:
        """Whether a look is worth a write: not the same again, and not the next of a job that hurries through."""
        known, since = self._told.get((job.provider, job.id), (None, -_HURRY_SECONDS))
        return known != state and self._clock.monotonic() - since >= _HURRY_SECONDS

    def _remember(self, job: Job, state: State) -> None:
        """Keeps what was written last about a job that goes on."""
        if len(self._told) >= _REMEMBERED:
            self._told.clear()
        if state not in FINISHED:
            self._told[job.provider, job.id] = state, self._clock.monotonic()

    def _joined(self, attempt: Attempt) -> Job | None:
        """The equal job in flight; without one the attempt is written down as the one that others shall wait for.

        Raises:
            Postponed: Another is about to buy it; its receipt will come.
            ValidationError: Another may have bought it, and its answer is lost.
        """
        self._store.add_index("in_flight")
        found = self._joinable(self._store.ask, attempt)
        if found is None:
            with self._store.writing() as write:
                found = self._joinable(_asking(write), attempt)
                if found is None:
                    write.execute(statements.PUT, self._pen.intent(attempt, "claimed", "no"))
                    return None
        self._awaited[attempt.id] = found.id
        return _job_to_join(found)

    def _joinable(self, ask: Any, attempt: Attempt) -> Entry | None:
        return self._awaited_result(ask, attempt) or self._equal(ask, attempt)

    def _awaited_result(self, ask: Any, attempt: Attempt) -> Entry | None:
        """The purchase that the attempt waited for, if it has a result by now that can be had from its receipt."""
        one = ask(statements.ONE, (self._awaited.get(attempt.id),))
        found = [entry for entry in map(self._entry, one) if entry.state == "succeeded"]
        return next((entry for entry in found if wording.NO_BYTES not in (entry.receipt or "")), None)

    def _equal(self, ask: Any, attempt: Attempt) -> Entry | None:
        equal = ask(statements.EQUAL, (attempt.fingerprint, attempt.payer, attempt.id))
        found = [entry for row in equal if (entry := self._entry(row)).state != "failed"]
        return min(found, key=lambda entry: (entry.job_id is None, entry.state == "unsettled"), default=None)


def _job_to_join(found: Entry) -> Job:
    job = found.job
    if job is not None:
        return job
    if found.state == "unsettled":
        raise ValidationError(
            f"An equal request may have been bought at {found.created_at:%Y-%m-%d %H:%M} UTC, but its answer was lost. "
            f"Look at the list of jobs of {found.provider}; then forget it with: tarash jobs prune {found.id}",
            charged="unknown",
        )
    raise Postponed(_ASK_AGAIN_SECONDS, "an equal request was being bought by somebody else, and no receipt came.")


def _asking(write: sqlite3.Connection) -> Any:
    return lambda query, values=(): write.execute(query, values).fetchall()
