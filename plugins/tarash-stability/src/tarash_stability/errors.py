"""What Stability's error names mean in our tree (dossier stability.md, section 6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from tarash_core import errors
from tarash_core.engine.redaction import redact, redact_text
from tarash_core.plugins import HttpResponse, Phase, body_of, error_of_status, retry_after_seconds, words_of


class Name(NamedTuple):
    """One of Stability's error names.

    Attributes:
        status: The HTTP status that goes with it.
        error: Our class.
        way_out: What to do.
        retryable: Whether the same request may succeed later.
    """

    status: int
    error: type[errors.TarashException]
    way_out: str
    retryable: bool = False


_HTTP, _KEY, _CONTENT = errors.HTTPError, errors.AuthenticationError, errors.ContentModerationError
_REWORD = "change the prompt or the inputs"

NAMES: Mapping[str, Name] = {
    "bad_request": Name(400, _HTTP, "check the inputs"),
    "unauthorized": Name(401, _KEY, "check the key"),
    "payment_required": Name(402, errors.InsufficientCreditsError, "buy credits, or use another account"),
    "content_moderation": Name(403, _CONTENT, _REWORD),
    "permission_denied": Name(403, _KEY, "check what the key may do"),
    "not_found": Name(404, _HTTP, "check the id, and that it is asked for with the key that made it, within 24 hours"),
    "payload_too_large": Name(413, _HTTP, "send smaller files: image and mask count together"),
    "invalid_language": Name(422, _HTTP, "write the prompt in English"),
    "public_figure": Name(422, _CONTENT, _REWORD),
    "copyrighted_content": Name(422, _CONTENT, _REWORD),
    "rate_limit_exceeded": Name(429, errors.RateLimitError, "send less often", True),
    "internal_error": Name(500, _HTTP, "try again", True),
}
"""Every documented name. With its own name also a 500 was not charged."""

BLOCKED_SECONDS = 60.0
"""How long an account is shut out that sent too much; no header tells it."""


def error_of(response: HttpResponse, phase: Phase) -> errors.TarashException:
    """The error for an answer with an error status, or for a picture's answer that holds an error instead.

    A purchase that Stability refused by a documented name, or with a status below 500, cost nothing. After any other
    trouble nobody knows: there is no list of generations to look it up in.

    Args:
        response: The answer; Stability's JSON, or a proxy's page.
        phase: What the request was for.
    """
    body = body_of(response)
    told = body if isinstance(body, dict) else {}
    known = _known(told, response.status)
    error = _documented(response, body, known) if known else error_of_status(response, phase)
    if phase == "submit":
        sure = known is not None or 400 <= response.status < 500
        errors.complete(error, charged="no" if sure else "unknown")
    id = told.get("id")
    return errors.complete(error, request_id=id if isinstance(id, str) else None)


def _known(body: Mapping[str, Any], status: int) -> Name | None:
    """The documented error; a refusal of the content may come without its name."""
    found = NAMES.get(str(body.get("name")))
    if found is None and status == 403 and "moderation" in words_of(dict(body)).lower():
        return NAMES["content_moderation"]
    return found


def _documented(response: HttpResponse, body: Any, known: Name) -> errors.TarashException:
    status = response.status if response.status >= 400 else known.status
    said = redact_text(words_of(body)).rstrip(". ") or "no words"
    facts: dict[str, Any] = {"raw_response": redact(body), "retryable": known.retryable}
    if issubclass(known.error, errors.HTTPError):
        facts["status_code"] = status
    if known.error is errors.RateLimitError:
        asked = retry_after_seconds(response)
        facts["retry_after_seconds"] = BLOCKED_SECONDS if asked is None else asked
    return known.error(f"Stability answered {status}: {said}; {known.way_out}.", **facts)


def error_of_ending(reason: str, raw: Any) -> errors.TarashException:
    """The error of a generation that ran and whose finish reason is not success.

    Whether a filtered picture is charged is not documented.
    """
    if reason == "CONTENT_FILTERED":
        return _CONTENT(
            f"Stability made the result and blurred it for its content ({reason}); {_REWORD}.",
            raw_response=raw,
            charged="unknown",
        )
    return errors.GenerationFailedError(
        f"Stability could not finish the generation ({reason}); try again.", raw_response=raw, charged="unknown"
    )
