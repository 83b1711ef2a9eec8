"""What else errors tell, and why jobs fail; refused requests stand in ``test_contract.py``."""

from __future__ import annotations

import pytest
from tarash_luma import provider
from tarash_luma.errors import FAILURE_CODES, error_of_failure
from tarash_luma.generations import update_of

from tarash_core import errors
from tarash_core.plugins import Failed, HttpResponse

CREDIT, CONTENT = errors.InsufficientCreditsError, errors.ContentModerationError
RATE, FAILED = errors.RateLimitError, errors.GenerationFailedError


def test_an_error_keeps_lumas_body() -> None:
    error = provider.error(HttpResponse.of_json({"detail": "Prompt is required"}, 400), "submit")
    assert error.raw_response == {"detail": "Prompt is required"}


@pytest.mark.parametrize(("header", "seconds"), [({"retry_after": "7"}, 7), ({"retry_after": "60"}, 60), ({}, None)])
def test_a_limit_says_how_long_to_wait(header: dict[str, str], seconds: float | None) -> None:
    error = provider.error(HttpResponse.of_json({"detail": "Rate limit exceeded"}, 429, **header), "submit")
    assert isinstance(error, RATE) and error.retry_after_seconds == seconds


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_tells_of_the_two(status: int) -> None:
    said = str(provider.error(HttpResponse.of_json({"detail": "Invalid API key"}, status), "submit"))
    assert "LUMA_AGENTS_API_KEY" in said and "LUMAAI_API_KEY" in said


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
