"""What Replicate's error answers and failure texts mean in our tree."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tarash_core import errors
from tarash_core.plugins import HttpResponse, Phase, answers, meanings
from tarash_replicate.codes import ANY, FAILURES, RATE, REFUSALS, VERSION

_RESETS_IN = re.compile(r"resets in ~?(\d+(?:\.\d+)?)\s*s")


def error_of(response: HttpResponse, phase: Phase) -> errors.TarashException:
    """The error for an answer of 400 and above.

    A purchase that was answered below 500, or with Replicate's own 503, bought nothing; after any other answer of
    500 and above nobody knows, so that ``charged`` is ``"unknown"`` there.

    Args:
        response: The answer; ``application/problem+json``, or a proxy's page.
        phase: What the request was for.
    """
    meaning = meanings.meaning_of(REFUSALS if phase == "submit" else (RATE,), _title(response), response.status)
    return meanings.error_by(response, phase, meaning, "Replicate", wait_seconds=wait_seconds(response))


def is_unknown_version(response: HttpResponse) -> bool:
    """Whether a refusal is about the model's version and not about its inputs."""
    return VERSION.fits(_title(response), response.status)


def _title(response: HttpResponse) -> str:
    return str(next(answers.values_at(answers.body_of(response), "title"), ""))


def wait_seconds(response: HttpResponse) -> float | None:
    """Seconds to wait: ``Retry-After``, else the body's ``retry_after`` or sentence, else ``ratelimit-reset``."""
    body = answers.body_of(response)
    hints = (
        answers.retry_after_seconds(response),
        *answers.values_at(body, "retry_after"),
        *_RESETS_IN.findall(answers.words_of(body)),
        response.headers.get("ratelimit-reset"),
    )
    return next((max(0.0, seconds) for hint in hints if (seconds := answers.number_of(hint)) is not None), None)


def error_of_failure(prediction: Mapping[str, Any], words: str | None = None) -> errors.TarashException:
    """The error of a prediction without a result, in the model's own text unless other words are given."""
    text = str(prediction.get("error") or "") if words is None else words
    meaning = meanings.meaning_of(FAILURES, text) or ANY
    charged, id = meaning.charged or answers.charged_of(billed_seconds(prediction)), prediction.get("id")
    return meanings.failure_of(meaning, "The model", text, prediction, charged=charged, request_id=id)


def billed_seconds(prediction: Mapping[str, Any]) -> float | None:
    """The run time that is billed, in seconds; None for official models, which bill by output, and before a run."""
    seconds = answers.number_of(next(answers.values_at(prediction, "metrics.predict_time"), None))
    by_time = re.fullmatch(r"[0-9a-f]{64}", str(prediction.get("version")))
    return seconds if by_time and seconds and seconds > 0 else None
