"""What Google's errors and refusals mean in our tree (dossier veo.md, section 6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from tarash_core import errors
from tarash_core.engine.redaction import redact, redact_text
from tarash_core.plugins import HttpResponse, Phase, body_of, retry_after_seconds, words_of

_KEY, _CREDIT, _HTTP = errors.AuthenticationError, errors.InsufficientCreditsError, errors.HTTPError
_RATE, _CONTENT, _RETIRED = errors.RateLimitError, errors.ContentModerationError, errors.RetiredModelError


class Row(NamedTuple):
    """One kind of error.

    Attributes:
        status: The HTTP statuses that it comes with; None for any.
        words: What its code, status word, reason or message holds; None for any.
        error: Our class.
        retryable: Whether the same request may succeed later.
        way_out: What to do.
    """

    status: tuple[int, ...] | None
    words: str | None
    error: type[errors.TarashException]
    retryable: bool
    way_out: str


_BLOCKED = (
    r"content_blocked|sensitive words|prohibited content|usage guidelines|responsible ai|support codes?:"
    r"|safety (filter|polic|setting)"
)
TABLE = (
    Row((400,), _BLOCKED, _CONTENT, False, "change the prompt or the inputs"),
    Row((400,), r"api key not valid|API_KEY_INVALID", _KEY, False, "check the key"),
    Row((400,), r"FAILED_PRECONDITION", _CREDIT, False, "enable billing for the project"),
    Row((400,), None, _HTTP, False, "check the inputs"),
    Row((401,), None, _KEY, False, "check the key, or the access token, which may have expired"),
    Row((402,), None, _CREDIT, False, "add credit"),
    Row((403,), None, _KEY, False, "check what the key or the account may do; a file needs the key that made it"),
    Row((404,), r"no longer available", _RETIRED, False, "choose another model"),
    Row((404,), None, _HTTP, False, "check the model, and that its location has it"),
    Row((429,), r"limit: 0\b", _CREDIT, False, "enable billing: the free tier has no such model"),
    Row((429,), None, _RATE, True, "send less often"),
    Row((499,), None, _HTTP, False, "send it again"),
    Row((500, 502, 503, 504), None, _HTTP, True, "try again"),
    Row(None, None, _HTTP, False, "look at raw_response"),
)
"""Every documented error; the first row that fits counts."""

# A poll sometimes gets these although the job lives (dossier, section 3).
_PASSING = re.compile(r"API_KEY_SERVICE_BLOCKED|Multiple authentication credentials", re.IGNORECASE)

SUPPORT_CODES: Mapping[str, str] = {
    code: category
    for category, codes in {
        "child": "58061214 17301594",
        "celebrity": "29310472 15236754",
        "video safety": "64151117 42237218",
        "dangerous content": "62263041",
        "hate": "57734940 22137204",
        "other": "74803281 29578790 42876398",
        "prohibited content": "89371032 49114662 72817394 60599140 63429089",
        "third-party content": "35561574 35561575",
        "sexual": "90789179 43188360",
        "toxic": "78610348",
        "violence": "61493863 56562880",
        "vulgar": "32635315",
        "people or faces": "39322892",
        "personal information": "92201652",
    }.items()
    for code in codes.split()
}
"""The category of each support code of the safety filters."""

_SUPPORT = re.compile(r"support codes?: ([\d, ]+)", re.IGNORECASE)
_NOT_CHARGED = re.compile(r"not (been |be )?(charged|billed)", re.IGNORECASE)
_TRANSIENT = (8, 13, 14)


def error_of(response: HttpResponse, phase: Phase) -> errors.TarashException:
    """The error for an answer with an error status.

    A purchase that was refused with a status of the 400s bought nothing; after any trouble of the server nobody knows.
    """
    body = body_of(response)
    told = _told(body)
    said = _words(told, body)
    row = next(row for row in TABLE if _fits(row, response.status, f"{_marks(told)} {said}"))
    passing = phase == "poll" and bool(_PASSING.search(f"{_marks(told)} {said}"))
    known: dict[str, Any] = {"raw_response": redact(body), "retryable": row.retryable or passing}
    if issubclass(row.error, _HTTP):
        known["status_code"] = response.status
    if row.error is _RATE:
        known["retry_after_seconds"] = _retry_delay(told, response)
    if phase == "submit":
        known["charged"] = "no" if 400 <= response.status < 500 else "unknown"
    sentence = f"Google answered {response.status}: {said or 'no words'}; {row.way_out}."
    return row.error(sentence, **known)


def _told(body: Any) -> Mapping[str, Any]:
    """The error object; some paths wrap it in a list."""
    body = body[0] if isinstance(body, list) and body else body
    told = body.get("error") if isinstance(body, dict) else None
    return told if isinstance(told, dict) else {"message": told} if isinstance(told, str) else {}


def _words(told: Mapping[str, Any], body: Any) -> str:
    return redact_text(" ".join(str(told.get("message") or words_of(body)).split())).rstrip(". ")


def _marks(told: Mapping[str, Any]) -> str:
    reasons = [item.get("reason") for item in _details(told)]
    return " ".join(str(part) for part in (told.get("code"), told.get("status"), *reasons) if part)


def _details(told: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = told.get("details")
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _fits(row: Row, status: int, text: str) -> bool:
    named = row.status is None or status in row.status
    return named and (row.words is None or re.search(row.words, text, re.IGNORECASE) is not None)


def _retry_delay(told: Mapping[str, Any], response: HttpResponse) -> float | None:
    """Seconds to wait: Google says them in the body."""
    delays = (str(item.get("retryDelay") or "") for item in _details(told))
    found = next((match for delay in delays if (match := re.fullmatch(r"(\d+(?:\.\d+)?)s", delay))), None)
    return float(found[1]) if found else retry_after_seconds(response)


def moderated(reasons: str, raw: Any, charged: errors.Charged | None = None) -> errors.TarashException:
    """The error for a result that the safety filters kept back.

    Args:
        reasons: Google's words.
        raw: What it answered.
        charged: Whether it was charged, where that is known apart from the words.
    """
    said = redact_text(" ".join(reasons.split())).rstrip(". ") or "it gave no reason"
    names = dict.fromkeys(SUPPORT_CODES[code] for code in _codes(reasons) if code in SUPPORT_CODES)
    category = f" (category: {', '.join(names)})" if names else ""
    told: errors.Charged = "no" if _NOT_CHARGED.search(reasons) else charged or "unknown"
    return _CONTENT(
        f"Google's safety filters refused the content: {said}{category}; change the prompt or the inputs.",
        raw_response=redact(raw),
        charged=told,
    )


def _codes(text: str) -> list[str]:
    return [code.strip() for found in _SUPPORT.findall(text) for code in found.split(",")]


def failure_of(told: Mapping[str, Any], raw: Any, charged: errors.Charged = "no") -> errors.TarashException:
    """The error of a job that failed.

    Args:
        told: A code, which is a number of google.rpc or a word, and a message.
        raw: What Google answered.
        charged: Whether it was charged; what fails inside an operation is not (dossier, section 9).
    """
    code, words = told.get("code"), str(told.get("message") or "")
    if re.search(_BLOCKED, f"{code} {words}", re.IGNORECASE):
        return moderated(words or str(code), raw, charged)
    said = redact_text(" ".join(words.split())).rstrip(". ") or f"code {code}"
    return errors.GenerationFailedError(
        f"Google could not finish the job: {said}; check the inputs, or try again.",
        raw_response=redact(raw),
        retryable=code in _TRANSIENT,
        charged=charged,
    )
