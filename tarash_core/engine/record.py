"""What is known about an attempt while it runs; becomes an AttemptMetadata at its end."""

from __future__ import annotations

from datetime import datetime

from attrs import define, field

from tarash_core.errors import TarashException, complete
from tarash_core.models.cost import Cost
from tarash_core.models.execution import AttemptMetadata, AttemptStatus, Charged
from tarash_core.models.job import Job
from tarash_core.models.notice import Notice

_MOST_NOTICES = 100


@define(kw_only=True)
class Record:
    """One attempt at work.

    Attributes:
        provider: Canonical name of the provider.
        model: The model id.
        number: Which config of the chain; 1 for the head.
        started_at: When it began (UTC).
        id: Our id of the attempt.
        job: The receipt, once there is one.
        charged: What is known of the bill.
        cost: What the vendor says it cost.
        buying: True from the moment a purchase may have left until its answer is read.
        sent: True once a purchase has left, whatever became of it.
        ended: True once the vendor said that nothing more will happen.
        joined: True when the job was bought by somebody else, who may be waiting for it too.
        notices: What was noticed on the way.
    """

    provider: str
    model: str
    number: int
    started_at: datetime
    id: str | None = None
    job: Job | None = None
    charged: Charged = "no"
    cost: Cost | None = None
    buying: bool = False
    sent: bool = False
    ended: bool = False
    joined: bool = False
    notices: list[Notice] = field(factory=list)

    @property
    def unsettled(self) -> bool:
        """Whether the attempt may still deliver or bill although it failed here."""
        return not self.ended and (self.buying or self.job is not None)

    def buys(self) -> None:
        """A purchase leaves: from here on it may have been carried out."""
        self.buying, self.sent, self.charged = True, True, "unknown"

    def was_refused(self) -> None:
        """The purchase was not carried out."""
        self.buying, self.charged = False, "no"

    def notice(self, code: str, message: str, about: str | None = None) -> None:
        """Adds a notice once; a job that is looked at for days must not gather them without end."""
        found = Notice(code, about, message)
        if len(self.notices) < _MOST_NOTICES and found not in self.notices:
            self.notices.append(found)

    def blame(self, error: TarashException) -> TarashException:
        """Adds to an error what the attempt knows."""
        job = self.job
        return complete(
            error,
            provider=self.provider,
            model=self.model,
            request_id=job.id if job else None,
            job=job,
            charged=self.charged if self.charged != "no" else None,
        )

    def close(self, ended_at: datetime, status: AttemptStatus, error: BaseException | None = None) -> AttemptMetadata:
        """The attempt as it is reported."""
        known = error if isinstance(error, TarashException) else None
        return AttemptMetadata(
            provider=self.provider,
            model=self.model,
            attempt_number=self.number,
            started_at=self.started_at,
            ended_at=ended_at,
            status=status,
            error_type=type(error).__name__ if error is not None else None,
            error_message=str(error) if error is not None else None,
            is_retryable=known.retryable if known else None,
            request_id=self.job.id if self.job else None,
            job=self.job,
            charged=known.charged if known else self.charged,
            cost=self.cost,
            unsettled=status == "failed" and self.unsettled,
            id=self.id,
            notices=tuple(self.notices),
            error=error,
        )
