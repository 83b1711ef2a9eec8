"""What the error codes of OpenAI, and of those who speak its API, mean in our tree (dossier sora.md, section 6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from tarash_core import errors
from tarash_core.engine.redaction import redact, redact_text
from tarash_core.plugins import HttpResponse, Phase, body_of, error_of_status, retry_after_seconds, words_of


class Code(NamedTuple):
    """One of OpenAI's codes.

    Attributes:
        error: Our class.
        way_out: What to do.
        retryable: Whether the same request may succeed later; what the status says when None.
    """

    error: type[errors.TarashException]
    way_out: str
    retryable: bool | None = None


_HTTP, _KEY, _CONTENT = errors.HTTPError, errors.AuthenticationError, errors.ContentModerationError
_REWORD = Code(_CONTENT, "change the prompt or the inputs", False)
_PAY = Code(errors.InsufficientCreditsError, "add credit or raise the limit, or use another account", False)
_INPUT = Code(_HTTP, "check the inputs", False)

CODES: Mapping[str, Code] = {
    "moderation_blocked": _REWORD,
    "content_policy_violation": _REWORD,
    "sentinel_block": _REWORD,
    "invalid_type": _INPUT,
    "invalid_value": _INPUT,
    "invalid_api_key": Code(_KEY, "check the key", False),
    "model_not_found": Code(_HTTP, "check the model, which may be retired, and the host", False),
    "rate_limit_exceeded": Code(errors.RateLimitError, "send less often", True),
    "insufficient_quota": _PAY,
    "billing_hard_limit_reached": _PAY,
    "conflict": Code(_HTTP, "try again", True),
    "server_error": Code(_HTTP, "try again", True),
}
"""Every documented code; a type of that name counts where there is no code."""

_BY_STATUS = {409: "conflict", 429: "rate_limit_exceeded"}
_BLOCKED = re.compile(
    r"moderation|content polic|safety (system|filter)|responsible ai|prohibited|sensitive", re.IGNORECASE
)


def error_of(response: HttpResponse, phase: Phase) -> errors.TarashException:
    """The error for an answer with an error status.

    A purchase refused below 500 bought nothing, but for a picture that was made and then blocked. After trouble of the
    server nobody knows: there is no idempotency key, and no list of pictures to look it up in.

    Args:
        response: The answer; OpenAI's JSON, that of a server that speaks like it, or a proxy's page.
        phase: What the request was for.
    """
    body = body_of(response)
    told = _told(body)
    code = _code_of(told, response.status)
    error = _documented(response, body, code) if code else error_of_status(response, phase)
    if phase == "submit":
        made = (told.get("moderation_details") or {}).get("moderation_stage") == "output"
        errors.complete(error, charged="no" if response.status < 500 and not made else "unknown")
    return errors.complete(error, request_id=response.headers.get("x-request-id"))


def _told(body: Any) -> Mapping[str, Any]:
    """The error object; a bare text becomes one."""
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, dict):
        return error
    return {"message": error} if isinstance(error, str) else {}


def _code_of(told: Mapping[str, Any], status: int) -> Code | None:
    named = (told.get("code"), told.get("type"), _BY_STATUS.get(status))
    return next((CODES[word] for word in named if isinstance(word, str) and word in CODES), None)


def _documented(response: HttpResponse, body: Any, code: Code) -> errors.TarashException:
    said = redact_text(words_of(body)).rstrip(". ") or "no words"
    known: dict[str, Any] = {"raw_response": redact(body), "retryable": code.retryable}
    if code.error is not _CONTENT:
        known["status_code"] = response.status
    if code.error is errors.RateLimitError:
        known["retry_after_seconds"] = wait_of(response)
    return code.error(f"The server answered {response.status}: {said}; {code.way_out}.", **known)


def wait_of(response: HttpResponse, name: str = "retry-after-ms") -> float | None:
    """Seconds that a header in milliseconds asks for, else ``retry-after``; None without either."""
    text = response.headers.get(name, "").strip()
    return int(text) / 1000 if text.isdigit() else retry_after_seconds(response)


def error_of_failure(body: Mapping[str, Any]) -> errors.TarashException:
    """The error of a job that failed; whether one is charged is not documented.

    Args:
        body: The job. Its ``error`` is an object, a text or nothing.
    """
    told = _told(body)
    said = redact_text(words_of(dict(told))).rstrip(". ") or "no words"
    code = _code_of(told, 0)
    known: dict[str, Any] = {"raw_response": redact(dict(body)), "charged": "unknown"}
    if code is _REWORD or (code is None and _BLOCKED.search(said)):
        return _CONTENT(f"The generation was blocked: {said}; {_REWORD.way_out}.", **known)
    return errors.GenerationFailedError(
        f"The generation failed ({told.get('code') or 'no code'}): {said}; look at raw_response.", **known
    )
