"""What Replicate's error answers and failure texts mean in our tree."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from tarash_core.engine.redaction import redact
from tarash_core.errors import ContentModerationError, GenerationFailedError, RateLimitError, TarashException, complete
from tarash_core.plugins import HttpResponse, Phase, body_of, error_of_status, retry_after_seconds, words_of

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
    if phase == "submit":
        refused = response.status < 500 or (response.status == 503 and isinstance(body, dict))
        complete(error, charged="no" if refused else "unknown")
    return error


def wait_seconds(response: HttpResponse) -> float | None:
    """Seconds to wait: ``Retry-After``, else the body's ``retry_after`` or sentence, else ``ratelimit-reset``."""
    body, said = body_of(response), _RESETS_IN.search(words_of(body_of(response)))
    hints = (
        retry_after_seconds(response),
        body.get("retry_after") if isinstance(body, dict) else None,
        said and said[1],
        response.headers.get("ratelimit-reset"),
    )
    return next((seconds for hint in hints if (seconds := _seconds(hint)) is not None), None)


def is_unknown_version(response: HttpResponse) -> bool:
    """Whether a 422 is about the model's version and not about its inputs."""
    body = body_of(response)
    return isinstance(body, dict) and "version" in str(body.get("title")).lower()


def _seconds(hint: Any) -> float | None:
    try:
        return max(0.0, float(hint)) if hint is not None else None
    except (TypeError, ValueError):
        return None


def _words(body: Any, bought_with: int) -> str:
    said = " ".join(words_of(body).split()).rstrip(".")
    inputs_are_wrong = isinstance(body, dict) and "Input" in str(body.get("title"))
    return "; ".join(filter(None, (said, None if inputs_are_wrong else _WAYS_OUT.get(bought_with))))


class _Kind(NamedTuple):
    pattern: str
    error: type[TarashException]
    retryable: bool
    way_out: str


# Codes of four digits are documented by Replicate; E003 to E005 come from the models behind its proxy.
_FAILURES = (
    _Kind(r"\bE005\b", ContentModerationError, False, "change the prompt or the inputs"),
    _Kind(r"\bnsfw\b", ContentModerationError, False, "change the prompt, or try another seed"),
    _Kind(r"\bE1001\b|out of memory", GenerationFailedError, False, "ask for something smaller"),
    _Kind(r"\bE4875\b", GenerationFailedError, False, "give webhook_url a full https URL"),
    _Kind(r"\bE1000\b|\bE6716\b|code: PA\b", GenerationFailedError, True, "try again"),
    _Kind(r"\bE00[34]\b", GenerationFailedError, True, "try again in a while"),
    _Kind(
        r"safety|(?<!case[- ])sensitive|moderat|\bpolic(y|ies)\b|flagged",
        ContentModerationError,
        False,
        "change the prompt or the inputs",
    ),
    _Kind("", GenerationFailedError, True, "try again, or change the inputs"),
)


def error_of_failure(prediction: Mapping[str, Any]) -> TarashException:
    """The error of a prediction with status ``failed``.

    Args:
        prediction: The prediction object; its ``error`` is the model's own text.
    """
    text = " ".join(str(prediction.get("error") or "it gave no reason").split())
    kind = next(kind for kind in _FAILURES if re.search(kind.pattern, text, re.IGNORECASE))
    return kind.error(
        f"The model failed: {text.rstrip('.')}; {kind.way_out}.",
        request_id=prediction.get("id"),
        raw_response=redact(prediction),
        retryable=kind.retryable,
        charged="yes" if billed_seconds(prediction) else "unknown",
    )


def billed_seconds(prediction: Mapping[str, Any]) -> float | None:
    """The run time that is billed, in seconds; None for official models, which bill by output, and before a run."""
    metrics = prediction.get("metrics")
    seconds = metrics.get("predict_time") if isinstance(metrics, dict) else None
    by_time = re.fullmatch(r"[0-9a-f]{64}", str(prediction.get("version")))
    return seconds if by_time and isinstance(seconds, (int, float)) and 0 < seconds < float("inf") else None
