"""Every error body and failure text that Replicate is known to send."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tarash_replicate.errors import error_of, error_of_failure, wait_seconds

from tarash_core.errors import (
    ContentModerationError,
    GenerationFailedError,
    RateLimitError,
    TarashException,
)
from tarash_core.plugins import Headers, HttpResponse

THROTTLED = "Request was throttled. Your rate limit resets in ~30s."
LOW_CREDIT = (
    "Request was throttled. Your rate limit for creating predictions is reduced to 6 requests per minute with a burst "
    "of 1 requests while you have less than $5.0 in credit. Your rate limit resets in ~5s."
)


def problem(status: int, body: Any, **headers: str) -> HttpResponse:
    content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    kind = "text/html" if isinstance(body, str) else "application/problem+json"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpResponse(status, Headers({"content-type": kind, **named}), content)


@pytest.mark.parametrize(
    ("body", "headers", "seconds"),
    [
        ({"detail": LOW_CREDIT, "retry_after": 5}, {"retry_after": "7", "ratelimit_reset": "1"}, 7.0),
        ({"detail": LOW_CREDIT, "retry_after": 4}, {"ratelimit_reset": "1"}, 4.0),
        ({"detail": THROTTLED}, {"ratelimit_reset": "1"}, 30.0),
        ({"detail": "Request was throttled."}, {"ratelimit_reset": "12"}, 12.0),
        ({"detail": "Request was throttled.", "retry_after": "soon"}, {}, None),
        ({"detail": THROTTLED, "retry_after": 0}, {}, 0.0),
        ("<html>slow down</html>", {}, None),
    ],
)
def test_the_wait_hint_is_taken_from_the_best_place(body: Any, headers: dict[str, str], seconds: float | None) -> None:
    response = problem(429, body, **headers)
    error = error_of(response, "poll")
    assert wait_seconds(response) == seconds
    assert isinstance(error, RateLimitError)
    assert error.retry_after_seconds == seconds


def test_an_error_while_polling_says_nothing_about_the_charge_and_gives_no_advice_about_model_ids() -> None:
    error = error_of(problem(404, {"detail": "The requested resource could not be found."}), "poll")
    assert error._charged is None
    assert "model id" not in error.message


@pytest.mark.parametrize(
    ("text", "cls", "retryable"),
    [
        (
            "The input or output was flagged as sensitive. Please try again with different inputs. (E005)",
            ContentModerationError,
            False,
        ),
        ("NSFW content detected. Try running it again, or try a different prompt.", ContentModerationError, False),
        ("Something went wrong (E1000)", GenerationFailedError, True),
        ("E1001: The model ran out of memory", GenerationFailedError, False),
        ("CUDA out of memory. Tried to allocate 2 GiB", GenerationFailedError, False),
        ("E4875: webhook URL is empty", GenerationFailedError, False),
        ("E6716: timed out while starting", GenerationFailedError, True),
        ("Prediction interrupted; please retry (code: PA)", GenerationFailedError, True),
        ("Service is temporarily unavailable. Please try again later. (E003)", GenerationFailedError, True),
        ("Service is temporarily unavailable. Please try again later. (E004)", GenerationFailedError, True),
        ("The prompt violates our usage policies.", ContentModerationError, False),
        ("Blocked by safety filters", ContentModerationError, False),
        ("Your request was rejected by the moderation system", ContentModerationError, False),
        ("The parameter name is case-sensitive", GenerationFailedError, True),
        ("E0055 happened", GenerationFailedError, True),
        (None, GenerationFailedError, True),
    ],
)
def test_each_failure_text_has_its_class(text: str | None, cls: type[TarashException], retryable: bool) -> None:
    error = error_of_failure({"id": "p1", "status": "failed", "error": text, "version": "hidden"})
    assert type(error) is cls
    assert error.retryable is retryable
    assert error.request_id == "p1"
    assert (text or "no reason").rstrip(".") in error.message


def test_a_failure_is_charged_for_its_run_time_and_unknown_for_an_official_model() -> None:
    failed = {"id": "p1", "status": "failed", "error": "boom", "metrics": {"predict_time": 2.5}}
    assert error_of_failure({**failed, "version": "a" * 64}).charged == "yes"
    assert error_of_failure({**failed, "version": "hidden"}).charged == "unknown"


def test_a_failure_shows_neither_signed_urls_nor_inline_files() -> None:
    given = {"image": "data:image/png;base64,AAAA", "video": "https://x.example/a.mp4?signature=s3cr3t"}
    shown = json.dumps(error_of_failure({"id": "p1", "error": "boom", "input": given}).raw_response)
    assert "AAAA" not in shown
    assert "s3cr3t" not in shown
