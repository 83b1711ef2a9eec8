"""fal's error answers as ours: class, ``retryable`` and ``charged`` (dossier fal.md, section 6)."""

from __future__ import annotations

import re
from typing import Any

from attrs import frozen

from tarash_core import errors
from tarash_core.plugins import (
    HttpResponse,
    Meaning,
    Phase,
    billed,
    body_of,
    charged_of,
    failure_of,
    meaning_of,
    number_of,
    refusal_of,
    words_of,
)
from tarash_fal.error_types import TYPES

_HTTP, _KEY = errors.HTTPError, errors.AuthenticationError
_MODERATED = Meaning(errors.ContentModerationError, "change the prompt or input")
_CANCELLED = Meaning(errors.JobCancelledError, "submit it again if it is still wanted")
_NO_CREDIT = Meaning(errors.InsufficientCreditsError, "add some credit to the account")
_KINDS = (
    _NO_CREDIT._replace(status=(402,)),
    _NO_CREDIT._replace(status=(403,), words="balance|top.?up|credit"),
    Meaning(_KEY, "check the key and its account", status=(401, 403)),
    Meaning(errors.RateLimitError, "send less often", status=(429,)),
    _CANCELLED._replace(status=(499,)),
)
"""Statuses that mean the same in every phase."""

_REFUSED = Meaning(_HTTP, "the request failed")
_INPUT = Meaning(_HTTP, "check the input")
_FAILED = Meaning(errors.GenerationFailedError, "try again, or change the input")
_CANCELLED_TYPES = ("client_cancelled", "client_disconnected")
_FLAGGED = re.compile(r"\b(flagged|safety|sensitive|moderation|nsfw|content policy)\b", re.IGNORECASE)


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
        return cls(response, response.status, kind, _words(body), body)

    @classmethod
    def told(cls, words: Any, type: Any, body: Any, status: int | None = None) -> Problem:
        """The problem that a status or a callback tells without an answer of its own."""
        known = type if isinstance(type, str) else _type(body)
        status = status or TYPES.get(known or "", (None,))[0]
        return cls(HttpResponse.of_json(body, status or 500), status, known, _words(words) or _words(body), body)

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
        return self.status in (None, 400, 422) and bool(_FLAGGED.search(self.words))

    @property
    def usual(self) -> Meaning | None:
        """What it means in every phase; None where that depends on the phase."""
        if self.is_moderation:
            return _MODERATED
        return _CANCELLED if self.type in _CANCELLED_TYPES else meaning_of(_KINDS, self.words, self.status)


def refused(problem: Problem, phase: Phase) -> errors.TarashException:
    """Our error for a request that fal refused.

    Args:
        problem: What fal said.
        phase: What the request was for.
    """
    meaning = (problem.usual or _REFUSED)._replace(retryable=_may_repeat(problem, phase))
    error = refusal_of(problem.response, meaning, "fal", words=problem.words)
    return billed(error, phase, problem.response.status < 500 or problem.is_fals)


def ended(problem: Problem) -> errors.TarashException:
    """Our error for a job that fal took and that ended without a result."""
    is_input = problem.status in (400, 404, 422) and problem.type != "no_media_generated"
    meaning = problem.usual or (_INPUT if is_input else _FAILED)
    meaning = meaning._replace(retryable=_may_repeat(problem), charged=_charge_of_job(problem))
    if issubclass(meaning.error, _HTTP):
        error = refusal_of(problem.response, meaning, "fal", words=problem.words)
        return errors.complete(error, charged=meaning.charged)
    return failure_of(meaning, "fal", problem.words, problem.body)


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
    is_free = is_validators or problem.type in _CANCELLED_TYPES or (problem.status or 0) >= 499
    return "no" if is_free else "unknown"


def _type(body: Any) -> str | None:
    detail = body.get("detail") if isinstance(body, dict) else None
    item = detail[0] if isinstance(detail, list) and detail and isinstance(detail[0], dict) else {}
    found = item.get("type") or (body.get("error_type") if isinstance(body, dict) else None)
    return found if isinstance(found, str) else None


def _words(body: Any) -> str:
    """The sentence, with the name of the input that it is about."""
    if not isinstance(body, dict):
        return words_of(body)
    detail = body.get("detail")
    if not isinstance(detail, list):
        # ``{"error": "Error", "message": …}``: the message says more.
        return words_of(detail or body.get("message") or body)
    return "; ".join(filter(None, map(_item, detail[:3])))


def _item(item: Any) -> str:
    place = item.get("loc") if isinstance(item, dict) else None
    name = ".".join(map(str, place[1:])) if isinstance(place, list) else ""
    return f"{name}: " * bool(name) + words_of(item).rstrip(". ")
