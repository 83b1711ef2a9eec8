"""A row of the ledger as a value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any, Literal

from attrs import field, fields, frozen

from tarash_core.ledger import processes
from tarash_core.models.cost import Cost
from tarash_core.models.execution import Charged
from tarash_core.models.job import ImageJob, Job, Kind, VideoJob, to_moment

State = Literal[
    "claimed",
    "intent",
    "accepted",
    "running",
    "succeeded",
    "failed",
    "cancelled",
    "expired",
    "unsettled",
    "abandoned",
]
"""Where a purchase stands.

``claimed``: about to be prepared, nothing was sent. ``intent``: the purchase may have left. ``accepted`` and
``running``: the provider has it. ``unsettled``: the answer of the purchase is unknown. ``abandoned``: the attempt
ended before its job, which may still deliver.
"""

FINISHED: tuple[State, ...] = ("succeeded", "failed", "cancelled", "expired")
"""The states after which nothing more happens."""

_WITHOUT_OWNER: Mapping[str, State] = {"claimed": "failed", "intent": "unsettled"}
WITH_OWNER: Mapping[str, tuple[State, ...]] = {"failed": ("claimed",), "unsettled": ("intent",)}
"""What may stand in the file for a state that follows from the absence of its process."""

_MOMENTS = ("created_at", "accepted_at", "updated_at", "ended_at", "handed_over_at")
_AS_THEY_ARE = (
    "provider", "model", "kind", "variant", "account", "fingerprint", "idempotency_key", "charged", "job_id",
    "receipt", "error_type", "error_message", "process",
)  # fmt: skip


@frozen(kw_only=True)
class Entry:
    """One purchase.

    Attributes:
        id: Our id of the attempt.
        provider: Canonical name of the provider.
        model: The model id.
        kind: ``video`` or ``image``.
        variant: The way of calling the model, as its mode.
        account: Alias of the account that pays; None for the default key.
        state: Where it stands.
        fingerprint: A hash of what was asked for.
        idempotency_key: What the vendor was sent to recognise a repetition, where it has that.
        estimated_usd: What it should cost in US dollars; None where no price is known.
        charged: ``no``, ``yes`` or ``unknown``.
        cost: What the vendor says it cost.
        job_id: The provider's id of the job.
        receipt: The job as JSON; None while there is none.
        error_type: Name of the class of the error that ended the attempt.
        error_message: Its sentence, redacted; None where it might repeat the prompt.
        process: Host, id and start of the process that last looked after it.
        has_owner: Whether somebody still looks after it.
        created_at: When it was written down first (UTC).
        accepted_at: When the provider took it.
        updated_at: When the row last changed.
        ended_at: When the job ended, or the attempt without one.
        handed_over_at: When its result was given to a caller; it can be fetched for as long as the vendor keeps it.
    """

    id: str
    provider: str
    model: str
    kind: Kind
    variant: str | None
    account: str | None
    state: State
    fingerprint: str
    idempotency_key: str
    estimated_usd: Decimal | None
    charged: Charged
    cost: Cost | None
    job_id: str | None
    receipt: str | None = field(repr=False)
    error_type: str | None
    error_message: str | None
    process: str
    has_owner: bool
    created_at: datetime
    accepted_at: datetime | None
    updated_at: datetime
    ended_at: datetime | None
    handed_over_at: datetime | None

    @property
    def job(self) -> Job | None:
        """The receipt with which the job can be taken up again; None when the provider never answered."""
        if self.receipt is None:
            return None
        return ImageJob.from_json(self.receipt) if self.kind == "image" else VideoJob.from_json(self.receipt)

    @property
    def collectable(self) -> bool:
        """Whether there may be a result that nobody has and nobody waits for."""
        if self.receipt is None or self.handed_over_at is not None:
            return False
        left = not self.has_owner or self.error_type is not None
        return self.state == "abandoned" or (left and self.state in ("accepted", "running", "succeeded"))

    def to_dict(self) -> dict[str, Any]:
        """The row as plain JSON data."""
        names = [attribute.name for attribute in fields(Entry)]
        return {name: _plain(name, getattr(self, name)) for name in names}


def entry_of(row: Mapping[str, Any], now: datetime) -> Entry:
    """The entry of a row.

    A process that was killed leaves its last word behind; what became of it follows from its absence: a claim
    bought nothing, and of an intent nobody knows.
    """
    values: dict[str, Any] = {name: row[name] for name in _AS_THEY_ARE}
    values.update({name: to_moment(row[name]) for name in _MOMENTS})
    has_owner = processes.is_alive(row["process"], values["updated_at"], now)
    return Entry(
        **values,
        id=row["attempt"],
        state=row["state"] if has_owner else _WITHOUT_OWNER.get(row["state"], row["state"]),
        estimated_usd=dollars(row["estimate"]),
        cost=None if row["cost"] is None else Cost.from_json(row["cost"]),
        has_owner=has_owner,
    )


def moment_before(now: datetime, age: timedelta) -> datetime:
    """The moment so long ago; the first that there is for one before the calendar."""
    try:
        return now - age
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)


def dollars(micros: int | None) -> Decimal | None:
    """US dollars of the millionths that the ledger counts in."""
    return None if micros is None else Decimal(micros) / 1_000_000


def micros(usd: Decimal | None) -> int | None:
    """Millionths of a US dollar, rounded up."""
    return None if usd is None else int((usd * 1_000_000).to_integral_value(ROUND_CEILING))


def _plain(name: str, value: Any) -> Any:
    if name == "receipt":
        return None if value is None else json.loads(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Cost):
        return value.to_dict()
    return str(value) if isinstance(value, Decimal) else value
