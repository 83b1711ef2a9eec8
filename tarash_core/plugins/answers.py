"""How an error answer is read when a provider has nothing better to say about it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from tarash_core import errors

if TYPE_CHECKING:
    from tarash_core.plugins.http import HttpResponse
    from tarash_core.plugins.provider import Phase

_WORD_KEYS = (
    "detail",
    "message",
    "error",
    "errors",
    "msg",
    "error_message",
    "error_description",
    "failure",
    "reason",
    "title",
)


def body_of(response: HttpResponse) -> Any:
    """The body as JSON; as text when it is none."""
    try:
        return response.json()
    except ValueError:
        return response.text


def words_of(body: Any) -> str:
    """The vendor's own words in an error body of any common shape; empty when there are none."""
    if isinstance(body, str):
        text = body.strip()
        return "" if text.startswith("<") else text[:500]
    if isinstance(body, list):
        return "; ".join(filter(None, (words_of(item) for item in body[:3])))
    if isinstance(body, dict):
        return next((words for key in _WORD_KEYS if (words := words_of(body.get(key)))), "")
    return ""


def retry_after_seconds(response: HttpResponse) -> float | None:
    """Seconds that the ``Retry-After`` header asks for, as a number or as a date; None without one."""
    text = response.headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        return _until(text)
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _until(date_text: str) -> float | None:
    from email.utils import parsedate_to_datetime

    from tarash_core.models.job import now, to_moment

    try:
        moment = to_moment(parsedate_to_datetime(date_text))
    except ValueError:
        return None
    return None if moment is None else max(0.0, (moment - now()).total_seconds())


def error_of_status(response: HttpResponse, phase: Phase, words: str | None = None) -> errors.TarashException:
    """An error of our tree by the status alone, with the vendor's words.

    Args:
        response: The answer.
        phase: What the request was for.
        words: The vendor's words, where the provider knows where they stand.
    """
    from tarash_core.engine.redaction import redact, redact_text

    body = body_of(response)
    said = redact_text(words if words is not None else words_of(body))
    status = response.status
    known: dict[str, Any] = {"status_code": status, "raw_response": redact(body)}
    if status == 401 or status == 403:
        return errors.AuthenticationError(_sentence(status, said, "check the key and what it may do"), **known)
    if status == 402:
        return errors.InsufficientCreditsError(_sentence(status, said, "add credit, or use another account"), **known)
    if status == 429:
        wait = retry_after_seconds(response)
        return errors.RateLimitError(_sentence(status, said, "send less often"), retry_after_seconds=wait, **known)
    return errors.HTTPError(_sentence(status, said, f"the {phase} request failed"), **known)


def _sentence(status: int, said: str, otherwise: str) -> str:
    return f"The provider answered {status}: {said.rstrip('.') or otherwise}."
