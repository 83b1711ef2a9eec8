"""The flow behind each public function, the same for sync and async, video and image."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, TypeVar

from attrs import evolve, field, frozen

from tarash_core.engine import attempt, delivery, fallback, polling, results
from tarash_core.engine.access import Access
from tarash_core.engine.asks import LEAVING, Flow
from tarash_core.engine.attempt import Listeners, Run
from tarash_core.engine.clocks import Deadline
from tarash_core.engine.comparing import mismatches
from tarash_core.engine.exchange import Line, converse
from tarash_core.engine.polling import Watcher
from tarash_core.engine.record import Record
from tarash_core.engine.session import Session
from tarash_core.errors import TarashException, ValidationError, complete
from tarash_core.models.config import CONFIGS, Config, to_config
from tarash_core.models.execution import ExecutionMetadata
from tarash_core.models.job import Job, Kind
from tarash_core.models.plan import Plan
from tarash_core.models.request import Request, request_of
from tarash_core.models.response import Response, VideoGenerationResponse
from tarash_core.models.update import Update
from tarash_core.plugins import updates

T = TypeVar("T")


@frozen(kw_only=True)
class Order:
    """A call, read and checked.

    Attributes:
        head: The head of the chain.
        request: What is wanted.
        plans: Plans that the caller hands in, by provider and model.
        attach: Whether an equal job in flight is joined.
    """

    head: Config
    request: Request
    plans: Mapping[tuple[str, str], Plan] = field(factory=dict)
    attach: bool = False


def order_of(
    kind: Kind, target: Any, given: Request | Plan | None, fields: Mapping[str, Any], attach: bool = False
) -> Order:
    """Reads the arguments of a call: a config, and then a request, a plan or keywords, never two of them.

    Raises:
        ValidationError: They are mixed, misspelt, or of the other kind.
    """
    head = to_config(kind, target)
    if given is not None and fields:
        raise ValidationError(f"Pass a request or its fields as keywords, not both; extra: {', '.join(fields)}.")
    if isinstance(given, Plan):
        _check_kind(kind, given.kind)
        plans = {(plan.provider, plan.model): plan for plan in (given, *given.fallbacks)}
        return Order(head=head, request=given.request, plans=plans, attach=attach)
    request = request_of(kind, _fields_only(kind, fields)) if given is None else given
    if not isinstance(request, Request):
        raise ValidationError(f"The second argument is a request or a plan, not a {type(request).__name__}.")
    _check_kind(kind, request.kind)
    return Order(head=head, request=request, attach=attach)


def _check_kind(kind: Kind, other: Kind) -> None:
    if kind != other:
        raise ValidationError(f"This is a request for {other}, and the function makes {kind}; use generate_{other}.")


def _fields_only(kind: Kind, fields: Mapping[str, Any]) -> Mapping[str, Any]:
    from tarash_core.models.base import field_names

    settings = [name for name in fields if name in field_names(CONFIGS[kind]) and name != "mode"]
    own = [name for name in settings if name not in _request_names(kind)]
    if own:
        raise ValidationError(f"{own[0]} belongs to the config: {CONFIGS[kind].__name__}(..., {own[0]}=...).")
    return fields


def _request_names(kind: Kind) -> list[str]:
    from tarash_core.models.base import field_names
    from tarash_core.models.request import REQUESTS

    return field_names(REQUESTS[kind])


def check_listeners(listeners: Listeners, is_async: bool) -> None:
    """Refuses an async callback in the sync API before anything is sent.

    Raises:
        ValidationError: It would never be awaited.
    """
    for name in ("on_progress", "on_accepted"):
        function = getattr(listeners, name)
        if function is None:
            continue
        if not callable(function):
            raise ValidationError(f"{name} must be a function, not {function!r}.")
        if not is_async and inspect.iscoroutinefunction(function):
            raise ValidationError(f"{name} is async; use generate_…_async, or pass a plain function.")


def check_attach(session: Session, wanted: object) -> bool:
    """Whether an equal job in flight shall be joined.

    Raises:
        ValidationError: There is no ledger to find it in.
    """
    if not isinstance(wanted, bool):
        raise ValidationError(f"attach_if_running must be True or False, not {wanted!r}.")
    if wanted and session.extensions is None:
        from tarash_core.ledger import enabled

        if enabled() is None:
            raise ValidationError(
                "attach_if_running looks for the job in a ledger: give one with Gateway(ledger='jobs.db'), or call "
                "tarash_core.ledger.enable()."
            )
    return wanted


def plan(session: Session, order: Order) -> Plan:
    """The plan of a chain; errors as in ``plan_video``."""
    return fallback.planned(session, order.head, order.request)


def generate(
    session: Session, order: Order, listeners: Listeners, download_to: str | PathLike[str] | None
) -> Flow[Response]:
    """Runs a chain to its response."""
    chain = fallback.Chain(
        session=session,
        head=order.head,
        request=order.request,
        listeners=listeners,
        plans=dict(order.plans),
        attach=order.attach,
    )
    response: Response = yield from chain.run()
    if download_to is None:
        return response
    return (yield from downloaded(session, response, Path(download_to), chain.tried[-1]))


def downloaded(session: Session, response: Response, folder: Path, planned: Plan) -> Flow[Response]:
    """The response with its outputs as files in a folder, and a notice where a file is not what was asked for.

    Raises:
        DeliveryError: A file cannot be had; the error carries the job, which is paid for.
    """
    job = response.job
    try:
        kept = yield from delivery.saved_all(
            response.outputs, lambda media: access_of(session, media.access, job), folder
        )
    except TarashException as error:
        error.execution_metadata = response.execution_metadata
        raise complete(error, job=job, charged="yes") from error.__cause__
    except LEAVING as leaving:
        leaving.execution_metadata = response.execution_metadata  # type: ignore[union-attr]
        raise
    notices = dict.fromkeys(notice for media in kept for notice in mismatches(planned, media))
    common: dict[str, Any] = {"content_type": kept[0].content_type, "notices": (*response.notices, *notices)}
    if isinstance(response, VideoGenerationResponse):
        seconds = kept[0].duration_seconds
        return evolve(response, video=kept[0], videos=kept, duration=seconds or response.duration, **common)
    return evolve(response, images=kept, image=kept[0], **common)  # type: ignore[call-arg]


def access_of(session: Session, access: Access | None, job: Job | None) -> Access:
    """The way to a medium: as it was in this process, or through the account of its job."""
    if access is not None:
        return access
    if job is None:
        raise ValidationError("The medium has no job; only a result can be fetched with its account.")
    return session.access_of(job)


def submit(session: Session, order: Order, listeners: Listeners) -> Flow[Job]:
    """Buys the job of the head of a chain and returns its receipt; fallbacks are left alone.

    Raises:
        TarashException: With the record of the attempt.
    """
    ready = order.plans.get((order.head.provider, order.head.model))
    total = Deadline.after(session.clock, order.head.total_timeout)
    link = yield from fallback.discovered(session, order.head, order.request, ready, total)
    if isinstance(link, fallback.Refusal):
        raise link.error
    deadline = Deadline.after(session.clock, order.head.timeout).sooner(total)
    run = attempt.start(link.access, order.head, link.plan, 1, deadline, listeners, order.attach)
    try:
        return (yield from attempt.submit(run))
    except BaseException as error:
        metadata = ExecutionMetadata(attempts=(attempt.close(run, "failed", error),))
        error.execution_metadata = metadata  # type: ignore[attr-defined]
        raise


def _resumed(session: Session, job: Job, listeners: Listeners, timeout: float | None, config: Config | None) -> Run:
    given = None if config is None else to_config(job.kind, config)
    access = session.access_of(job, given)
    settings = session.config_of(job, given)
    if timeout is not None:
        settings = settings.replace(timeout=timeout)
    started = session.clock.now()
    record = Record(provider=job.provider, model=job.model, number=1, started_at=started, job=job, charged="unknown")
    deadline = Deadline.after(session.clock, settings.timeout)
    return Run(access=access, config=settings, record=record, deadline=deadline, listeners=listeners)


def wait(
    session: Session, job: Job, listeners: Listeners, timeout: float | None, config: Config | None
) -> Flow[Response]:
    """Takes up a job by its receipt and waits for its end; a clock that runs out leaves the job running."""
    run = _resumed(session, job, listeners, timeout, config)
    own = results.with_access(job, run.access)
    return (yield from _blamed(run, _ended(run, own)))


def _blamed(run: Run, steps: Flow[T]) -> Flow[T]:
    """The same steps; their error says which job it is about and what is known of its bill."""
    try:
        return (yield from steps)
    except TarashException as error:
        raise run.record.blame(error) from error.__cause__


def _ended(run: Run, job: Job) -> Flow[Response]:
    update = results.done_of(job) or (yield from _waited(run, job))
    run.record.ended = True
    return attempt.response_for(run, job, update)


def _waited(run: Run, job: Job) -> Flow[updates.Update]:
    from tarash_core.engine.polling import OutOfTime
    from tarash_core.errors import TimeoutError

    try:
        return (yield from run.watcher(job).wait_for_end())
    except OutOfTime as over:
        raise TimeoutError(
            f"Job {job.id} was unfinished when {over.what} ran out; it goes on, so wait_job it again.",
            timeout_seconds=over.seconds,
            charged="unknown",
        ) from None


def refresh(session: Session, job: Job, config: Config | None) -> Flow[Update]:
    """One look at a job."""
    run = _resumed(session, job, Listeners(), None, config)
    own = results.with_access(job, run.access)
    line = Line(access=run.access, phase="poll", deadline=run.deadline)
    return (yield from _blamed(run, _looked(run, own, lambda: polling.ask(line, own))))


def _looked(run: Run, job: Job, ask: Callable[[], Flow[updates.Update]]) -> Flow[Update]:
    """What the caller sees of a look, of which the observers are told; a job that has its result is not asked for."""
    update = results.done_of(job) or (yield from ask())
    yield from attempt.report(run, job, update)
    return shown_with_result(run, job, update)


def cancel(session: Session, job: Job, config: Config | None) -> Flow[Update]:
    """Asks the vendor to stop a job, and returns what it says.

    Raises:
        ValidationError: The vendor has no way to cancel.
    """
    run = _resumed(session, job, Listeners(), None, config)
    own = results.with_access(job, run.access)
    if not run.access.provider.can("cancel"):
        raise ValidationError(f"{job.provider} cannot cancel a job; it runs to its end and may be billed.", job=own)
    line = Line(access=run.access, phase="cancel", deadline=run.deadline)
    return (yield from _blamed(run, _looked(run, own, lambda: converse(line, run.access.provider.cancel(own)))))


def shown_with_result(run: Run, job: Job, update: updates.Update) -> Update:
    """What the caller sees of a look, with the response when the job has finished."""
    shown = results.shown(update, job, run.access, run.record)
    if isinstance(update, updates.Done):
        return evolve(shown, result=attempt.response_for(run, job, update))  # type: ignore[call-arg]
    return shown


class Watch:
    """Successive looks at a job; asked for one at a time, by a sync or an async iterator."""

    def __init__(self, session: Session, job: Job, timeout: float | None, config: Config | None) -> None:
        self._run = _resumed(session, job, Listeners(), timeout, config)
        self._job = results.with_access(job, self._run.access)
        self._watcher: Watcher = self._run.watcher(self._job)
        self._last: updates.Update | None = None
        self._looks = self._trouble = 0
        self._ended = False

    def next_look(self) -> Flow[Update | None]:
        """The next update; None when the job has ended or the clock has run out."""
        return None if self._ended else (yield from _blamed(self._run, self._next()))

    def _next(self) -> Flow[Update | None]:
        update: updates.Update | None = results.done_of(self._job)
        while update is None:
            if self._looks:
                yield from self._watcher.pause(self._last, self._looks, self._trouble)
            if self._run.deadline.over():
                return None
            self._looks += 1
            update = self._last = yield from self._watcher.look()
            self._trouble = self._trouble + 1 if update is None else 0
        self._ended = isinstance(update, updates.ENDED)
        yield from attempt.report(self._run, self._job, update)
        return shown_with_result(self._run, self._job, update)
