"""What else errors tell; those that are documented stand in ``test_contract.py``."""

from __future__ import annotations

from typing import Any

import pytest
from tarash_sora import provider
from tarash_sora.errors import error_of_failure

from tarash_core import errors
from tarash_core.plugins import HttpResponse

CONTENT = errors.ContentModerationError


def answer(status: int, code: str | None = None, **headers: str) -> HttpResponse:
    body = {"error": {"message": "slow", "type": "invalid_request_error", "param": None, "code": code}}
    return HttpResponse.of_json(body, status, **headers)


def test_the_request_is_named_and_the_answer_kept() -> None:
    refused = answer(400, "invalid_value", x_request_id="req_1")
    error = provider.error(refused, "submit")
    assert (error.request_id, error.raw_response) == ("req_1", refused.json())


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"retry_after_ms": "1500", "retry_after": "9"}, 1.5), ({"retry_after": "7"}, 7.0), ({}, None)],
)
def test_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    error = provider.error(answer(429, "rate_limit_exceeded", **headers), "submit")
    assert isinstance(error, errors.RateLimitError) and error.retry_after_seconds == seconds


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ({"code": "moderation_blocked", "message": "Your request was blocked by our moderation system."}, CONTENT),
        ("Blocked by the content policy", CONTENT),
        ({"code": 500, "message": "out of memory"}, errors.GenerationFailedError),
        ({"code": "server_error", "message": "sensitive detector crashed"}, errors.GenerationFailedError),
        ("no worker", errors.GenerationFailedError),
        (None, errors.GenerationFailedError),
    ],
)
def test_why_a_job_failed(told: Any, kind: type) -> None:
    error = error_of_failure({"id": "video_1", "status": "failed", "error": told})
    assert type(error) is kind and error.charged == "unknown"
    words = told.get("message") if isinstance(told, dict) else told
    assert (words or "no words").rstrip(".") in str(error)
