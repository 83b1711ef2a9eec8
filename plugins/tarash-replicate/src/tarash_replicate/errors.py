"""What Replicate's error answers and failure texts mean in our tree."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tarash_core.errors import ContentModerationError, GenerationFailedError, RateLimitError, TarashException
from tarash_core.plugins import (
    HttpResponse,
    Meaning,
    Phase,
    billed,
    body_of,
    charged_of,
    error_of_status,
    failure_of,
    is_refusal,
    meaning_of,
    number_of,
    retry_after_seconds,
    words_of,
)

_RESETS_IN = re.compile(r"resets in ~?(\d+(?:\.\d+)?)\s*s")
_WAYS_OUT = {
    402: "new credit takes some minutes to count",
    404: "check the model id: owner/name, owner/name:<version>, or deployments/owner/name",
    422: "name an existing version, owner/name:<64 hex digits>, or leave the version out",
}


def error_of(response: HttpResponse, phase: Phase) -> TarashException:
    """The error for an answer of 400 and above.

    A purchase that was answered below 500, or with Replicate's own 503, bought nothing; after any other answer of
    500 and above nobody knows, so that ``charged`` is ``"unknown"`` there.

    Args:
        response: The answer; ``application/problem+json``, or a proxy's page.
        phase: What the request was for.
    """
    body = body_of(response)
    error = error_of_status(response, phase, _words(body, response.status if phase == "submit" else 0))
    if isinstance(error, RateLimitError):
        error.retry_after_seconds = wait_seconds(response)
    return billed(error, phase, is_refusal(response))


def wait_seconds(response: HttpResponse) -> float | None:
    """Seconds to wait: ``Retry-After``, else the body's ``retry_after`` or sentence, else ``ratelimit-reset``."""
    body, said = body_of(response), _RESETS_IN.search(words_of(body_of(response)))
    hints = (
        retry_after_seconds(response),
        body.get("retry_after") if isinstance(body, dict) else None,
        said and said[1],
        response.headers.get("ratelimit-reset"),
    )
    return next((max(0.0, seconds) for hint in hints if (seconds := number_of(hint)) is not None), None)


def is_unknown_version(response: HttpResponse) -> bool:
    """Whether a 422 is about the model's version and not about its inputs."""
    body = body_of(response)
    return isinstance(body, dict) and "version" in str(body.get("title")).lower()


def _words(body: Any, bought_with: int) -> str:
    said = " ".join(words_of(body).split()).rstrip(".")
    inputs_are_wrong = isinstance(body, dict) and "Input" in str(body.get("title"))
    return "; ".join(filter(None, (said, None if inputs_are_wrong else _WAYS_OUT.get(bought_with))))


_CONTENT, _FAILED = ContentModerationError, GenerationFailedError
_REWORD = Meaning(_CONTENT, "change the prompt or the inputs", False)

# Codes of four digits are documented by Replicate; E003 to E005 come from the models behind its proxy.
_FAILURES = (
    _REWORD._replace(words=r"\bE005\b"),
    Meaning(_CONTENT, "change the prompt, or try another seed", False, words=r"\bnsfw\b"),
    Meaning(_FAILED, "ask for something smaller", False, words=r"\bE1001\b|out of memory"),
    Meaning(_FAILED, "give webhook_url a full https URL", False, words=r"\bE4875\b"),
    Meaning(_FAILED, "try again", True, words=r"\bE1000\b|\bE6716\b|code: PA\b"),
    Meaning(_FAILED, "try again in a while", True, words=r"\bE00[34]\b"),
    _REWORD._replace(words=r"safety|(?<!case[- ])sensitive|moderat|\bpolic(y|ies)\b|flagged"),
)
_ANY = Meaning(_FAILED, "try again, or change the inputs", True)


def error_of_failure(prediction: Mapping[str, Any]) -> TarashException:
    """The error of a prediction with status ``failed``.

    Args:
        prediction: The prediction object; its ``error`` is the model's own text.
    """
    text = str(prediction.get("error") or "")
    meaning, id = meaning_of(_FAILURES, text) or _ANY, prediction.get("id")
    charged = charged_of(billed_seconds(prediction))
    return failure_of(meaning, "The model", text, prediction, charged=charged, request_id=id)


def billed_seconds(prediction: Mapping[str, Any]) -> float | None:
    """The run time that is billed, in seconds; None for official models, which bill by output, and before a run."""
    metrics = prediction.get("metrics")
    seconds = metrics.get("predict_time") if isinstance(metrics, dict) else None
    by_time = re.fullmatch(r"[0-9a-f]{64}", str(prediction.get("version")))
    return seconds if by_time and isinstance(seconds, (int, float)) and 0 < seconds < float("inf") else None
