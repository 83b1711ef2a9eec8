"""Every error that the dossier (kling.md, section 6) documents: class, retryable and charged."""

from __future__ import annotations

from typing import Any

import pytest
from tarash_kling import provider
from tarash_kling.codes import CODES
from tarash_kling.errors import error_of_failure
from tarash_kling.tasks import update_of

from tarash_core import errors
from tarash_core.plugins import Failed, Headers, HttpResponse

KEY, CREDIT, CONTENT = errors.AuthenticationError, errors.InsufficientCreditsError, errors.ContentModerationError
RATE, HTTP = errors.RateLimitError, errors.HTTPError

DOCUMENTED: dict[int, tuple[int, str, type, bool, str]] = {
    1000: (401, "authentication failed", KEY, False, "no"),
    1001: (401, "Authorization is empty", KEY, False, "no"),
    1002: (401, "api key not found", KEY, False, "no"),
    1003: (401, "token not valid yet", KEY, True, "no"),
    1004: (401, "token expired", KEY, True, "no"),
    1100: (429, "account abnormal", KEY, False, "no"),
    1101: (429, "account in arrears", CREDIT, False, "no"),
    1102: (429, "Account balance not enough", CREDIT, False, "no"),
    1103: (403, "no right to this resource", KEY, False, "no"),
    1200: (400, "invalid request parameters", HTTP, False, "no"),
    1201: (400, "camera_control is only supported in std mode with 5s duration and kling-v1", HTTP, False, "no"),
    1202: (404, "method invalid", HTTP, False, "no"),
    1203: (404, "resource does not exist", HTTP, False, "no"),
    1300: (400, "platform policy", CONTENT, False, "no"),
    1301: (400, "content-safety policy", CONTENT, False, "no"),
    1302: (429, "rate limit", RATE, True, "no"),
    1303: (429, "parallel task over resource pack limit", RATE, True, "no"),
    1304: (429, "IP whitelist policy", KEY, False, "no"),
    5000: (500, "server error", HTTP, True, "unknown"),
    5001: (503, "under maintenance", HTTP, True, "no"),
    5002: (504, "internal timeout", HTTP, True, "unknown"),
}


def body_of(number: int, message: str) -> dict[str, Any]:
    return {"code": number, "message": message, "request_id": "Cl68"}


def answer(number: int, message: str, status: int, **headers: str) -> HttpResponse:
    return HttpResponse.of_json(body_of(number, message), status, **headers)


def test_every_code_of_the_table_is_tested() -> None:
    assert set(CODES) == set(DOCUMENTED)
    assert {number: code.status[0] for number, code in CODES.items()} == {n: row[0] for n, row in DOCUMENTED.items()}


@pytest.mark.parametrize("number", DOCUMENTED)
def test_a_documented_code_at_submit(number: int) -> None:
    status, message, kind, retryable, charged = DOCUMENTED[number]
    error = provider.error(answer(number, message, status), "submit")
    assert (type(error), error.retryable, error.charged) == (kind, retryable, charged)
    assert message in str(error) and str(number) in str(error)
    assert error.raw_response == body_of(number, message)
    assert error.request_id == "Cl68"
    assert getattr(error, "status_code", status) == status


@pytest.mark.parametrize("number", DOCUMENTED)
def test_what_a_poll_error_says_about_the_bill_is_left_to_the_engine(number: int) -> None:
    status, message, *_ = DOCUMENTED[number]
    error = provider.error(answer(number, message, status), "poll")
    assert errors.complete(error, charged="unknown").charged == "unknown"


@pytest.mark.parametrize("number", [1303, 5000])
def test_a_code_counts_on_status_200_too(number: int) -> None:
    status, message, kind, retryable, charged = DOCUMENTED[number]
    error = provider.error(answer(number, message, 200), "submit")
    assert (type(error), error.retryable, error.charged) == (kind, retryable, charged)
    assert getattr(error, "status_code", None) == status


def test_a_full_account_is_asked_again_after_a_while() -> None:
    error = provider.error(answer(1303, "full", 429), "submit")
    assert isinstance(error, RATE) and error.retry_after_seconds == 10
    asked = provider.error(answer(1302, "slow", 429, retry_after="7"), "submit")
    assert isinstance(asked, RATE) and asked.retry_after_seconds == 7


def test_an_id_that_exists_may_be_a_task_that_was_paid_for() -> None:
    error = provider.error(answer(1201, "external_task_id already exists", 400), "submit")
    assert error.charged == "unknown"


PAGE = HttpResponse(502, Headers({"content-type": "text/html"}), b"<html>Bad gateway</html>")
UNKNOWN: dict[str, tuple[HttpResponse, type, bool, str]] = {
    "a code of tomorrow": (answer(1999, "a new trouble", 418), HTTP, False, "no"),
    "a 429 of tomorrow": (answer(1399, "a new limit", 429), RATE, True, "no"),
    "a 500 of tomorrow": (answer(5999, "a new trouble", 500), HTTP, True, "unknown"),
    "on status 200": (answer(1999, "a new trouble", 200), HTTP, False, "unknown"),
    "a proxy's page": (PAGE, HTTP, True, "unknown"),
    "another shape": (HttpResponse.of_json({"error": {"message": "who are you"}}, 401), KEY, False, "no"),
    "a list": (HttpResponse.of_json(["no"], 400), HTTP, False, "no"),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_an_unknown_error_is_shown(name: str) -> None:
    response, *expected = UNKNOWN[name]
    error = provider.error(response, "submit")
    assert [type(error), error.retryable, error.charged] == expected
    assert error.raw_response is not None


def test_an_unknown_code_does_not_end_the_wait_for_a_paid_job() -> None:
    assert provider.error(answer(1999, "a new trouble", 200), "poll").retryable


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Failure to pass the risk control system", CONTENT),
        ("The prompt contains sensitive words", CONTENT),
        ("violates our content policy", CONTENT),
        ("static_mask has another resolution than dynamic_masks", errors.GenerationFailedError),
        ("", errors.GenerationFailedError),
    ],
)
def test_why_a_task_failed_is_told_by_its_words(words: str, kind: type) -> None:
    error = error_of_failure({"task_id": "1"}, words, "no")
    assert type(error) is kind
    assert words in str(error)


@pytest.mark.parametrize(
    ("more", "charged"),
    [
        ({}, "no"),
        ({"final_unit_deduction": "0"}, "no"),
        ({"final_unit_deduction": "2.5"}, "yes"),
        ({"billing": []}, "no"),
    ],
)
def test_a_failed_task_is_free_unless_it_says_otherwise(more: dict[str, Any], charged: str) -> None:
    update = update_of({"task_id": "1", "task_status": "failed", "task_status_msg": "no", **more})
    assert isinstance(update, Failed) and update.error.charged == charged
