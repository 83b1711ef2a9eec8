"""One config of a chain at work: submit, look after, deliver, and leave in good order."""

from __future__ import annotations

import functools
import hashlib
import json
import traceback
import uuid
from collections.abc import Callable
from typing import Any

from attrs import define, field, frozen

from tarash_core import errors
from tarash_core.engine import filling, results
from tarash_core.engine.access import Access
from tarash_core.engine.asks import LEAVING, Flow, Sleep, Tell
from tarash_core.engine.clocks import Deadline
from tarash_core.engine.exchange import Line, converse
from tarash_core.engine.interruption import GRACE_SECONDS
from tarash_core.engine.polling import OutOfTime, Watcher, settle
from tarash_core.engine.record import Record
from tarash_core.engine.redaction import redact_text
from tarash_core.errors import TarashException
from tarash_core.models.config import Config
from tarash_core.models.execution import AttemptMetadata, AttemptStatus
from tarash_core.models.job import ImageJob, Job, VideoJob
from tarash_core.models.plan import MediaLeaf, Plan
from tarash_core.models.response import Response
from tarash_core.plugins import hooks, updates
from tarash_core.plugins.manager import HookManager
from tarash_core.plugins.provider import Attempt
from tarash_core.plugins.specs import Postponed

Callback = Callable[[Any], Any]


@frozen(kw_only=True)
class Listeners:
    """The caller's functions.

    Attributes:
        on_progress: Told of every look at the job.
        on_accepted: Told of the job before the first look.
    """

    on_progress: Callback | None = None
    on_accepted: Callback | None = None


@define(eq=False, kw_only=True)
class Run:
    """Everything that an attempt, or a job taken up again, works with.

    Attributes:
        access: The account.
        config: The config.
        record: What is known so far.
        deadline: When the attempt must be over.
        listeners: The caller's functions.
        plan: The plan; None for a job taken up by its receipt.
        attempt: The attempt, for the hooks; None for a job taken up by its receipt.
    """

    access: Access
    config: Config
    record: Record
    deadline: Deadline
    listeners: Listeners = field(factory=Listeners)
    plan: Plan | None = None
    attempt: Attempt | None = None

    @property
    def extensions(self) -> HookManager | None:
        """The plugins of this gateway alone."""
        return getattr(self.access.session, "extensions", None)

    def watcher(self, job: Job) -> Watcher:
        """How this run looks after its job."""
        return Watcher(
            access=self.access,
            job=job,
            deadline=self.deadline,
            queue_deadline=Deadline.after(self.access.clock, self.config.queue_timeout),
            poll_interval=self.config.poll_interval,
            max_looks=self.config.max_poll_attempts,
            report=functools.partial(report, self, job),
        )


def start(
    access: Access,
    config: Config,
    plan: Plan,
    number: int,
    deadline: Deadline,
    listeners: Listeners,
    attach: bool = False,
) -> Run:
    """A run of a plan that is about to begin; with ``attach`` it may join an equal job instead."""
    identity, now = uuid.uuid4(), access.clock.now()
    record = Record(provider=plan.provider, model=plan.model, number=number, started_at=now, id=identity.hex)
    attempt = Attempt(
        id=identity.hex,
        plan=plan,
        fingerprint=functools.partial(fingerprint, plan, access.account),
        idempotency_key=str(identity),
        account=access.account,
        number=number,
        settings={**access.settings, **config.provider_config},
        webhook_url=config.webhook_url,
        api_version=config.api_version,
        payer=functools.partial(getattr, access, "payer"),
        attach_if_running=attach,
        allow_unknown_cost=config.allow_unknown_cost,
    )
    return Run(
        access=access, config=config, record=record, deadline=deadline, listeners=listeners, plan=plan, attempt=attempt
    )


def fingerprint(plan: Plan, account: str | None) -> str:
    """A hash of what is asked for; equal for equal requests to the same model and account."""
    asked = [plan.provider, plan.model, plan.endpoint, account, plan.payload]
    return hashlib.sha256(_canonical(asked).encode()).hexdigest()


def _identity(value: Any) -> str:
    """What tells a value apart that is no JSON; a local medium is told by its content."""
    if isinstance(value, MediaLeaf) and value.media.scheme != "http":
        digest = hashlib.sha256()
        for chunk in value.media.chunks():
            digest.update(chunk)
        return digest.hexdigest()
    return repr(value)


_canonical = json.JSONEncoder(sort_keys=True, default=_identity).encode


def close(
    run: Run,
    status: AttemptStatus,
    error: BaseException | None = None,
    keep: Callable[[AttemptMetadata], object] = lambda metadata: None,
) -> AttemptMetadata:
    """Ends an attempt: tells its error what is known, ``keep`` and then the hooks how it ended."""
    if isinstance(error, TarashException):
        run.record.blame(error)
    metadata = run.record.close(run.access.clock.now(), status, error)
    keep(metadata)
    hooks.attempt_finished(metadata, run.extensions)
    return metadata


def generate(run: Run) -> Flow[Response]:
    """Buys the job and looks after it to its end.

    Raises:
        TarashException: With the job on it, if there is one.
    """
    try:
        job = yield from submit(run)
        return (yield from finish(run, job))
    except LEAVING:
        yield from _leave(run)
        raise
    except TarashException:
        raise
    except Exception as error:
        if run.record.job is None and not run.record.buying:
            raise
        raise _bug(run, error) from error


def _bug(run: Run, error: Exception) -> errors.PluginError:
    """Somebody's bug as an error of the tree: once there may be a job, it must go with the error."""
    text = redact_text(f"{type(error).__name__}: {error}", run.access.secrets).rstrip(".")
    return errors.PluginError(f"{run.record.provider} was asked for a job, and then something failed with {text}.")


def submit(run: Run) -> Flow[Job]:
    """Fills the payload, asks the hooks, buys, and hands out the receipt.

    Raises:
        TarashException: Nothing was bought, or the record says that this is unknown.
    """
    plan, attempt = run.plan, run.attempt
    if plan is None or attempt is None:
        raise errors.PluginError("Only a planned run can be submitted.")
    joined = yield from _asked(run, attempt)
    if joined is not None:
        return (yield from _join(run, joined))
    ready = yield from filling.filled(run.access, plan, run.deadline)
    hooks.submitting(attempt, run.extensions)
    job = yield from _buy(run, ready, attempt)
    return (yield from _accepted(run, job, attempt))


def _asked(run: Run, attempt: Attempt) -> Flow[Job | None]:
    """The job to join; a plugin that puts the attempt off is asked again until the clock runs out."""
    while True:
        try:
            return hooks.before_submit(attempt, run.extensions)
        except Postponed as put_off:
            if run.deadline.left() <= put_off.seconds:
                sentence = f"The timeout ran out before anything was bought: {put_off.reason}"
                raise errors.TimeoutError(sentence, timeout_seconds=run.deadline.seconds) from put_off
            seconds = put_off.seconds
        yield Sleep(seconds)


def _join(run: Run, job: Job) -> Flow[Job]:
    run.record.joined, run.record.charged = True, "unknown"
    run.record.job = own = results.with_access(job, run.access)
    yield from tell(run, run.listeners.on_accepted, own, "on_accepted")
    return own


def _buy(run: Run, plan: Plan, attempt: Attempt) -> Flow[Job]:
    record = run.record
    line = Line(
        access=run.access,
        phase="submit",
        deadline=run.deadline,
        on_buy=record.buys,
        on_refusal=record.was_refused,
    )
    try:
        said = yield from converse(line, run.access.provider.submit(plan, attempt))
        return _receipt(run, said, attempt)
    except TarashException as error:
        if record.buying and _answer_is_lost(error):
            raise _lost(run, error) from error
        record.buying, record.charged = False, error.charged
        raise


def _answer_is_lost(error: TarashException) -> bool:
    """Whether a purchase that left, and was not refused, may have been carried out: unless the answer tells its end."""
    told = isinstance(error, (errors.ContentModerationError, errors.GenerationFailedError))
    return error._charged != "no" and not told


def _lost(run: Run, error: TarashException) -> errors.LostAnswerError:
    """A purchase whose answer nobody could read: it may be running."""
    return errors.LostAnswerError(
        f"{run.record.provider} may have taken the job, but its answer was lost: {error} "
        "Look at the provider's own list of jobs before you send it again.",
        charged="unknown",
        raw_response=error.raw_response,
    )


def _accepted(run: Run, job: Job, attempt: Attempt) -> Flow[Job]:
    run.record.job, run.record.buying = job, False
    if job.result is not None:
        run.record.ended, run.record.charged = True, "yes"
    hooks.job_accepted(attempt, job, run.extensions)
    yield from tell(run, run.listeners.on_accepted, job, "on_accepted")
    return job


def _receipt(run: Run, said: Any, attempt: Attempt) -> Job:
    """The job of an answer that says yes.

    Raises:
        PluginError: The provider made no receipt of it.
    """
    try:
        if isinstance(said, (updates.Accepted, updates.Done)):
            return _job(run, said, attempt)
        reason = f"{type(said).__name__} is neither Accepted nor Done"
    except (TarashException, TypeError, ValueError, AttributeError) as error:
        reason = redact_text(str(error), run.access.secrets).rstrip(".")
    raise errors.PluginError(f"The provider {run.record.provider} made no receipt of the answer: {reason}.")


def _job(run: Run, said: updates.Accepted | updates.Done, attempt: Attempt) -> Job:
    cls = VideoJob if attempt.plan.kind == "video" else ImageJob
    done = said if isinstance(said, updates.Done) else None
    accepted = said if isinstance(said, updates.Accepted) else updates.Accepted(attempt.id)
    return cls(
        provider=run.record.provider,
        model=run.record.model,
        id=accepted.id,
        variant=attempt.plan.variant,
        state=dict(accepted.state),
        account=run.access.account,
        submitted_at=run.access.clock.now(),
        contract_version=run.access.provider.contract_version,
        result=results.kept_result(done, run.access.secrets) if done else None,
        estimated_cost=accepted.estimate,
        origin=run.access.origin,
        access=run.access,
    )


def finish(run: Run, job: Job) -> Flow[Response]:
    """Looks after an accepted job until it ends, and makes its response.

    Raises:
        TarashException: The job ended badly, a clock ran out, or the vendor refuses to tell.
    """
    try:
        update = results.done_of(job) or (yield from run.watcher(job).wait_for_end())
    except OutOfTime as over:
        update = yield from _out_of_time(run, job, over)
    run.record.ended = True
    return response_for(run, job, update)


def response_for(run: Run, job: Job, update: updates.Update) -> Response:
    """The response for an ended job.

    Raises:
        TarashException: It did not end well.
    """
    if not isinstance(update, updates.Done):
        run.record.charged = results.charge_of(update)
        raise results.as_error(update, job)
    run.record.charged, run.record.cost = "yes", update.cost
    return results.response_of(update, job, run.access, run.record, run.plan)


def _out_of_time(run: Run, job: Job, over: OutOfTime) -> Flow[updates.Update]:
    """Cancels the job; what it turns out to be in the end counts, also when it ended by itself."""
    update = yield from _stopped(run, job)
    if update is not None and not isinstance(update, updates.Cancelled):
        return update
    length = f" of {over.seconds:g} s" if over.seconds is not None else ""
    if update is None:
        raise errors.TimeoutError(
            f"The {over.what}{length} ran out while job {job.id} was unfinished; it may still deliver and bill: "
            "take it up again with wait_job(error.job).",
            timeout_seconds=over.seconds,
            charged="unknown",
        )
    run.record.ended = True
    run.record.charged = update.charged
    raise errors.TimeoutError(
        f"The {over.what}{length} ran out; the provider confirms that job {job.id} was stopped.",
        timeout_seconds=over.seconds,
        charged=update.charged,
    )


def _leave(run: Run) -> Flow[None]:
    """The caller goes away: the vendor is asked to stop."""
    job = run.record.job
    if job is None or run.record.ended:
        return
    update = yield from _stopped(run, job)
    if update is not None:
        run.record.ended, run.record.charged = True, results.charge_of(update)


def _stopped(run: Run, job: Job) -> Flow[updates.Update | None]:
    """How a job ended that is asked to stop; None when that is unknown, or when it is not ours to stop."""
    if run.record.joined:
        return None
    update = yield from settle(run.access, job, GRACE_SECONDS)
    if update is not None:
        hooks.job_updated(run.attempt, job, update, run.extensions)
    return update


def report(run: Run, job: Job, update: updates.Update) -> Flow[None]:
    """Tells hooks and caller of a look at the job."""
    hooks.job_updated(run.attempt, job, update, run.extensions)
    word = getattr(update, "unknown_status", None)
    if word is not None:
        run.record.notice("unknown_status", f"{job.provider} said {word!r}, which is no known status.")
    if run.listeners.on_progress is not None:
        shown = results.shown(update, job, run.access, run.record)
        yield from tell(run, run.listeners.on_progress, shown, "on_progress")


def tell(run: Run, function: Callback | None, argument: Any, name: str) -> Flow[None]:
    """Calls a function of the caller's; what it raises is noted and loses nothing."""
    if function is None:
        return
    problem = yield Tell(function, argument)
    if problem is not None:
        run.record.notice("progress_callback_failed", f"{name} raised {_in_words(problem)}")


def _in_words(problem: BaseException) -> str:
    """Name and sentence of an error, also of one whose ``str()`` fails."""
    return "".join(traceback.format_exception_only(problem)).strip()
