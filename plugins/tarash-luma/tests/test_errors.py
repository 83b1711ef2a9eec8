"""Every error that the dossier (luma.md, section 6) documents: class, retryable, charged, and Luma's own words."""

from __future__ import annotations

from typing import Any

import pytest
from tarash_luma import provider
from tarash_luma.errors import FAILURE_CODES, error_of_failure
from tarash_luma.generations import update_of

from tarash_core import errors
from tarash_core.plugins import Failed, Headers, HttpResponse, Running

KEY, CREDIT, CONTENT = errors.AuthenticationError, errors.InsufficientCreditsError, errors.ContentModerationError
RATE, HTTP, FAILED = errors.RateLimitError, errors.HTTPError, errors.GenerationFailedError

DOCUMENTED: list[tuple[int, str, type, bool, str]] = [
    # Dream Machine
    (400, "Prompt is required", HTTP, False, "no"),
    (400, "Prompt is too short, minimum length is 3 characters", HTTP, False, "no"),
    (400, "Prompt is too long, maximum length is 5000 characters", HTTP, False, "no"),
    (400, "Loop is not supported for end frame", HTTP, False, "no"),
    (400, "Loop is not supported for keyframes", HTTP, False, "no"),
    (400, "Loop is not supported for extend reverse", HTTP, False, "no"),
    (400, "Loop is not supported for interpolate", HTTP, False, "no"),
    (400, "No keyframes provided", HTTP, False, "no"),
    (400, "Unknown request type", HTTP, False, "no"),
    (400, "Insufficient credits", CREDIT, False, "no"),
    (401, "Invalid API key is provided", KEY, False, "no"),
    (403, "Invalid API key is provided", KEY, False, "no"),
    (404, "Generation not found", HTTP, False, "no"),
    # Agents
    (400, "Unknown model: X", HTTP, False, "no"),
    (400, "Type 'video' is not supported for model 'uni-1'", HTTP, False, "no"),
    (400, "Invalid aspect_ratio '4:3'. Valid: 16:9", HTTP, False, "no"),
    (400, "Prompt must be between 1 and 6000 characters", HTTP, False, "no"),
    (400, "image_ref[0]: provide either 'url' or 'data', not both", HTTP, False, "no"),
    (400, "source is required for type 'image_edit'", HTTP, False, "no"),
    (400, "image_ref[0]: 'media_type' is required with 'data'", HTTP, False, "no"),
    (401, "Missing or invalid API key", KEY, False, "no"),
    (401, "Invalid API key", KEY, False, "no"),
    (401, "API key has been revoked", KEY, False, "no"),
    (401, "API key has expired", KEY, False, "no"),
    (402, "Insufficient credits. Please add credits to continue", CREDIT, False, "no"),
    (403, "API client is suspended", KEY, False, "no"),
    (403, "API client is deactivated", KEY, False, "no"),
    (413, "Image exceeds 50 MB size limit", HTTP, False, "no"),
    (422, "image_ref[0]: invalid base64 data", HTTP, False, "no"),
    (422, "image_ref[0]: failed to fetch URL (HTTP 404)", HTTP, False, "no"),
    (422, "image_ref[0]: content-type is not an image", HTTP, False, "no"),
    (429, "Rate limit exceeded", RATE, True, "no"),
    (429, "Too many concurrent jobs", RATE, True, "no"),
    (502, "Upstream service unavailable", HTTP, True, "unknown"),
    (503, "Image URL ingestion unavailable", HTTP, True, "no"),
]


def answer(status: int, detail: Any, **headers: str) -> HttpResponse:
    return HttpResponse.of_json({"detail": detail}, status, **headers)


@pytest.mark.parametrize(("status", "detail", "kind", "retryable", "charged"), DOCUMENTED)
def test_a_documented_error_at_submit(status: int, detail: str, kind: type, retryable: bool, charged: str) -> None:
    error = provider.error(answer(status, detail), "submit")
    assert (type(error), error.retryable, error.charged) == (kind, retryable, charged)
    assert detail in str(error)
    assert error.raw_response == {"detail": detail}
    assert getattr(error, "status_code", status) == status


@pytest.mark.parametrize(("status", "detail", "kind", "retryable", "charged"), DOCUMENTED)
def test_what_a_poll_error_says_about_the_bill_is_left_to_the_engine(
    status: int, detail: str, kind: type, retryable: bool, charged: str
) -> None:
    error = provider.error(answer(status, detail), "poll")
    assert errors.complete(error, charged="unknown").charged == "unknown"


@pytest.mark.parametrize(("header", "seconds"), [({"retry_after": "7"}, 7), ({"retry_after": "60"}, 60), ({}, None)])
def test_a_limit_says_how_long_to_wait(header: dict[str, str], seconds: float | None) -> None:
    error = provider.error(answer(429, "Rate limit exceeded", **header), "submit")
    assert isinstance(error, RATE) and error.retry_after_seconds == seconds


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_tells_of_the_two(status: int) -> None:
    said = str(provider.error(answer(status, "Invalid API key"), "submit"))
    assert "LUMA_AGENTS_API_KEY" in said and "LUMAAI_API_KEY" in said


@pytest.mark.parametrize("detail", ["Contains blacklisted words", "Prompt not allowed: contains IP"])
def test_content_may_be_refused_at_once(detail: str) -> None:
    error = provider.error(answer(400, detail), "submit")
    assert (type(error), error.charged) == (CONTENT, "no") and detail in str(error)


PAGE = HttpResponse(502, Headers({"content-type": "text/html"}), b"<html>Bad gateway</html>")
LISTED = [{"loc": ["body", "model"], "msg": "Field required", "type": "missing"}]
UNKNOWN: dict[str, tuple[HttpResponse, type, bool, str]] = {
    "the validator's list": (answer(422, LISTED), HTTP, False, "no"),
    "a status of tomorrow": (answer(418, "a new trouble"), HTTP, False, "no"),
    "a 500": (answer(500, "a new trouble"), HTTP, True, "unknown"),
    "a proxy's page": (PAGE, HTTP, True, "unknown"),
    "another shape": (HttpResponse.of_json({"error": {"message": "who are you"}}, 401), KEY, False, "no"),
    "a list": (HttpResponse.of_json(["no"], 400), HTTP, False, "no"),
    "no words": (HttpResponse(400), HTTP, False, "no"),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_an_unknown_error_is_shown(name: str) -> None:
    response, *expected = UNKNOWN[name]
    error = provider.error(response, "submit")
    assert [type(error), error.retryable, error.charged] == expected
    assert error.raw_response is not None and str(response.status) in str(error)


CODES: dict[str, tuple[type, bool, str | None]] = {
    "content_moderated": (CONTENT, False, None),
    "generation_failed": (FAILED, True, None),
    "budget_exhausted": (CREDIT, False, "no"),
    "output_not_found": (FAILED, True, None),
    "image_too_large": (FAILED, False, None),
    "unsupported_format": (FAILED, False, None),
    "corrupt_input": (FAILED, False, None),
    "invalid_request": (FAILED, False, None),
    "rate_limited": (RATE, True, None),
}


def test_every_failure_code_is_tested() -> None:
    assert set(CODES) == set(FAILURE_CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_failed_job_of_agents(code: str) -> None:
    body = {"id": "1", "state": "failed", "failure_code": code, "failure_reason": "Some words of Luma's."}
    update = update_of(body)
    assert isinstance(update, Failed)
    error = update.error
    assert (type(error), error.retryable, error._charged) == CODES[code]
    assert "Some words of Luma's" in str(error) and code in str(error)
    assert error.raw_response == body


@pytest.mark.parametrize(
    ("reason", "kind", "retryable", "charged"),
    [
        ("Contains blacklisted words", CONTENT, False, "no"),
        ("Prompt not allowed because it contains IP", CONTENT, False, "no"),
        ("Advanced prompt moderation failed", CONTENT, True, "no"),
        ("Advanced moderation failed", CONTENT, True, "no"),
        ("Frame moderation failed", CONTENT, False, "no"),
        ("Failed to read user input frames", FAILED, False, "no"),
        ("Prompt processing failed", FAILED, True, "no"),
        ("Error dispatching job", FAILED, True, "no"),
        ("Job failed", FAILED, True, "no"),
        ("Error processing callback", FAILED, False, None),
        ("A reason of tomorrow", FAILED, True, "no"),
        ("", FAILED, True, "no"),
    ],
)
def test_a_failed_job_of_dream_machine(reason: str, kind: type, retryable: bool, charged: str | None) -> None:
    error = error_of_failure({"id": "1", "state": "failed", "failure_reason": reason})
    assert (type(error), error.retryable, error._charged) == (kind, retryable, charged)
    assert reason in str(error)


def test_a_code_of_tomorrow_is_judged_by_its_words() -> None:
    error = error_of_failure({"failure_code": "new_code", "failure_reason": "Output was flagged by moderation"})
    assert (type(error), error._charged) == (CONTENT, None) and "new_code" in str(error)


def test_an_unknown_state_is_a_running_job() -> None:
    update = update_of({"id": "1", "state": "thinking"})
    assert isinstance(update, Running) and update.unknown_status == "thinking"
