"""Every error that the dossier (veo.md, section 6) documents: class, retryable and charged."""

from __future__ import annotations

from typing import Any

import pytest
from tarash_veo import provider
from tarash_veo.errors import SUPPORT_CODES, TABLE, failure_of, moderated

from tarash_core import errors
from tarash_core.plugins import HttpResponse

KEY, CREDIT, CONTENT = errors.AuthenticationError, errors.InsufficientCreditsError, errors.ContentModerationError
RATE, HTTP, RETIRED = errors.RateLimitError, errors.HTTPError, errors.RetiredModelError


def rpc(status: int, word: str, message: str, *details: Any) -> dict[str, Any]:
    known = {"details": list(details)} if details else {}
    return {"error": {"code": status, "message": message, "status": word, **known}}


def interactions(message: str, code: str = "invalid_request") -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


RETRY = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "23s"}
BLOCKED_KEY = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_SERVICE_BLOCKED"}

DOCUMENTED: list[tuple[int, Any, type, bool, str]] = [
    (400, rpc(400, "INVALID_ARGUMENT", "Unknown name"), HTTP, False, "Unknown name"),
    (400, rpc(400, "INVALID_ARGUMENT", "API key not valid. Please pass one."), KEY, False, "API key not valid"),
    (400, [rpc(400, "INVALID_ARGUMENT", "API key not valid.")], KEY, False, "API key not valid"),
    (400, rpc(400, "FAILED_PRECONDITION", "User location is not supported"), CREDIT, False, "billing"),
    (400, interactions("Requested video duration 12s 0ns exceeds the maximum allowed 10s 0ns"), HTTP, False, "12s"),
    (400, interactions("Requested video duration 2s 0ns is less than the minimum allowed 3s"), HTTP, False, "2s"),
    (400, interactions("Invalid input at 'response_format'"), HTTP, False, "response_format"),
    (400, interactions("Aspect ratio cannot be set in response format for extend task"), HTTP, False, "Aspect"),
    (400, interactions("Videos longer than 30s are not supported for extension."), HTTP, False, "30s"),
    (400, interactions("Video extension is currently not supported."), HTTP, False, "extension"),
    (400, interactions("Only 720p resolution is supported by this model"), HTTP, False, "720p"),
    (400, interactions("Only GCS URIs are supported"), HTTP, False, "GCS"),
    (400, interactions("store=true is required for background interactions"), HTTP, False, "store=true"),
    (400, interactions("Invalid interaction name"), HTTP, False, "interaction name"),
    (400, interactions("prompt contains sensitive words", "content_blocked"), CONTENT, False, "sensitive words"),
    (400, interactions("Request blocked due to prohibited content guidelines."), CONTENT, False, "prohibited"),
    (400, rpc(400, "INVALID_ARGUMENT", "This model only supports Interactions API."), HTTP, False, "Interactions"),
    (401, rpc(401, "UNAUTHENTICATED", "Request had invalid credentials."), KEY, False, "access token"),
    (403, rpc(403, "PERMISSION_DENIED", "no right", BLOCKED_KEY), KEY, False, "no right"),
    (404, rpc(404, "NOT_FOUND", "Publisher Model was not found"), HTTP, False, "Publisher Model"),
    (404, rpc(404, "NOT_FOUND", "models/veo is no longer available."), RETIRED, False, "no longer available"),
    (429, rpc(429, "RESOURCE_EXHAUSTED", "Quota exceeded", RETRY), RATE, True, "Quota exceeded"),
    (429, rpc(429, "RESOURCE_EXHAUSTED", "Quota exceeded, limit: 0, model: x"), CREDIT, False, "limit: 0"),
    (499, rpc(499, "CANCELLED", "The operation was cancelled."), HTTP, False, "cancelled"),
    (500, rpc(500, "INTERNAL", "An internal error has occurred."), HTTP, True, "internal"),
    (503, rpc(503, "UNAVAILABLE", "The model is overloaded."), HTTP, True, "overloaded"),
    (504, rpc(504, "DEADLINE_EXCEEDED", "Too slow."), HTTP, True, "Too slow"),
]


@pytest.mark.parametrize(("status", "body", "kind", "retryable", "words"), DOCUMENTED)
def test_a_documented_error_at_submit(status: int, body: Any, kind: type, retryable: bool, words: str) -> None:
    error = provider.error(HttpResponse.of_json(body, status), "submit")
    assert (type(error), error.retryable) == (kind, retryable)
    assert error.charged == ("no" if status < 500 else "unknown")
    assert words in str(error)
    assert error.raw_response == body
    assert getattr(error, "status_code", status) == status


def test_every_status_of_the_table_is_tested() -> None:
    named = {status for row in TABLE for status in row.status}
    assert named - {402, 502} == {row[0] for row in DOCUMENTED}


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (418, {"error": {"message": "teapot"}}),
        (410, {"detail": "teapot"}),
        (413, {"error": "teapot"}),
        (451, ["teapot"]),
    ],
)
def test_an_unknown_error_is_shown(status: int, body: Any) -> None:
    error = provider.error(HttpResponse.of_json(body, status), "submit")
    assert type(error) is HTTP
    assert error.status_code == status
    assert "teapot" in str(error)


@pytest.mark.parametrize("status", [400, 502, 504])
def test_a_proxys_page_is_no_riddle(status: int) -> None:
    error = provider.error(HttpResponse(status, content=b"<html>bad gateway</html>"), "poll")
    assert type(error) is HTTP
    assert "no words" in str(error)


def test_the_wait_stands_in_the_body() -> None:
    error = provider.error(HttpResponse.of_json(rpc(429, "RESOURCE_EXHAUSTED", "x", RETRY), 429), "submit")
    assert isinstance(error, RATE)
    assert error.retry_after_seconds == 23
    plain = provider.error(HttpResponse.of_json(rpc(429, "RESOURCE_EXHAUSTED", "x"), 429, retry_after="5"), "submit")
    assert isinstance(plain, RATE)
    assert plain.retry_after_seconds == 5


@pytest.mark.parametrize("words", ["API_KEY_SERVICE_BLOCKED", "Multiple authentication credentials received"])
def test_what_a_poll_sometimes_gets_passes(words: str) -> None:
    answer = HttpResponse.of_json(rpc(400, "INVALID_ARGUMENT", words), 400)
    assert provider.error(answer, "poll").retryable
    assert not provider.error(answer, "submit").retryable


@pytest.mark.parametrize(
    ("told", "kind", "retryable"),
    [
        ({"code": 3, "message": "The prompt could not be submitted. Support codes: 29310472"}, CONTENT, False),
        ({"code": "content_blocked", "message": "no"}, CONTENT, False),
        ({"code": 3, "message": "durationSeconds is wrong"}, errors.GenerationFailedError, False),
        ({"code": 8, "message": "exhausted"}, errors.GenerationFailedError, True),
        ({"code": 13, "message": "internal"}, errors.GenerationFailedError, True),
        ({"code": 14, "message": "unavailable"}, errors.GenerationFailedError, True),
        ({"code": "budget_exceeded"}, errors.GenerationFailedError, False),
    ],
)
def test_a_failed_job(told: dict[str, Any], kind: type, retryable: bool) -> None:
    error = failure_of(told, told)
    assert (type(error), error.retryable, error.charged) == (kind, retryable, "no")
    assert str(told.get("message") or told["code"]) in str(error)


@pytest.mark.parametrize(("code", "category"), SUPPORT_CODES.items())
def test_a_support_code_names_its_category(code: str, category: str) -> None:
    assert category in str(moderated(f"Refused. Support codes: {code}, 99", {}))


def test_the_audio_filter_says_that_it_was_free() -> None:
    words = "We encountered an issue with the audio for your prompt. You have not been charged for this attempt."
    assert moderated(words, {}).charged == "no"
    assert moderated("Refused.", {}).charged == "unknown"
