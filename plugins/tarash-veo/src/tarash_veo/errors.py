"""What Google's errors and refusals mean in our tree (dossier veo.md, section 6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tarash_core import errors
from tarash_core.plugins import HttpResponse, Meaning, Phase, meanings
from tarash_core.plugins.answers import body_of, error_object, retry_after_seconds, values_at, words_of
from tarash_veo.models import SUPPORT_CODES as SUPPORT_CODES

_KEY, _CREDIT, _HTTP = errors.AuthenticationError, errors.InsufficientCreditsError, errors.HTTPError
_RATE, _CONTENT, _RETIRED = errors.RateLimitError, errors.ContentModerationError, errors.RetiredModelError

_BLOCKED = (
    r"content_blocked|sensitive words|prohibited content|usage guidelines|responsible ai|support codes?:"
    r"|safety (filter|polic|setting)"
)
_REWORD = "change the prompt or the inputs"
TABLE = (
    Meaning(_CONTENT, _REWORD, False, (400,), _BLOCKED),
    Meaning(_KEY, "check the key", False, (400,), r"api key not valid|API_KEY_INVALID"),
    Meaning(_CREDIT, "enable billing for the project", False, (400,), r"FAILED_PRECONDITION"),
    Meaning(_HTTP, "check the inputs", False, (400,)),
    Meaning(_KEY, "check the key, or the access token, which may have expired", False, (401,)),
    Meaning(_CREDIT, "add credit", False, (402,)),
    Meaning(_KEY, "check what the key or the account may do; a file needs the key that made it", False, (403,)),
    Meaning(_RETIRED, "choose another model", False, (404,), r"no longer available"),
    Meaning(_HTTP, "check the model, and that its location has it", False, (404,)),
    Meaning(_CREDIT, "enable billing: the free tier has no such model", False, (429,), r"limit: 0\b"),
    Meaning(_RATE, "send less often", True, (429,)),
    Meaning(_HTTP, "send it again", False, (499,)),
    Meaning(_HTTP, "try again", True, (500, 502, 503, 504)),
)
"""Every documented error; the first row that fits counts."""

_UNKNOWN = Meaning(_HTTP, "look at raw_response", False)
_MODERATED = Meaning(_CONTENT, _REWORD)
_BROKEN = Meaning(errors.GenerationFailedError, "check the inputs, or try again", False)

# A poll sometimes gets these although the job lives (dossier, section 3).
_PASSING = Meaning(_HTTP, "", words=r"API_KEY_SERVICE_BLOCKED|Multiple authentication credentials")
_TRANSIENT = (8, 13, 14)

_SUPPORT = re.compile(r"support codes?: ([\d, ]+)", re.IGNORECASE)
_NOT_CHARGED = re.compile(r"not (been |be )?(charged|billed)", re.IGNORECASE)


def error_of(response: HttpResponse, phase: Phase) -> errors.TarashException:
    """The error for an answer with an error status.

    A purchase that was refused with a status of the 400s bought nothing; after any trouble of the server nobody knows.
    """
    body = body_of(response)
    told = error_object(body)
    words = str(told.get("message") or words_of(body))
    text = " ".join(map(str, (*values_at(told, "code", "status", "details.reason"), words)))
    meaning = meanings.meaning_of(TABLE, text, response.status) or _UNKNOWN
    if phase == "poll" and _PASSING.fits(text):
        meaning = meaning._replace(retryable=True)
    error = meanings.refusal_of(response, meaning, "Google", words=words, wait_seconds=_wait(told, response))
    return meanings.billed(error, phase, 400 <= response.status < 500)


def _wait(told: Mapping[str, Any], response: HttpResponse) -> float | None:
    """Seconds to wait: Google says them in the body, as ``23s``."""
    delays = (re.fullmatch(r"(\d+(?:\.\d+)?)s", str(delay)) for delay in values_at(told, "details.retryDelay"))
    return next((float(found[1]) for found in delays if found), retry_after_seconds(response))


def moderated(reasons: str, raw: Any, charged: errors.Charged | None = None) -> errors.TarashException:
    """The error for a result that the safety filters kept back.

    Args:
        reasons: Google's words.
        raw: What it answered.
        charged: Whether it was charged, where that is known apart from the words.
    """
    codes = (code.strip() for found in _SUPPORT.findall(reasons) for code in found.split(","))
    names = dict.fromkeys(SUPPORT_CODES[code] for code in codes if code in SUPPORT_CODES)
    category = f"category: {', '.join(names)}" if names else None
    told: errors.Charged = "no" if _NOT_CHARGED.search(reasons) else charged or "unknown"
    return meanings.failure_of(_MODERATED, "Google", reasons, raw, code=category, charged=told)


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
    meaning = _BROKEN._replace(retryable=code in _TRANSIENT)
    return meanings.failure_of(meaning, "Google", words or f"code {code}", raw, charged=charged)
