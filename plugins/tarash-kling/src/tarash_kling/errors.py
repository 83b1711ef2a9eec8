"""What Kling's error codes and failure texts mean in our tree (dossier kling.md, section 6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tarash_core import errors
from tarash_core.plugins import (
    HttpResponse,
    Meaning,
    Phase,
    body_of,
    error_by,
    failure_of,
    words_of,
)
from tarash_kling.codes import BOUGHT_NOTHING, CODES

_UNKNOWN = Meaning(errors.HTTPError, "look at raw_response", False)
_FAILED = Meaning(errors.GenerationFailedError, "try again")
_TAKEN = re.compile(r"already exist|duplicat", re.IGNORECASE)
_RISK = re.compile(
    r"risk control|sensitive|polic(y|ies)|safety|violat|moderat|prohibited|inappropriate|nsfw|copyright", re.IGNORECASE
)


def error_of(response: HttpResponse, phase: Phase) -> errors.TarashException:
    """The error for an answer with an error status, or with a code other than 0 on status 200.

    Args:
        response: The answer; Kling's JSON, or a proxy's page.
        phase: What the request was for.
    """
    body = body_of(response)
    number, meaning, told = code_in(body), _meaning_of(response, phase), {}
    if meaning is not None:
        status = response.status if response.status >= 400 else next(iter(meaning.status), response.status)
        told = {"words": f"code {number}, {words_of(body) or 'no words'}", "status": status}
    is_refusal = number in BOUGHT_NOTHING if number in CODES else 400 <= response.status < 500
    bought_nothing = is_refusal and not is_repetition(body)
    id = body.get("request_id") if isinstance(body, dict) else None
    return error_by(response, phase, meaning, "Kling", bought_nothing=bought_nothing, request_id=id, **told)


def _meaning_of(response: HttpResponse, phase: Phase) -> Meaning | None:
    """What the code means; a job that was bought is not given up for a code of tomorrow on status 200."""
    meaning = CODES.get(code_in(body_of(response)) or 0)
    unknown = None if response.status >= 400 else _UNKNOWN._replace(retryable=phase == "poll")
    return meaning or unknown


def code_in(body: Any) -> int | None:
    """Kling's number in a body; None where it has none."""
    number = body.get("code") if isinstance(body, dict) else None
    return number if isinstance(number, int) else None


def is_repetition(body: Any) -> bool:
    """Whether Kling refused a task because its ``external_task_id`` names one already."""
    return code_in(body) == 1201 and bool(_TAKEN.search(words_of(body)))


def error_of_failure(task: Mapping[str, Any], words: str, charged: errors.Charged) -> errors.TarashException:
    """The error of a task that failed; Kling says why in words alone.

    Args:
        task: The task, of either standard.
        words: Its message.
        charged: Whether the task names an amount that was taken; Kling bills no failed task.
    """
    meaning = CODES[1300] if _RISK.search(words) else _FAILED
    return failure_of(meaning, "Kling", words, dict(task), charged=charged)
