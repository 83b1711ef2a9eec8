"""Looking after an accepted job until it ends or a clock runs out."""

from __future__ import annotations

from collections.abc import Callable

from attrs import define, field

from tarash_core import errors
from tarash_core.engine.access import Access
from tarash_core.engine.asks import Flow, Sleep
from tarash_core.engine.clocks import FOREVER, Deadline
from tarash_core.engine.exchange import Line, converse
from tarash_core.engine.retry import Retry
from tarash_core.models.job import Job
from tarash_core.plugins import updates

ONE_TRY = Retry(tries=1)
_TROUBLE_FACTOR = 2.0
_TROUBLE_MOST_SECONDS = 30.0
_YOUNG_SECONDS = 30.0
_ASK_AGAIN_SECONDS = 1.0


class OutOfTime(Exception):
    """A clock of the wait ran out.

    Args:
        what: The name of the clock, for the error's sentence.
        seconds: Its length; None where it counts looks.
    """

    def __init__(self, what: str, seconds: float | None) -> None:
        super().__init__(what)
        self.what, self.seconds = what, seconds


@define(eq=False, kw_only=True)
class Watcher:
    """How a job is looked after.

    Attributes:
        access: The account that can ask about it.
        job: The job.
        deadline: When the wait must be over.
        queue_deadline: When it must have left the queue.
        poll_interval: Seconds between two looks; the vendor's cadence when None.
        max_looks: At most so many looks; None for no such limit.
        report: Told of every look; itself a flow, as it may call the user.
        patient: Whether a young job that the vendor does not know is asked for again.
        line: The conversation of every look.
    """

    access: Access
    job: Job
    deadline: Deadline
    queue_deadline: Deadline
    poll_interval: float | None = None
    max_looks: int | None = None
    report: Callable[[updates.Update], Flow[None]] = field(repr=False)
    patient: bool = True
    line: Line = field(init=False, repr=False)

    @line.default
    def _line(self) -> Line:
        return Line(access=self.access, phase="poll", deadline=self.deadline, retry=ONE_TRY)

    def wait_for_end(self) -> Flow[updates.Update]:
        """Looks at the job until it has ended.

        Raises:
            OutOfTime: A clock ran out first.
            TarashException: The vendor refuses to tell, for good.
        """
        looks = trouble = 0
        while True:
            update = yield from self.look()
            looks += 1
            trouble = trouble + 1 if update is None else 0
            if update is not None:
                yield from self.report(update)
                if isinstance(update, updates.ENDED):
                    return update
            self._check_clocks(update, looks)
            yield from self.pause(update, looks, trouble)

    def look(self) -> Flow[updates.Update | None]:
        """One look at the job; None when the trouble is passing and the clock shall decide.

        Raises:
            TarashException: The vendor refuses to tell, for good.
        """
        try:
            if self.patient:
                return (yield from ask(self.line, self.job))
            return (yield from converse(self.line, self.access.provider.poll(self.job)))
        except errors.HTTPConnectionError:
            return None
        except errors.TarashException as error:
            if not error.retryable:
                raise
            asked = getattr(error, "retry_after_seconds", None)
            return None if asked is None else updates.Running(retry_after_seconds=asked)

    def pause(self, update: updates.Update | None, looks: int, trouble: int = 0) -> Flow[None]:
        """Waits until the next look is due; not at all where ``poll_interval`` is 0."""
        seconds = min(self._wait(update, looks, trouble), self.deadline.left())
        if seconds > 0:
            yield Sleep(seconds)

    def _wait(self, update: updates.Update | None, looks: int, trouble: int) -> float:
        usual = self.access.provider.cadence.wait(looks) if self.poll_interval is None else self.poll_interval
        if trouble:
            return max(usual, min(_TROUBLE_MOST_SECONDS, 0.25 * _TROUBLE_FACTOR**trouble))
        return max(usual, getattr(update, "retry_after_seconds", None) or 0.0)

    def _check_clocks(self, update: updates.Update | None, looks: int) -> None:
        if self.deadline.over():
            raise OutOfTime("timeout", self.deadline.seconds)
        if isinstance(update, updates.Queued) and self.queue_deadline.over():
            raise OutOfTime("queue_timeout", self.queue_deadline.seconds)
        if self.max_looks is not None and looks >= self.max_looks:
            raise OutOfTime("max_poll_attempts", None)


def ask(line: Line, job: Job) -> Flow[updates.Update]:
    """What the vendor says about a job.

    That it does not know the job is not believed of one which it took moments ago: not all of its servers may have
    heard of that one, and who believes it buys the job again elsewhere.

    Raises:
        TarashException: The vendor refuses to tell.
    """
    try:
        update: updates.Update = yield from converse(line, line.access.provider.poll(job))
    except errors.JobExpiredError as error:
        if not _is_young(line.access, job):
            raise
        update = updates.Expired(raw=error.raw_response)
    if isinstance(update, updates.Expired) and _is_young(line.access, job):
        return updates.Running(retry_after_seconds=_ASK_AGAIN_SECONDS, raw=update.raw)
    return update


def _is_young(access: Access, job: Job) -> bool:
    return abs((access.clock.now() - job.submitted_at).total_seconds()) < _YOUNG_SECONDS


def settle(access: Access, job: Job, grace_seconds: float) -> Flow[updates.Update | None]:
    """Asks the vendor to stop and waits, for the grace, until its own status says how the job ended.

    Returns:
        The final update; None when the vendor cannot cancel or does not confirm it in time.
    """
    deadline = Deadline.after(access.clock, grace_seconds)
    told = yield from _asked_to_stop(access, job, deadline)
    # That it does not know the job confirms nothing: a cancel may have missed it, and what was deleted may be billed.
    if told is None or (isinstance(told, updates.ENDED) and not isinstance(told, updates.Expired)):
        return told
    forever = Deadline(access.clock, FOREVER)
    watcher = Watcher(access=access, job=job, deadline=deadline, queue_deadline=forever, report=_silent, patient=False)
    try:
        end = yield from watcher.wait_for_end()
    except (OutOfTime, errors.TarashException):
        return None
    return None if isinstance(end, updates.Expired) else end


def _asked_to_stop(access: Access, job: Job, deadline: Deadline) -> Flow[updates.Update | None]:
    if not access.provider.can("cancel"):
        return None
    line = Line(access=access, phase="cancel", deadline=deadline, retry=Retry(tries=2))
    try:
        return (yield from converse(line, access.provider.cancel(job)))
    except errors.TarashException:
        return None


def _silent(update: updates.Update) -> Flow[None]:
    """Reports to nobody."""
    yield from ()
