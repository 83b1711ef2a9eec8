"""Where a row stands: what the journal and the ledger together say about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from attrs import frozen

from tarash_core.cli.batch.journal import Journal
from tarash_core.cli.batch.rows import Row

if TYPE_CHECKING:
    from tarash_core.ledger import Entry, Ledger

State = Literal["delivered", "accepted", "unsettled", "failed", "not sent"]
"""``delivered``: the files are there. ``accepted``: the provider has the job, or its result. ``unsettled``: the answer
of the purchase was lost. ``failed``: the job was bought and brought nothing. ``not sent``: nothing was bought."""

_WEIGHT: tuple[State, ...] = ("accepted", "unsettled", "failed", "not sent")


@frozen
class Standing:
    """Where a row stands, and the purchase that says so, if there was one."""

    state: State
    entry: Entry | None = None


def standing_of(row: Row, journal: Journal, ledger: Ledger | None) -> Standing:
    """Where a row stands.

    Args:
        row: The row.
        journal: What was begun and saved.
        ledger: What became of the attempts; None where nothing is really bought.

    Raises:
        ValidationError: The ledger cannot be read.
    """
    saved = journal.delivered.get(row.id)
    if saved is not None and all((journal.folder / name).is_file() for name in saved["files"]):
        return Standing("delivered")
    attempts = journal.attempts.get(row.id, ())
    # None for one that was never sent, or that somebody took out of the ledger.
    entries = [entry for id in attempts if ledger is not None and (entry := ledger.find(id)) is not None]
    found = [Standing(_state(entry), entry) for entry in reversed(entries)]
    return min(found, key=lambda standing: _WEIGHT.index(standing.state), default=Standing("not sent"))


def _state(entry: Entry) -> State:
    from tarash_core.ledger.wording import NO_BYTES

    if entry.state in ("accepted", "running", "abandoned", "succeeded") and entry.receipt is not None:
        return "failed" if NO_BYTES in entry.receipt else "accepted"
    if entry.state in ("intent", "unsettled"):
        return "unsettled"
    refused = entry.charged == "no" and (entry.job_id is None or entry.state == "cancelled")
    return "not sent" if refused or entry.state == "claimed" else "failed"
