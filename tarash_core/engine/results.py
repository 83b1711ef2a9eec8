"""From what a provider says to what the caller sees: updates, responses, and the result kept on a job."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from attrs import asdict, evolve

from tarash_core.engine.access import Access
from tarash_core.engine.record import Record
from tarash_core.engine.redaction import redact
from tarash_core.errors import DeliveryError, TarashException
from tarash_core.models.cost import Cost
from tarash_core.models.execution import Charged
from tarash_core.models.job import Job, Kind
from tarash_core.models.media import Media
from tarash_core.models.notice import Notice
from tarash_core.models.plan import Plan
from tarash_core.models.response import ImageGenerationResponse, Response, VideoGenerationResponse
from tarash_core.models.update import ImageGenerationUpdate, Status, Update, VideoGenerationUpdate
from tarash_core.plugins import updates

UPDATES: Mapping[Kind, type[Update]] = {"video": VideoGenerationUpdate, "image": ImageGenerationUpdate}
_WORDS: Mapping[type, Status] = {
    updates.Queued: "queued",
    updates.Running: "processing",
    updates.Done: "completed",
    updates.Failed: "failed",
    updates.Cancelled: "cancelled",
    updates.Expired: "failed",
}


def media_of(output: updates.Output, job: Job, access: Access) -> Media:
    """One output as a lazy medium that knows its job and how to be fetched."""
    lives = output.expires_in_seconds
    return Media(
        output.url if output.url is not None else output.data or b"",
        content_type=output.content_type,
        expires_at=None if lives is None else access.clock.now() + timedelta(seconds=lives),
        width=output.width,
        height=output.height,
        duration_seconds=output.duration_seconds,
        size_bytes=output.size_bytes,
        job=job,
        authenticated=output.authenticated,
        access=access,
    )


def response_of(done: updates.Done, job: Job, access: Access, record: Record, plan: Plan | None) -> Response:
    """The response for a finished job.

    Raises:
        DeliveryError: The provider reports success and names no file.
    """
    if not done.outputs:
        text = "The provider reports success but names no file; look at raw_response, then refresh the job."
        raise DeliveryError(text, raw_response=redact(done.raw, access.secrets))
    media = tuple(media_of(output, job, access) for output in done.outputs)
    common: dict[str, Any] = {
        "request_id": job.id,
        "content_type": media[0].content_type,
        "raw_response": redact(done.raw, access.secrets),
        "notices": (*(plan.notices if plan else ()), *record.notices),
        "cost": done.cost or job.estimated_cost or (plan.estimated_cost if plan else None),
        "job": job,
        "is_mock": bool(job.state.get("mock")),
    }
    if job.kind == "image":
        return ImageGenerationResponse(images=media, revised_prompt=done.revised_prompt, **common)
    seconds = media[0].duration_seconds
    return VideoGenerationResponse(video=media[0], videos=media, duration=seconds, audio_url=done.audio_url, **common)


def shown(update: updates.Update, job: Job, access: Access, record: Record) -> Update:
    """What a progress callback is told."""
    percent = getattr(update, "percent", None)
    return UPDATES[job.kind](
        request_id=job.id,
        status=_WORDS[type(update)],
        progress_percent=100 if isinstance(update, updates.Done) else None if percent is None else round(percent),
        update=_raw(update.raw, access),
        error=getattr(update, "error", None),
        queue_position=getattr(update, "position", None),
        eta_seconds=getattr(update, "eta_seconds", None),
        logs=getattr(update, "logs", ()),
        elapsed_seconds=max(0.0, (access.clock.now() - job.submitted_at).total_seconds()),
        attempt_number=record.number,
        provider=job.provider,
        model=job.model,
        job=job,
        notices=tuple(_word_notices(update, job)),
    )


def _raw(raw: Any, access: Access) -> Mapping[str, Any]:
    told = redact(raw, access.secrets)
    return told if isinstance(told, dict) else {} if told is None else {"raw": told}


def _word_notices(update: updates.Update, job: Job) -> list[Notice]:
    word = getattr(update, "unknown_status", None)
    if word is None:
        return []
    return [Notice("unknown_status", None, f"{job.provider} says {word!r}, which is no known status; waiting on.")]


def kept_result(done: updates.Done, secrets: Iterable[str] = ()) -> dict[str, Any]:
    """The outputs of a vendor that answers at once, as the job keeps them; its answer redacted."""
    return {
        "outputs": [asdict(output, filter=lambda _, value: value not in (None, False)) for output in done.outputs],
        "revised_prompt": done.revised_prompt,
        "cost": done.cost.to_dict() if done.cost else None,
        "raw": redact(done.raw, secrets) if isinstance(done.raw, (dict, list, str)) else None,
    }


def done_of(job: Job) -> updates.Done | None:
    """The finished state that a job carries itself; None for a job that must be asked for.

    Raises:
        DeliveryError: The job came from JSON, which does not include the bytes.
    """
    if job.result is None:
        return None
    outputs = [dict(item) for item in job.result.get("outputs", ())]
    if any(item.pop("bytes_not_included", False) for item in outputs):
        raise DeliveryError(
            f"The JSON of job {job.id} does not include its bytes; save the result before storing the job."
        )
    files = [updates.Output(**item) for item in outputs]
    told = job.result.get("cost")
    cost = Cost.from_dict(dict(told)) if told else None
    return updates.Done(*files, cost=cost, raw=job.result.get("raw"), revised_prompt=job.result.get("revised_prompt"))


def as_error(update: updates.Update, job: Job) -> TarashException:
    """The error for a job that ended without a result."""
    from tarash_core import errors

    match update:
        case updates.Failed(error=error):
            return error
        case updates.Cancelled(charged=charged):
            return errors.JobCancelledError(f"Job {job.id} was cancelled.", charged=charged)
        case _:
            return errors.JobExpiredError(f"{job.provider} no longer knows job {job.id} or no longer keeps its result.")


def charge_of(update: updates.Update) -> Charged:
    """What an ended job says of the bill."""
    match update:
        case updates.Done():
            return "yes"
        case updates.Cancelled(charged=charged):
            return charged
        case updates.Failed(error=error):
            return error._charged or "unknown"
        case _:
            return "unknown"


def with_access(job: Job, access: Access) -> Job:
    """The job, tied to the account and the connections of this process."""
    return evolve(job, access=access)
