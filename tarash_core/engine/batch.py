"""Many requests through one gateway: which goes next, what has ended, and what is left behind. No I/O, no threads."""

from __future__ import annotations

import functools
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from typing import Any, TypeAlias

from attrs import define, evolve, field, frozen

from tarash_core import errors
from tarash_core.engine import calls
from tarash_core.engine.asks import Flow
from tarash_core.engine.attempt import Listeners
from tarash_core.engine.fallback import flattened
from tarash_core.engine.session import Session
from tarash_core.models.batch import BatchItem
from tarash_core.models.config import Config
from tarash_core.models.execution import AttemptMetadata, ExecutionMetadata
from tarash_core.models.job import Job, Kind
from tarash_core.models.plan import Plan
from tarash_core.models.request import Request
from tarash_core.models.response import Response
from tarash_core.plugins.manager import HookManager, make_plugin_manager
from tarash_core.plugins.provider import Attempt
from tarash_core.plugins.specs import Postponed, hookimpl

Given: TypeAlias = Request | Plan | Job
"""A row: a request or a plan to buy, or a job to take up."""

CURRENT_ROW: ContextVar[int | None] = ContextVar("tarash_batch_row", default=None)
"""Index of the row that the code at work belongs to; hooks may read it. None outside a batch."""

_ASK_AGAIN_SECONDS = 0.25


@define(eq=False)
class Schedule:
    """The state of a batch; its driver calls it from one place at a time.

    Attributes:
        most: At most so many rows at once.
        taken: How many rows were taken from the source; the index of the next one.
        running: The rows that have begun and not ended, by index.
        ended: What ended and was not handed out yet, in the order of ending.
        closed: Whether no further row begins: the source is at its end, or the caller has left.
        failure: What the source raised, until it is handed out.
    """

    most: int
    taken: int = 0
    running: dict[int, Given] = field(factory=dict)
    ended: deque[BatchItem] = field(factory=deque)
    closed: bool = False
    failure: BaseException | None = None

    def has_room(self) -> bool:
        """Whether the next row may be taken from the source."""
        return not self.closed and len(self.running) < self.most

    def begin(self, given: Given) -> int | None:
        """The index of a row that shall begin now; None when it must not begin any more."""
        if self.closed:
            return None
        index, self.taken = self.taken, self.taken + 1
        self.running[index] = given
        return index

    def end(self, item: BatchItem) -> None:
        """A row has ended; only the first end of a row counts."""
        if item.index in self.running:
            del self.running[item.index]
            self.ended.append(item)

    def close(self, failure: BaseException | None = None) -> None:
        """No further row begins; those that have begun go on."""
        self.closed, self.failure = True, self.failure or failure

    def next_ended(self) -> BatchItem | None:
        """The next item to hand out, if one has ended."""
        return self.ended.popleft() if self.ended else None

    def is_over(self) -> bool:
        """Whether nothing is to be waited for.

        Raises:
            BaseException: What the source raised, once everything that had begun was handed out.
        """
        if not self.closed or self.running or self.ended:
            return False
        failure, self.failure = self.failure, None
        if failure is not None:
            raise failure
        return True


@frozen(kw_only=True)
class Rows:
    """What the rows of a batch share.

    Attributes:
        session: The gateway's state.
        kind: What is made.
        head: The head of the chain.
        most: At most so many rows at once.
        attach: Whether equal jobs in flight are joined.
        on_progress: Told the index of a row and every look at its job.
        on_accepted: Told the index of a row and its job before the first look.
        accepted: The last job that each row at work has bought.
    """

    session: Session
    kind: Kind
    head: Config
    most: int
    attach: bool = False
    on_progress: Callable[[int, Any], Any] | None = None
    on_accepted: Callable[[int, Any], Any] | None = None
    accepted: dict[int, Job] = field(factory=dict)

    def flow(self, index: int, given: Given) -> Flow[Response]:
        """The flow of one row: a job is waited for, anything else is bought.

        Raises:
            ValidationError: It is no request, plan or job, or one of the other kind.
        """
        try:
            return (yield from self._steps(index, given))
        finally:
            self.accepted.pop(index, None)

    def _steps(self, index: int, given: Given) -> Flow[Response]:
        on_progress = self.on_progress and functools.partial(self.on_progress, index)
        listeners = Listeners(on_progress=on_progress, on_accepted=functools.partial(self._keep, index))
        if isinstance(given, Job):
            if given.kind != self.kind:
                raise errors.ValidationError(f"Job {given.id} makes {given.kind}; take it up with batch_{given.kind}.")
            return calls.wait(self.session, given, listeners, None, self._config_of(given))
        order = calls.order_of(self.kind, self.head, _checked(given), {}, self.attach)
        return calls.generate(self.session, order, listeners, None)

    def _keep(self, index: int, job: Job) -> Any:
        """Remembers the job of a row, for a row that cannot tell itself, and tells the caller of it."""
        self.accepted[index] = job
        return self.on_accepted(index, job) if self.on_accepted is not None else None

    def _config_of(self, job: Job) -> Config | None:
        """The config of the chain that bought a job, if one of them can have."""
        chain = (config for config in flattened(self.head) if config.account == job.account)
        return next((config for config in chain if _name_of(self.session, config) == job.provider), None)


def _checked(given: Any) -> Request | Plan:
    if isinstance(given, (Request, Plan)):
        return given
    raise errors.ValidationError(f"A batch takes requests, plans and jobs, not a {type(given).__name__}.")


def rows_of(
    session: Session,
    kind: Kind,
    head: Config,
    concurrency: int,
    provider_concurrency: Mapping[str, int] | None,
    **rest: Any,
) -> Rows:
    """The rows of a batch, with the limits of each provider of the chain.

    Raises:
        ValidationError: A limit is no whole number above 0.
    """
    given = {_canonical(name): _limit(limit, name) for name, limit in (provider_concurrency or {}).items()}
    limits: dict[str, int] = {}
    for config in flattened(head):
        name = _name_of(session, config)
        published = session.provider_of(config).running_limits.get(kind) if name is not None else None
        if name is not None and (limit := given.get(name, published)) is not None:
            limits[name] = limit
    first = limits.pop(_name_of(session, head) or "", None)
    most = _limit(concurrency, None)
    if limits:
        session = evolve(session, extensions=_with_slots(session.extensions, Slots(limits)))
    return Rows(session=session, kind=kind, head=head, most=most if first is None else min(most, first), **rest)


def _limit(value: Any, provider: str | None) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    name = "concurrency" if provider is None else f"provider_concurrency[{provider!r}]"
    raise errors.ValidationError(f"{name} must be a whole number above 0, not {value!r}.")


def _canonical(name: str) -> str:
    from tarash_core.plugins.loader import load_provider

    return load_provider(name).name


def _name_of(session: Session, config: Config) -> str | None:
    """The canonical name of a config's provider; None for one that cannot be loaded, which its attempt will tell."""
    try:
        return session.provider_of(config).name
    except errors.TarashException:
        return None


def _with_slots(own: HookManager | None, slots: Slots) -> HookManager:
    manager = make_plugin_manager()
    for name, plugin in own.list_name_plugin() if own is not None else ():
        if plugin is not None:
            manager.add(plugin, name)
    manager.add(slots, "batch")
    return manager


class Slots:
    """An extension that keeps the fallbacks of a batch below the limit of their provider.

    The head of the chain needs none: of its rows no more begin than it may have.

    Args:
        limits: At most so many attempts at once, by canonical name.
    """

    def __init__(self, limits: Mapping[str, int]) -> None:
        self._limits = limits
        self._held: dict[str, str] = {}
        self._lock = threading.Lock()

    @hookimpl(tryfirst=True)
    def tarash_before_submit(self, attempt: Attempt) -> None:
        """Takes a slot, or puts the attempt off until one is free."""
        provider = attempt.plan.provider
        limit = self._limits.get(provider)
        with self._lock:
            if limit is None or attempt.id in self._held:
                return
            if sum(holder == provider for holder in self._held.values()) >= limit:
                raise Postponed(_ASK_AGAIN_SECONDS, f"{provider} was busy with {limit} other jobs of this batch.")
            self._held[attempt.id] = provider

    @hookimpl
    def tarash_attempt_finished(self, record: AttemptMetadata) -> None:
        """Gives the slot back."""
        with self._lock:
            self._held.pop(record.id or "", None)


def failed(index: int, given: Given, error: BaseException) -> BatchItem:
    """The item of a row that brought no response: it failed, or the batch was left before it ended."""
    if isinstance(error, errors.TarashException):
        known = error
    elif isinstance(error, Exception):
        known = _failed_otherwise(error)
    else:
        known = left_behind(given, error)
    return BatchItem(index=index, request=given, error=known)


def _failed_otherwise(error: Exception) -> errors.PluginError:
    """The error of a row that a function of the user's ended, with what the row had bought before."""
    metadata = getattr(error, "execution_metadata", None)
    last = _last_of(metadata)
    known: dict[str, Any] = {"job": last.job, "charged": last.charged} if last is not None else {}
    made = errors.PluginError(f"The row failed with {type(error).__name__}: {error}.", **known)
    made.__cause__ = error
    made.execution_metadata = metadata
    return made


def _last_of(metadata: ExecutionMetadata | None) -> AttemptMetadata | None:
    """The attempt that tells how a row stands: one that may still deliver, else one with a job, else the last."""
    attempts = metadata.attempts[::-1] if metadata is not None else ()
    ranks = (lambda one: one.unsettled, lambda one: one.job is not None, lambda one: True)
    return next((one for fits in ranks for one in attempts if fits(one)), None)


def left_behind(
    given: Given, leaving: BaseException | None = None, accepted: Job | None = None
) -> errors.TarashException:
    """The error of a row that was left.

    Args:
        given: The row.
        leaving: What ended it, with the word of the engine on it; None when it does not end.
        accepted: The last job that was bought for it, if any.
    """
    metadata = getattr(leaving, "execution_metadata", None)
    last = _last_of(metadata)
    known = getattr(leaving, "job", None) or accepted or (given if isinstance(given, Job) else None)
    job = known if last is None else last.job
    made = _error_of(job, last, told=leaving is not None)
    errors.complete(made, provider=last.provider if last else None, model=last.model if last else None, job=job)
    made.execution_metadata = metadata
    for note in getattr(leaving, "__notes__", ()):
        made.add_note(note)
    return made


def _error_of(job: Job | None, last: AttemptMetadata | None, told: bool) -> errors.TarashException:
    look = "look at the provider's own list of jobs before you send it again."
    if job is not None and last is not None and not last.unsettled:
        return _ended(job, last)
    if job is not None:
        sentence = f"The batch was left while job {job.id} was unfinished; take it up with wait_job(item.error.job)."
        return errors.TarashException(sentence, charged="unknown")
    if not told:
        sentence = f"The batch was left while an answer was on its way; {look}"
        return errors.LostAnswerError(sentence, charged="unknown")
    if last is not None and last.unsettled:
        sentence = f"The batch was left while {last.provider} was asked for the job, which it may have taken; {look}"
        return errors.LostAnswerError(sentence, charged="unknown")
    return errors.TarashException("The batch was left before anything was bought for this row.", charged="no")


def _ended(job: Job, last: AttemptMetadata) -> errors.TarashException:
    if last.charged != "yes":
        return errors.JobCancelledError(f"The batch was left, and job {job.id} was stopped.", charged=last.charged)
    way = "wait_job(item.error.job) hands over its result, if it has one."
    return errors.TarashException(f"The batch was left; job {job.id} has ended and was charged: {way}", charged="yes")


def mention(outgoing: BaseException | None, unread: Iterable[BatchItem]) -> None:
    """Notes on an exception that leaves a batch which jobs go on without it, so that their receipts are not lost."""
    for item in unread if outgoing is not None else ():
        for note in getattr(item.error, "__notes__", ()):
            outgoing.add_note(note)  # type: ignore[union-attr]
