"""fal's error answers as ours: class, ``retryable`` and ``charged`` (dossier fal.md, section 6)."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from tarash_core import errors
from tarash_core.plugins import (
    HttpResponse,
    Meaning,
    Phase,
    body_of,
    charged_of,
    error_by,
    failure_of,
    meaning_of,
    number_of,
    values_at,
    words_of,
)
from tarash_fal.error_types import CANCELLED, CANCELLED_TYPES, FAILED, FLAGGED, INPUT, KINDS, MODERATED, REFUSED, TYPES


@frozen
class Problem:
    """What one error answer says.

    Attributes:
        response: The answer; for what a status or a callback tells one is made up.
        status: The HTTP status; None where only a text is known.
        type: fal's word for it; None where it has none.
        words: fal's sentence.
        body: The body as JSON, or as text.
    """

    response: HttpResponse
    status: int | None
    type: str | None
    words: str
    body: Any

    @classmethod
    def of(cls, response: HttpResponse) -> Problem:
        """The problem that an answer of 400 and above holds."""
        body = body_of(response)
        kind = response.headers.get("x-fal-error-type") or _type(body)
        return cls(response, response.status, kind, words_of(body), body)

    @classmethod
    def told(cls, words: Any, type: Any, body: Any, status: int | None = None) -> Problem:
        """The problem that a status or a callback tells without an answer of its own."""
        known = type if isinstance(type, str) else _type(body)
        status = status or TYPES.get(known or "", (None,))[0]
        return cls(HttpResponse.of_json(body, status or 500), status, known, words_of(words) or words_of(body), body)

    @property
    def is_fals(self) -> bool:
        """Whether fal itself says it: its platform, or its gateway before anybody took the request; no other proxy."""
        is_ingress = "nginx" in str(self.body) and "x-fal-request-id" not in self.response.headers
        return is_ingress or (isinstance(self.body, dict) and bool(self.words))

    @property
    def is_moderation(self) -> bool:
        """Whether the content was refused: by the type first, where there is none by the words."""
        if self.type not in (None, "value_error"):
            return self.type == "content_policy_violation"
        return self.status in (None, 400, 422) and bool(FLAGGED.search(self.words))

    @property
    def usual(self) -> Meaning | None:
        """What it means in every phase; None where that depends on the phase."""
        if self.is_moderation:
            return MODERATED
        return CANCELLED if self.type in CANCELLED_TYPES else meaning_of(KINDS, self.words, self.status)


def refused(problem: Problem, phase: Phase) -> errors.TarashException:
    """Our error for a request that fal refused.

    Args:
        problem: What fal said.
        phase: What the request was for.
    """
    meaning = (problem.usual or REFUSED)._replace(retryable=_may_repeat(problem, phase))
    is_refusal = problem.response.status < 500 or problem.is_fals
    return error_by(problem.response, phase, meaning, "fal", words=problem.words, bought_nothing=is_refusal)


def ended(problem: Problem) -> errors.TarashException:
    """Our error for a job that fal took and that ended without a result."""
    is_input = problem.status in (400, 404, 422) and problem.type != "no_media_generated"
    meaning = problem.usual or (INPUT if is_input else FAILED)
    meaning = meaning._replace(retryable=_may_repeat(problem), charged=_charge_of_job(problem))
    return failure_of(meaning, "fal", problem.words, problem.body, status=problem.response.status)


def _may_repeat(problem: Problem, phase: Phase | None = None) -> bool:
    headers, status = problem.response.headers, problem.status
    flag = headers.get("x-fal-retryable") or headers.get("x-fal-needs-retry")
    if flag is not None:
        return flag.strip().lower() in ("true", "1", "yes")
    if headers.get("x-fal-request-timeout-type") == "user" or problem.is_moderation:
        return False
    if phase == "submit" and (status or 0) >= 500:
        # The queue may have taken the job behind any other of these answers; a repetition would buy a second one.
        return status in (502, 503) and problem.is_fals
    if problem.type in TYPES:
        return TYPES[problem.type][1]
    return status is None or status in (408, 429) or status >= 500


def _charge_of_job(problem: Problem) -> errors.Charged:
    units = problem.response.headers.get("x-fal-billable-units")
    if units is not None:
        return charged_of(number_of(units))
    is_validators = problem.status == 422 and problem.type is not None and problem.type not in TYPES
    is_free = is_validators or problem.type in CANCELLED_TYPES or (problem.status or 0) >= 499
    return "no" if is_free else "unknown"


def _type(body: Any) -> str | None:
    return next((word for word in values_at(body, "detail.type", "error_type") if isinstance(word, str)), None)
