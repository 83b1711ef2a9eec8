"""fal's error answers as ours: class, ``retryable`` and ``charged`` (dossier fal.md, section 6)."""

from __future__ import annotations

import re
from typing import Any

from attrs import field, frozen

from tarash_core import errors
from tarash_core.engine.redaction import redact, redact_text
from tarash_core.plugins import Headers, HttpResponse, Phase, body_of, retry_after_seconds, words_of

MODEL_TYPES: dict[str, tuple[int, bool]] = {
    "internal_server_error": (500, True),
    "generation_timeout": (504, True),
    "downstream_service_error": (500, True),
    "downstream_service_unavailable": (500, True),
    "content_policy_violation": (422, False),
    "no_media_generated": (422, True),
    "image_too_small": (422, False),
    "image_too_large": (422, False),
    "image_load_error": (422, False),
    "unsupported_image_format": (422, False),
    "file_download_error": (422, True),
    "file_too_large": (422, False),
    "invalid_archive": (422, False),
    "face_detection_error": (422, False),
    "feature_not_supported": (422, False),
    "unsupported_audio_format": (422, False),
    "unsupported_video_format": (422, False),
    "audio_duration_too_long": (422, False),
    "audio_duration_too_short": (422, False),
    "video_duration_too_long": (422, False),
    "video_duration_too_short": (422, False),
}
"""The models' own error types: the documented status, and whether the same request may succeed later.

Any other type is one of the validator's (``missing``, ``literal_error``, ``greater_than`` …): 422, refused before any
work.
"""

PLATFORM_TYPES: dict[str, tuple[int, bool]] = {
    "request_timeout": (504, True),
    "startup_timeout": (504, True),
    "runner_scheduling_failure": (503, True),
    "runner_connection_timeout": (503, True),
    "runner_disconnected": (503, True),
    "runner_connection_refused": (503, True),
    "runner_connection_error": (503, True),
    "runner_incomplete_response": (502, True),
    "runner_server_error": (500, True),
    "client_disconnected": (499, False),
    "client_cancelled": (499, False),
    "bad_request": (400, False),
    "internal_error": (500, True),
}
"""The platform's error types, likewise."""

TYPES = {**MODEL_TYPES, **PLATFORM_TYPES}

_CANCELLED = ("client_cancelled", "client_disconnected")
_FLAGGED = re.compile(r"\b(flagged|safety|sensitive|moderation|nsfw|content policy)\b", re.IGNORECASE)
_BALANCE = re.compile(r"balance|top.?up|credit", re.IGNORECASE)


@frozen
class Problem:
    """What one error answer says.

    Attributes:
        status: The HTTP status; None where only a text is known.
        type: fal's word for it; None where it has none.
        words: fal's sentence, redacted.
        body: The body as JSON, or as text.
        headers: The headers of the answer.
    """

    status: int | None
    type: str | None
    words: str
    body: Any
    headers: Headers = field(factory=Headers)

    @classmethod
    def of(cls, response: HttpResponse) -> Problem:
        """The problem that an answer of 400 and above holds."""
        body, headers = body_of(response), response.headers
        return cls(response.status, headers.get("x-fal-error-type") or _type(body), _words(body), body, headers)

    @classmethod
    def told(cls, words: Any, type: Any, body: Any, status: int | None = None) -> Problem:
        """The problem that a status or a callback tells without an answer of its own."""
        known = type if isinstance(type, str) else _type(body)
        documented = TYPES.get(known or "", (None,))[0]
        return cls(status or documented, known, _words(words) or _words(body), body)

    @property
    def is_vendors(self) -> bool:
        """Whether fal itself says it, and not a proxy on the way."""
        return isinstance(self.body, dict) and bool(self.words)

    @property
    def is_ingress(self) -> bool:
        """Whether fal's gateway refused the request before anybody took it."""
        return "nginx" in str(self.body) and "x-fal-request-id" not in self.headers

    @property
    def is_moderation(self) -> bool:
        """Whether the content was refused: by the type first, where there is none by the words."""
        if self.type not in (None, "value_error"):
            return self.type == "content_policy_violation"
        return self.status in (None, 400, 422) and bool(_FLAGGED.search(self.words))


def refused(problem: Problem, phase: Phase) -> errors.TarashException:
    """Our error for a request that fal refused.

    Args:
        problem: What fal said.
        phase: What the request was for.
    """
    known = _known(problem, phase, _charge_of_submit(problem) if phase == "submit" else None)
    words = problem.words or "without a word"
    return _usual(problem, known) or errors.HTTPError(
        f"fal answered {problem.status} to the {phase} request: {words}.", status_code=problem.status, **known
    )


def ended(problem: Problem) -> errors.TarashException:
    """Our error for a job that fal took and that ended without a result."""
    known = _known(problem, None, _charge_of_job(problem))
    if error := _usual(problem, known):
        return error
    words, status = problem.words or "it gave no reason", problem.status
    if status in (400, 404, 422) and problem.type != "no_media_generated":
        return errors.HTTPError(f"fal refused the input: {words}.", status_code=status, **known)
    return errors.GenerationFailedError(f"fal could not finish the job: {words}.", **known)


def _known(problem: Problem, phase: Phase | None, charged: errors.Charged | None) -> dict[str, Any]:
    return {"raw_response": redact(problem.body), "retryable": _may_repeat(problem, phase), "charged": charged}


def _usual(problem: Problem, known: dict[str, Any]) -> errors.TarashException | None:
    """The errors that mean the same in every phase."""
    words, status = problem.words or f"status {problem.status}", problem.status
    if problem.is_moderation:
        return errors.ContentModerationError(f"fal refused the content: {words}; change the prompt or input.", **known)
    if problem.type in _CANCELLED or status == 499:
        return errors.JobCancelledError(f"fal cancelled the job: {words}.", **known)
    known = {"status_code": status, **known}
    if status == 402 or (status == 403 and _BALANCE.search(words)):
        return errors.InsufficientCreditsError(f"The fal account has no credit: {words}; add some to go on.", **known)
    if status in (401, 403):
        return errors.AuthenticationError(f"fal did not accept the key: {words}; check it and its account.", **known)
    if status == 429:
        wait = retry_after_seconds(HttpResponse(429, problem.headers))
        return errors.RateLimitError(f"fal asks to slow down: {words}.", retry_after_seconds=wait, **known)
    return None


def _may_repeat(problem: Problem, phase: Phase | None) -> bool:
    flag = problem.headers.get("x-fal-retryable") or problem.headers.get("x-fal-needs-retry")
    if flag is not None:
        return flag.strip().lower() in ("true", "1", "yes")
    if problem.headers.get("x-fal-request-timeout-type") == "user" or problem.is_moderation:
        return False
    if phase == "submit" and (problem.status or 0) >= 500:
        # The queue may have taken the job behind any other of these answers; a repetition would buy a second one.
        return problem.status in (502, 503) and (problem.is_vendors or problem.is_ingress)
    if problem.type in TYPES:
        return TYPES[problem.type][1]
    return problem.status is None or problem.status in (408, 429) or problem.status >= 500


def _charge_of_submit(problem: Problem) -> errors.Charged:
    refused_for_sure = (problem.status or 0) < 500 or problem.is_vendors or problem.is_ingress
    return "no" if refused_for_sure else "unknown"


def _charge_of_job(problem: Problem) -> errors.Charged:
    units = problem.headers.get("x-fal-billable-units")
    if units is not None:
        return "yes" if units.strip("0. ") else "no"
    validation = problem.status == 422 and problem.type is not None and problem.type not in TYPES
    return "no" if validation or problem.type in _CANCELLED or (problem.status or 0) >= 499 else "unknown"


def _type(body: Any) -> str | None:
    detail = body.get("detail") if isinstance(body, dict) else None
    item = detail[0] if isinstance(detail, list) and detail and isinstance(detail[0], dict) else {}
    found = item.get("type") or (body.get("error_type") if isinstance(body, dict) else None)
    return found if isinstance(found, str) else None


def _words(body: Any) -> str:
    """The sentence, with the name of the input that it is about."""
    detail = body.get("detail") if isinstance(body, dict) else None
    if not isinstance(detail, list):
        # ``{"error": "Error", "message": …}``: the message says more.
        told = (body.get("detail") or body.get("message") or body) if isinstance(body, dict) else body
        return redact_text(words_of(told)).rstrip(". ")
    return "; ".join(filter(None, (_item(item) for item in detail[:3])))


def _item(item: Any) -> str:
    place = item.get("loc") if isinstance(item, dict) else None
    name = ".".join(str(part) for part in place[1:]) if isinstance(place, list) else ""
    return f"{name}: " * bool(name) + redact_text(words_of(item)).rstrip(". ")
