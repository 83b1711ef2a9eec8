"""Every documented error, and those of tomorrow."""

from __future__ import annotations

from typing import Any

import pytest
from tarash_sora import provider
from tarash_sora.errors import error_of_failure

from tarash_core import errors
from tarash_core.plugins import Headers, HttpResponse

HTTP, KEY, RATE = errors.HTTPError, errors.AuthenticationError, errors.RateLimitError
CREDIT, CONTENT = errors.InsufficientCreditsError, errors.ContentModerationError


def body_of(message: str, code: Any = None, kind: str = "invalid_request_error", **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": None, "code": code, **more}}


def answer(status: int, body: Any, **headers: str) -> HttpResponse:
    return HttpResponse.of_json(body, status, x_request_id="req_1", **headers)


INPAINT = "Inpaint image must match the requested width and height"
SAFETY = "Your request was rejected by the safety system."
OUTPUT = {"moderation_details": {"moderation_stage": "output", "categories": ["violence"]}}
DOCUMENTED: dict[str, tuple[int, dict[str, Any], type, bool, str]] = {
    "another size": (400, body_of(INPAINT), HTTP, False, "no"),
    "no file name": (400, body_of("expected a file, but got a string instead", "invalid_type"), HTTP, False, "no"),
    "no object": (400, body_of("expected an object, but got a string", "invalid_type"), HTTP, False, "no"),
    "a value": (400, body_of("Invalid value: '5'.", "invalid_value"), HTTP, False, "no"),
    "moderated": (400, body_of(SAFETY, "moderation_blocked", "image_generation_user_error"), CONTENT, False, "no"),
    "moderated late": (400, body_of(SAFETY, "moderation_blocked", **OUTPUT), CONTENT, False, "unknown"),
    "moderated of old": (400, body_of(SAFETY, "content_policy_violation"), CONTENT, False, "no"),
    "sentinel": (400, body_of("blocked", "sentinel_block"), CONTENT, False, "no"),
    "key": (401, body_of("Incorrect API key provided", "invalid_api_key"), KEY, False, "no"),
    "permission": (403, body_of("Your organization must be verified"), KEY, False, "no"),
    "model": (404, body_of("The model 'sora-2' does not exist", "model_not_found"), HTTP, False, "no"),
    "conflict": (409, body_of("Busy"), HTTP, True, "no"),
    "rate": (429, body_of("Rate limit reached", "rate_limit_exceeded"), RATE, True, "no"),
    "quota": (429, body_of("You exceeded your current quota", "insufficient_quota"), CREDIT, False, "no"),
    "limit": (429, body_of("Billing hard limit", "billing_hard_limit_reached"), CREDIT, False, "no"),
    **{
        str(status): (status, body_of("The server had an error", None, "server_error"), HTTP, True, "unknown")
        for status in (500, 502, 503, 504)
    },
}


@pytest.mark.parametrize("name", DOCUMENTED)
def test_a_documented_error(name: str) -> None:
    status, body, kind, retryable, charged = DOCUMENTED[name]
    error = provider.error(answer(status, body), "submit")
    assert (type(error), error.retryable, error.charged) == (kind, retryable, charged)
    assert body["error"]["message"].rstrip(".") in str(error)
    assert error.raw_response == body and error.request_id == "req_1"
    assert getattr(error, "status_code", status) == status


def test_a_poll_says_nothing_about_the_bill() -> None:
    error = provider.error(answer(404, body_of("gone")), "poll")
    assert errors.complete(error, charged="unknown").charged == "unknown"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"retry_after_ms": "1500", "retry_after": "9"}, 1.5), ({"retry_after": "7"}, 7.0), ({}, None)],
)
def test_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    error = provider.error(answer(429, body_of("slow", "rate_limit_exceeded"), **headers), "submit")
    assert isinstance(error, RATE) and error.retry_after_seconds == seconds


PAGE = HttpResponse(502, Headers({"content-type": "text/html"}), b"<html>Bad gateway</html>")
UNKNOWN: dict[str, tuple[HttpResponse, type, bool, str]] = {
    "a code of tomorrow": (answer(418, body_of("a new trouble", "teapot")), HTTP, False, "no"),
    "a proxy's page": (PAGE, HTTP, True, "unknown"),
    "OpenRouter's numbers": (answer(402, {"error": {"code": 402, "message": "No credit"}}), CREDIT, False, "no"),
    "a text": (answer(400, {"error": "no such thing"}), HTTP, False, "no"),
    "a detail": (answer(422, {"detail": "prompt is required"}), HTTP, False, "no"),
    "a list": (answer(400, ["no"]), HTTP, False, "no"),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_an_unknown_error_is_shown(name: str) -> None:
    response, *expected = UNKNOWN[name]
    error = provider.error(response, "submit")
    assert [type(error), error.retryable, error.charged] == expected
    assert error.raw_response is not None


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
