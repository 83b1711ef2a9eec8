"""What was tried: every attempt of a chain, with its job, its error and its cost."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from attrs import field, frozen

from tarash_core.models.base import Value, to_tuple
from tarash_core.models.cost import Cost
from tarash_core.models.job import Job, to_moment
from tarash_core.models.notice import Notice

Charged = Literal["no", "yes", "unknown"]
AttemptStatus = Literal["success", "failed", "skipped"]


@frozen(kw_only=True)
class AttemptMetadata(Value):
    """One config of a chain and what came of it.

    Attributes:
        provider: Canonical name of the provider.
        model: The model id.
        attempt_number: 1 for the head of the chain.
        started_at: When the attempt began (UTC).
        ended_at: When it ended (UTC); None while it runs.
        status: ``success``, ``failed``, or ``skipped`` when it was not worth trying.
        error_type: Name of the error's class.
        error_message: The error's sentence.
        is_retryable: Whether the error said that the same request may succeed later.
        request_id: The provider's id of the job.
        job: The receipt of the job, if one was accepted.
        charged: ``no``, ``yes`` or ``unknown``.
        cost: What it cost, where the provider tells.
        unsettled: True when the attempt failed here but may still deliver or bill.
        id: Our id of the attempt.
        notices: What was noticed on the way, whatever came of the attempt.
    """

    provider: str
    model: str
    attempt_number: int
    started_at: datetime = field(converter=to_moment)
    ended_at: datetime | None = field(default=None, converter=to_moment)
    status: AttemptStatus = "failed"
    error_type: str | None = None
    error_message: str | None = None
    is_retryable: bool | None = None
    request_id: str | None = None
    job: Job | None = None
    charged: Charged = "no"
    cost: Cost | None = None
    unsettled: bool = False
    id: str | None = None
    notices: tuple[Notice, ...] = field(default=(), converter=to_tuple)
    error: Any = field(default=None, repr=False, eq=False, hash=False, metadata={"private": True, "live": True})

    @property
    def elapsed_seconds(self) -> float | None:
        """Length of the attempt in seconds; None while it runs."""
        return None if self.ended_at is None else (self.ended_at - self.started_at).total_seconds()


@frozen(kw_only=True)
class ExecutionMetadata(Value):
    """Every attempt that was made, in order; on the response and on the error alike.

    Attributes:
        attempts: One entry for each config that was tried or skipped.
        configs_in_chain: How many configs the chain has.
    """

    attempts: tuple[AttemptMetadata, ...] = field(default=(), converter=to_tuple)
    configs_in_chain: int = 1

    @property
    def total_attempts(self) -> int:
        """How many configs were tried; skipped ones do not count."""
        return sum(attempt.status != "skipped" for attempt in self.attempts)

    @property
    def successful_attempt(self) -> int | None:
        """The number of the attempt that delivered; None if none did."""
        return next((a.attempt_number for a in self.attempts if a.status == "success"), None)

    @property
    def fallback_triggered(self) -> bool:
        """Whether more than the head of the chain was looked at."""
        return len(self.attempts) > 1

    @property
    def total_elapsed_seconds(self) -> float | None:
        """Seconds from the first start to the last end; None while an attempt runs."""
        ends = [attempt.ended_at for attempt in self.attempts]
        if not ends or any(end is None for end in ends):
            return None
        return (max(end for end in ends if end) - self.attempts[0].started_at).total_seconds()

    @property
    def abandoned_jobs(self) -> tuple[Job, ...]:
        """Jobs that were left behind and may still deliver or bill; take them up with ``wait_job``."""
        return tuple(a.job for a in self.attempts if a.unsettled and a.job is not None)
