"""Every error body and failure code that Runway is known to send (dossier runway.md, section 6)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tarash_runway.errors import DAILY_WAIT_SECONDS, error_of
from tarash_runway.provider import update_of

from tarash_core.errors import (
    AuthenticationError,
    ContentModerationError,
    GenerationFailedError,
    HTTPError,
    InsufficientCreditsError,
    JobExpiredError,
    RateLimitError,
    TarashException,
)
from tarash_core.plugins import Failed, Headers, HttpResponse

DOCS = "https://docs.dev.runwayml.com/api"


def answer(status: int, body: Any, **headers: str) -> HttpResponse:
    content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    kind = "text/html" if isinstance(body, str) else "application/json"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpResponse(status, Headers({"content-type": kind, **named}), content)


def invalid(*issues: dict[str, Any]) -> dict[str, Any]:
    return {"error": "Validation of body failed", "issues": list(issues), "docUrl": DOCS}


def asset(message: str) -> dict[str, Any]:
    return invalid({"code": "custom", "message": message, "path": ["promptImage"]})


TOO_LONG = {
    "code": "too_big",
    "maximum": 30,
    "type": "number",
    "inclusive": True,
    "origin": "number",
    "message": "Asset duration must be at most 30 seconds",
    "path": ["videoUri"],
}
UNKNOWN_MODEL = {
    "code": "invalid_union",
    "note": "No matching discriminator",
    "discriminator": "model",
    "options": ["gen4.5", "veo3.1"],
    "path": ["model"],
    "message": "Invalid input",
}
BAD_RATIO = {
    "code": "invalid_value",
    "message": "Invalid option: expected one of '1280:720'|'720:1280'",
    "path": ["ratio"],
}
NO_CREDIT = {"error": "You do not have enough credits to run this task.", "docUrl": DOCS}
NO_VERSION = {"error": "The API version that was provided in the X-Runway-Version header is not valid.", "docUrl": DOCS}
NO_USER = {"error": "X-Runway-On-Behalf-Of request header was not specified for task creation"}
DAILY = {"error": "Your daily task limit has been reached.", "docUrl": DOCS}


@pytest.mark.parametrize(
    ("status", "body", "cls", "words", "retryable", "charged"),
    [
        (400, invalid(TOO_LONG), HTTPError, "videoUri Asset duration must be at most 30 seconds; give", False, "no"),
        (400, invalid(TOO_LONG, BAD_RATIO), HTTPError, "ratio Invalid option: expected one of", False, "no"),
        (
            400,
            asset('Failed to fetch asset. Received HTTP response code "404".'),
            HTTPError,
            "public https URL",
            False,
            "no",
        ),
        (400, asset("Asset size exceeds 16.0MB"), HTTPError, "give another file", False, "no"),
        (400, asset("Unsupported asset type"), HTTPError, "give another file", False, "no"),
        (400, asset("Only HTTPS URLs are allowed"), HTTPError, "public https URL", False, "no"),
        (400, asset("URLs must be hosted on a domain"), HTTPError, "public https URL", False, "no"),
        (400, asset("Timeout while fetching asset"), HTTPError, "public https URL", False, "no"),
        (
            400,
            asset("Invalid asset aspect ratio. width / height ratio must be at least 0.5. Got 0.462."),
            HTTPError,
            "Got 0.462; give another file",
            False,
            "no",
        ),
        (400, invalid(UNKNOWN_MODEL), HTTPError, "expected gen4.5, veo3.1; use another model", False, "no"),
        (400, NO_CREDIT, InsufficientCreditsError, "not have enough credits", False, "no"),
        (400, NO_VERSION, HTTPError, "leave api_version out", False, "no"),
        (400, NO_USER, HTTPError, "on_behalf_of", False, "no"),
        (400, {"error": "Invalid parameter 'promptText'"}, HTTPError, "Invalid parameter 'promptText'", False, "no"),
        (401, {"error": "The API key is not valid."}, AuthenticationError, "not valid", False, "no"),
        (403, {"error": "Not entitled to this model"}, AuthenticationError, "Not entitled", False, "no"),
        (404, {"error": "Not found"}, HTTPError, "Not found", False, "no"),
        (405, "", HTTPError, "405", False, "no"),
        (413, "<html>Too large</html>", HTTPError, "give a URL", False, "no"),
        (418, {"strange": "teapot"}, HTTPError, "418", False, "no"),
        (429, DAILY, RateLimitError, "daily task limit", True, "no"),
        (429, {"message": "Too Many Requests"}, RateLimitError, "Too Many Requests", True, "no"),
        (429, {"error": "Rate limit exceeded"}, RateLimitError, "Rate limit exceeded", True, "no"),
        (500, {"error": "Internal server error"}, HTTPError, "Internal", True, "unknown"),
        (502, "<html>Bad gateway</html>", HTTPError, "submit request failed", True, "unknown"),
        (503, {"error": "Overloaded"}, HTTPError, "Overloaded", True, "no"),
        (503, "<html>no</html>", HTTPError, "503", True, "unknown"),
        (504, {"message": "Endpoint request timed out"}, HTTPError, "timed out", True, "unknown"),
    ],
)
def test_each_error_body_says_class_words_retry_and_charge(
    status: int, body: Any, cls: type[TarashException], words: str, retryable: bool, charged: str
) -> None:
    error = error_of(answer(status, body), "submit")
    assert type(error) is cls
    assert words in error.message
    assert (error.retryable, error.charged) == (retryable, charged)
    assert getattr(error, "status_code", None) == status
    assert error.raw_response == body


def test_the_wait_is_what_runway_asks_for_and_long_after_the_daily_limit() -> None:
    waits = [
        error_of(answer(429, DAILY), "submit"),
        error_of(answer(429, DAILY, retry_after="7200"), "submit"),
        error_of(answer(429, {"message": "Too Many Requests"}, retry_after="3"), "poll"),
        error_of(answer(429, {"message": "Too Many Requests"}), "poll"),
    ]
    assert [getattr(error, "retry_after_seconds", 0) for error in waits] == [DAILY_WAIT_SECONDS, 7200.0, 3.0, None]


@pytest.mark.parametrize("phase", ["poll", "cancel"])
def test_a_task_that_is_gone_is_expired_and_its_charge_is_not_told(phase: Any) -> None:
    error = error_of(answer(404, {"error": "Could not find Task"}), phase)
    assert isinstance(error, JobExpiredError)
    assert (error.retryable, error._charged) == (False, None)


def test_an_error_while_polling_says_nothing_about_the_charge() -> None:
    assert error_of(answer(500, {"error": "Internal"}), "poll")._charged is None


@pytest.mark.parametrize(
    ("code", "cls", "retryable", "charged"),
    [
        ("SAFETY.INPUT.TEXT", ContentModerationError, False, "yes"),
        ("SAFETY.INPUT.IMAGE", ContentModerationError, False, "yes"),
        ("SAFETY.INPUT.VIDEO", ContentModerationError, False, "yes"),
        ("SAFETY.OUTPUT.TEXT", ContentModerationError, False, "unknown"),
        ("SAFETY.OUTPUT.IMAGE", ContentModerationError, False, "unknown"),
        ("SAFETY.OUTPUT.VIDEO", ContentModerationError, False, "unknown"),
        ("INPUT_PREPROCESSING.SAFETY.TEXT", ContentModerationError, False, "unknown"),
        ("INPUT_PREPROCESSING.INTERNAL", GenerationFailedError, True, "unknown"),
        ("ASSET.INVALID", GenerationFailedError, False, "unknown"),
        ("INTERNAL.BAD_OUTPUT.01", GenerationFailedError, True, "unknown"),
        ("INTERNAL.BAD_OUTPUT.CODE01", GenerationFailedError, True, "unknown"),
        ("THIRD_PARTY.UNAVAILABLE", GenerationFailedError, True, "unknown"),
        ("INTERNAL", GenerationFailedError, True, "unknown"),
        ("INTERNAL.SOMETHING.NEW", GenerationFailedError, True, "unknown"),
        ("SAFETYNET", GenerationFailedError, True, "unknown"),
        ("NEVER.HEARD.OF", GenerationFailedError, True, "unknown"),
        (None, GenerationFailedError, True, "unknown"),
    ],
)
def test_each_failure_code_has_its_class(
    code: str | None, cls: type[TarashException], retryable: bool, charged: str
) -> None:
    task = {"id": "t1", "status": "FAILED", "failure": "It did not work.", "failureCode": code}
    update = update_of(task)
    assert isinstance(update, Failed)
    assert type(update.error) is cls
    assert (update.error.retryable, update.error.charged) == (retryable, charged)
    assert "It did not work" in update.error.message
    assert (code or "") in update.error.message
    assert update.error.request_id == "t1"


@pytest.mark.parametrize(("credits", "charged"), [(0, "no"), (60, "yes")])
@pytest.mark.parametrize("code", ["SAFETY.INPUT.TEXT", "INTERNAL", None])
def test_what_a_failed_task_cost_tells_whether_it_was_charged(credits: int, charged: str, code: str | None) -> None:
    task = {"id": "t1", "status": "FAILED", "failureCode": code, "cost": {"credits": credits}}
    update = update_of(task)
    assert isinstance(update, Failed)
    assert update.error.charged == charged
    assert "no reason" in update.error.message
