"""What Google's errors and refusals mean in our tree (dossier veo.md, section 6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tarash_core import errors
from tarash_core.plugins import HttpResponse, Phase, meanings
from tarash_core.plugins.answers import body_of, error_object, retry_after_seconds, values_at, words_of
from tarash_veo.codes import BLOCKED, BROKEN, MODERATED, NOT_CHARGED, PASSING, SUPPORT, TRANSIENT, UNKNOWN
from tarash_veo.codes import TABLE as TABLE
from tarash_veo.models import SUPPORT_CODES as SUPPORT_CODES


def error_of(response: HttpResponse, phase: Phase) -> errors.TarashException:
    """The error for an answer with an error status.

    A purchase that was refused with a status of the 400s bought nothing; after any trouble of the server nobody knows.
    """
    body = body_of(response)
    told = error_object(body)
    words = str(told.get("message") or words_of(body))
    text = " ".join(map(str, (*values_at(told, "code", "status", "details.reason"), words)))
    meaning, wait = meanings.meaning_of(TABLE, text, response.status) or UNKNOWN, _wait(told, response)
    if phase == "poll" and PASSING.fits(text):
        meaning = meaning._replace(retryable=True)
    is_free = response.status < 500
    return meanings.error_by(response, phase, meaning, "Google", bought_nothing=is_free, words=words, wait_seconds=wait)


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
    codes = (code.strip() for found in SUPPORT.findall(reasons) for code in found.split(","))
    names = dict.fromkeys(SUPPORT_CODES[code] for code in codes if code in SUPPORT_CODES)
    category = f"category: {', '.join(names)}" if names else None
    told: errors.Charged = "no" if NOT_CHARGED.search(reasons) else charged or "unknown"
    return meanings.failure_of(MODERATED, "Google", reasons, raw, code=category, charged=told)


def failure_of(told: Mapping[str, Any], raw: Any, charged: errors.Charged = "no") -> errors.TarashException:
    """The error of a job that failed.

    Args:
        told: A code, which is a number of google.rpc or a word, and a message.
        raw: What Google answered.
        charged: Whether it was charged; what fails inside an operation is not (dossier, section 9).
    """
    code, words = told.get("code"), str(told.get("message") or "")
    if re.search(BLOCKED, f"{code} {words}", re.IGNORECASE):
        return moderated(words or str(code), raw, charged)
    meaning = BROKEN._replace(retryable=code in TRANSIENT)
    return meanings.failure_of(meaning, "Google", words or f"code {code}", raw, charged=charged)
