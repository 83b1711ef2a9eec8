"""Every error that the dossier (stability.md, section 6) documents: class, retryable and charged."""

from __future__ import annotations

from typing import Any

import pytest
from tarash_stability import provider
from tarash_stability.answers import update_of
from tarash_stability.errors import NAMES

from tarash_core import errors
from tarash_core.plugins import Failed, Headers, HttpResponse

KEY, CREDIT, CONTENT = errors.AuthenticationError, errors.InsufficientCreditsError, errors.ContentModerationError
RATE, HTTP = errors.RateLimitError, errors.HTTPError

CREDITS = (
    "You lack sufficient credits to make this request. Please purchase more credits at "
    "https://platform.stability.ai/account/credits and try again."
)
FLAGGED = (
    "Your request was flagged by our content moderation system, as a result your request was denied and you were not "
    "charged."
)
TOO_OFTEN = (
    "You have exceeded the rate limit of 150 requests within a 10 second period, and have been timed out for 60 "
    "seconds."
)
DOCUMENTED: list[tuple[str, int, str, type, bool]] = [
    ("bad_request", 400, "some-field: is required", HTTP, False),
    ("bad_request", 400, "content-type: must be multipart/form-data", HTTP, False),
    ("unauthorized", 401, "authorization: invalid or missing header value", KEY, False),
    ("payment_required", 402, CREDITS, CREDIT, False),
    ("content_moderation", 403, FLAGGED, CONTENT, False),
    ("permission_denied", 403, "not yours", KEY, False),
    ("not_found", 404, "id: the generation either does not exist or has expired", HTTP, False),
    ("payload_too_large", 413, "body: payloads cannot be larger than 10MiB in size", HTTP, False),
    ("invalid_language", 422, "English is the only supported language for this service.", HTTP, False),
    ("public_figure", 422, "refused", CONTENT, False),
    ("copyrighted_content", 422, "refused", CONTENT, False),
    ("rate_limit_exceeded", 429, TOO_OFTEN, RATE, True),
    ("internal_error", 500, "An unexpected server error has occurred, please try again later.", HTTP, True),
]


def body_of(name: str, text: str) -> dict[str, Any]:
    return {"id": "ed14db44362126aab3cbd25cca51ffe3", "name": name, "errors": [text]}


def test_every_name_of_the_table_is_tested() -> None:
    assert {name: known.status for name, known in NAMES.items()} == {name: status for name, status, *_ in DOCUMENTED}


@pytest.mark.parametrize(("name", "status", "text", "kind", "retryable"), DOCUMENTED)
def test_a_documented_error_at_submit(name: str, status: int, text: str, kind: type, retryable: bool) -> None:
    error = provider.error(HttpResponse.of_json(body_of(name, text), status), "submit")
    assert (type(error), error.retryable, error.charged) == (kind, retryable, "no")
    assert text.rstrip(".") in str(error) and str(status) in str(error)
    assert error.raw_response == body_of(name, text)
    assert error.request_id == "ed14db44362126aab3cbd25cca51ffe3"
    assert getattr(error, "status_code", status) == status


@pytest.mark.parametrize(("name", "status", "text", "kind", "retryable"), DOCUMENTED)
def test_the_older_shape_says_the_same(name: str, status: int, text: str, kind: type, retryable: bool) -> None:
    body = {"id": "ab12", "name": name, "message": text}
    error = provider.error(HttpResponse.of_json(body, status), "submit")
    assert (type(error), error.retryable, error.charged) == (kind, retryable, "no")
    assert text.rstrip(".") in str(error)


@pytest.mark.parametrize(("name", "status", "text", "kind", "retryable"), DOCUMENTED)
def test_what_a_poll_error_says_about_the_bill_is_left_to_the_engine(
    name: str, status: int, text: str, kind: type, retryable: bool
) -> None:
    error = provider.error(HttpResponse.of_json(body_of(name, text), status), "poll")
    assert errors.complete(error, charged="unknown").charged == "unknown"


def test_who_sent_too_much_waits_a_minute_unless_told_otherwise() -> None:
    body = body_of("rate_limit_exceeded", TOO_OFTEN)
    error, asked = (
        provider.error(HttpResponse.of_json(body, 429, **more), "submit") for more in ({}, {"retry_after": "7"})
    )
    assert isinstance(error, RATE) and error.retry_after_seconds == 60
    assert isinstance(asked, RATE) and asked.retry_after_seconds == 7


PAGE = Headers({"content-type": "text/html"})
UNKNOWN: dict[str, tuple[HttpResponse, type, bool, str]] = {
    "moderation without id and name": (HttpResponse.of_json({"errors": [FLAGGED]}, 403), CONTENT, False, "no"),
    "a doubled prefix": (
        HttpResponse.of_json({"errors": ["authorization: authorization: invalid or missing header value"]}, 401),
        KEY,
        False,
        "no",
    ),
    "a 403 of tomorrow": (HttpResponse.of_json({"name": "new", "errors": ["no"]}, 403), KEY, False, "no"),
    "a 429 of tomorrow": (HttpResponse.of_json({"name": "new", "errors": ["no"]}, 429), RATE, True, "no"),
    "a 500 of tomorrow": (HttpResponse.of_json({"name": "new", "errors": ["no"]}, 500), HTTP, True, "unknown"),
    "a status of tomorrow": (HttpResponse.of_json({"name": "new", "errors": ["no"]}, 418), HTTP, False, "no"),
    "a proxy's 502": (HttpResponse(502, PAGE, b"<html>Bad gateway</html>"), HTTP, True, "unknown"),
    "a proxy's 504": (HttpResponse(504, PAGE, b"<html>Timeout</html>"), HTTP, True, "unknown"),
    "a proxy's 413": (HttpResponse(413, PAGE, b"<html>Too large</html>"), HTTP, False, "no"),
    "a list": (HttpResponse.of_json(["no"], 400), HTTP, False, "no"),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_an_unknown_error_is_shown(name: str) -> None:
    response, *expected = UNKNOWN[name]
    error = provider.error(response, "submit")
    assert [type(error), error.retryable, error.charged] == expected
    assert error.raw_response is not None


def test_an_error_in_the_place_of_a_picture_is_read_as_one() -> None:
    answer = HttpResponse.of_json(body_of("content_moderation", FLAGGED), 200)
    with pytest.raises(CONTENT, match="403") as caught:
        update_of(answer, "submit")
    assert caught.value.charged == "no"


@pytest.mark.parametrize(("reason", "kind"), [("CONTENT_FILTERED", CONTENT), ("ERROR", errors.GenerationFailedError)])
def test_a_generation_that_ended_badly(reason: str, kind: type) -> None:
    update = update_of(HttpResponse.of_json({"image": "", "finish_reason": reason, "seed": 1}), "poll")
    assert isinstance(update, Failed)
    assert (type(update.error), update.error.charged) == (kind, "unknown")
    assert reason in str(update.error)
