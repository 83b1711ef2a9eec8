"""What Kling's error codes and failure texts mean in our tree (dossier kling.md, section 6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from tarash_core import errors
from tarash_core.engine.redaction import redact, redact_text
from tarash_core.plugins import HttpResponse, Phase, body_of, error_of_status, words_of
from tarash_core.plugins.answers import retry_after_seconds


class Code(NamedTuple):
    """One of Kling's codes.

    Attributes:
        status: The HTTP status that goes with it.
        error: Our class.
        retryable: Whether the same request may succeed later.
        way_out: What to do.
        wait_seconds: How long to wait, where Kling names no time.
    """

    status: int
    error: type[errors.TarashException]
    retryable: bool
    way_out: str
    wait_seconds: float | None = None


_KEY, _CREDIT = errors.AuthenticationError, errors.InsufficientCreditsError
_CONTENT, _RATE, _HTTP = errors.ContentModerationError, errors.RateLimitError, errors.HTTPError

# A token that is not valid yet or no longer is made anew for the next try. A 429 is passing for two codes alone.
CODES: Mapping[int, Code] = {
    1000: Code(401, _KEY, False, "check the key"),
    1001: Code(401, _KEY, False, "give a key"),
    1002: Code(401, _KEY, False, "check the key, its region, and that a model of the new standard gets an API key"),
    1003: Code(401, _KEY, True, "check this machine's clock, which is fast"),
    1004: Code(401, _KEY, True, "check this machine's clock, which is slow"),
    1100: Code(429, _KEY, False, "look at the account in Kling's console"),
    1101: Code(429, _CREDIT, False, "pay the account's bill"),
    1102: Code(429, _CREDIT, False, "buy a resource pack; credits of the consumer site do not count"),
    1103: Code(403, _KEY, False, "ask Kling for the right to this model"),
    1200: Code(400, _HTTP, False, "check the inputs"),
    1201: Code(400, _HTTP, False, "check the inputs"),
    1202: Code(404, _HTTP, False, "check the host"),
    1203: Code(404, _HTTP, False, "check the model, which may be retired"),
    1300: Code(400, _CONTENT, False, "change the prompt or the inputs"),
    1301: Code(400, _CONTENT, False, "change the prompt or the inputs"),
    1302: Code(429, _RATE, True, "send less often", 1.0),
    1303: Code(429, _RATE, True, "wait until a task has ended, or buy a larger pack", 10.0),
    1304: Code(429, _KEY, False, "add this machine's address to the account's whitelist"),
    5000: Code(500, _HTTP, True, "try again"),
    5001: Code(503, _HTTP, True, "try again later"),
    5002: Code(504, _HTTP, True, "try again"),
}
"""Every documented code."""

_TAKEN = re.compile(r"already exist|duplicat", re.IGNORECASE)
_RISK = re.compile(
    r"risk control|sensitive|polic(y|ies)|safety|violat|moderat|prohibited|inappropriate|nsfw|copyright", re.IGNORECASE
)


def error_of(response: HttpResponse, phase: Phase) -> errors.TarashException:
    """The error for an answer with an error status, or with a code other than 0 on status 200.

    A purchase that Kling refused by a code below 5000, or as being down (5001), bought nothing. After any other
    trouble of the server nobody knows.

    Args:
        response: The answer; Kling's JSON, or a proxy's page.
        phase: What the request was for.
    """
    body = body_of(response)
    number = body.get("code") if isinstance(body, dict) else None
    code = CODES.get(number) if isinstance(number, int) else None
    error = _documented(response, body, code) if code else _undocumented(response, number, phase)
    if phase == "submit":
        sure = code.status < 500 or number == 5001 if code else 400 <= response.status < 500
        errors.complete(error, charged="no" if sure and not is_repetition(error) else "unknown")
    request_id = body.get("request_id") if isinstance(body, dict) else None
    return errors.complete(error, request_id=request_id if isinstance(request_id, str) else None)


def is_repetition(error: errors.TarashException) -> bool:
    """Whether Kling refused a task because its ``external_task_id`` names one already."""
    body = error.raw_response
    return isinstance(body, dict) and body.get("code") == 1201 and bool(_TAKEN.search(str(body.get("message"))))


def _documented(response: HttpResponse, body: Any, code: Code) -> errors.TarashException:
    status = response.status if response.status >= 400 else code.status
    said = redact_text(words_of(body)).rstrip(". ") or "no words"
    known: dict[str, Any] = {"raw_response": redact(body), "retryable": code.retryable}
    if code.error is not _CONTENT:
        known["status_code"] = status
    if code.error is _RATE:
        told = retry_after_seconds(response)
        known["retry_after_seconds"] = code.wait_seconds if told is None else told
    return code.error(f"Kling answered {status} with code {body['code']}: {said}; {code.way_out}.", **known)


def _undocumented(response: HttpResponse, number: Any, phase: Phase) -> errors.TarashException:
    """The error by the status; a job that was bought is not given up for a code that nobody knows."""
    if response.status >= 400:
        return error_of_status(response, phase)
    body = body_of(response)
    said = redact_text(words_of(body)).rstrip(". ") or "no words"
    return errors.HTTPError(
        f"Kling answered with the unknown code {number}: {said}; look at raw_response.",
        status_code=response.status,
        raw_response=redact(body),
        retryable=phase == "poll",
    )


def error_of_failure(task: Mapping[str, Any], words: str, charged: errors.Charged) -> errors.TarashException:
    """The error of a task that failed; Kling says why in words alone.

    Args:
        task: The task, of either standard.
        words: Its message.
        charged: Whether the task names an amount that was taken; Kling bills no failed task.
    """
    said = " ".join(words.split()).rstrip(".") or "it gave no reason"
    known: dict[str, Any] = {"raw_response": redact(dict(task)), "charged": charged}
    if _RISK.search(said):
        return errors.ContentModerationError(
            f"Kling refused the content: {redact_text(said)}; change the prompt or the inputs.", **known
        )
    return errors.GenerationFailedError(f"Kling could not finish the task: {redact_text(said)}; try again.", **known)
