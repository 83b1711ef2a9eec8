"""Every error with which a job ends (dossier fal.md, section 6): class, retryable and charged.

Refused purchases stand in ``test_contract.py``.
"""

from __future__ import annotations

from typing import Any

import pytest
from tarash_fal import provider
from tarash_fal.error_types import MODEL_TYPES, PLATFORM_TYPES
from tarash_fal.errors import Problem, ended

from tarash_core import errors
from tarash_core.plugins import Headers, HttpResponse

FAILED, INPUT, CONTENT = errors.GenerationFailedError, errors.HTTPError, errors.ContentModerationError
CANCELLED = errors.JobCancelledError

MODEL = {
    "internal_server_error": (500, FAILED, True, "no"),
    "generation_timeout": (504, FAILED, True, "no"),
    "downstream_service_error": (500, FAILED, True, "no"),
    "downstream_service_unavailable": (500, FAILED, True, "no"),
    "content_policy_violation": (422, CONTENT, False, "unknown"),
    "no_media_generated": (422, FAILED, True, "unknown"),
    "image_too_small": (422, INPUT, False, "unknown"),
    "image_too_large": (422, INPUT, False, "unknown"),
    "image_load_error": (422, INPUT, False, "unknown"),
    "unsupported_image_format": (422, INPUT, False, "unknown"),
    "file_download_error": (422, INPUT, True, "unknown"),
    "file_too_large": (422, INPUT, False, "unknown"),
    "invalid_archive": (422, INPUT, False, "unknown"),
    "face_detection_error": (422, INPUT, False, "unknown"),
    "feature_not_supported": (422, INPUT, False, "unknown"),
    "unsupported_audio_format": (422, INPUT, False, "unknown"),
    "unsupported_video_format": (422, INPUT, False, "unknown"),
    "audio_duration_too_long": (422, INPUT, False, "unknown"),
    "audio_duration_too_short": (422, INPUT, False, "unknown"),
    "video_duration_too_long": (422, INPUT, False, "unknown"),
    "video_duration_too_short": (422, INPUT, False, "unknown"),
    "one_of": (422, INPUT, False, "no"),
    "greater_than": (422, INPUT, False, "no"),
    "greater_than_equal": (422, INPUT, False, "no"),
    "less_than": (422, INPUT, False, "no"),
    "less_than_equal": (422, INPUT, False, "no"),
    "multiple_of": (422, INPUT, False, "no"),
    "sequence_too_short": (422, INPUT, False, "no"),
    "sequence_too_long": (422, INPUT, False, "no"),
    "missing": (422, INPUT, False, "no"),
    "value_error": (422, INPUT, False, "no"),
    "literal_error": (422, INPUT, False, "no"),
    "string_type": (422, INPUT, False, "no"),
}

PLATFORM = {
    "request_timeout": (504, FAILED, True, "no"),
    "startup_timeout": (504, FAILED, True, "no"),
    "runner_scheduling_failure": (503, FAILED, True, "no"),
    "runner_connection_timeout": (503, FAILED, True, "no"),
    "runner_disconnected": (503, FAILED, True, "no"),
    "runner_connection_refused": (503, FAILED, True, "no"),
    "runner_connection_error": (503, FAILED, True, "no"),
    "runner_incomplete_response": (502, FAILED, True, "no"),
    "runner_server_error": (500, FAILED, True, "no"),
    "client_disconnected": (499, CANCELLED, False, "no"),
    "client_cancelled": (499, CANCELLED, False, "no"),
    "bad_request": (400, INPUT, False, "unknown"),
    "internal_error": (500, FAILED, True, "no"),
}


def answer(body: Any, status: int, **headers: str) -> HttpResponse:
    return HttpResponse.of_json(body, status, **headers)


def facts(error: errors.TarashException) -> tuple[type, bool, str]:
    return type(error), error.retryable, error.charged


@pytest.mark.parametrize("kind", MODEL)
def test_a_models_own_error_ends_the_job(kind: str) -> None:
    status, *expected = MODEL[kind]
    body = {"detail": [{"loc": ["body", "prompt"], "msg": "It did not work.", "type": kind}]}
    error = ended(Problem.of(answer(body, status)))
    assert facts(error) == tuple(expected)
    assert "prompt: It did not work" in str(error)
    assert error.raw_response == body


@pytest.mark.parametrize("kind", PLATFORM)
def test_a_platform_error_ends_the_job(kind: str) -> None:
    status, *expected = PLATFORM[kind]
    error = ended(Problem.of(answer({"detail": "It did not work", "error_type": kind}, status)))
    assert facts(error) == tuple(expected)


@pytest.mark.parametrize("kind", PLATFORM)
def test_the_status_alone_tells_a_platform_error(kind: str) -> None:
    expected = PLATFORM[kind][1:]
    assert facts(ended(Problem.told("It did not work", kind, {}))) == tuple(expected)


def test_every_type_of_the_table_is_tested() -> None:
    assert set(MODEL_TYPES) <= set(MODEL)
    assert set(PLATFORM_TYPES) == set(PLATFORM)
    documented = {**MODEL, **PLATFORM}
    assert all(documented[kind][0] == status for kind, (status, _) in {**MODEL_TYPES, **PLATFORM_TYPES}.items())


NGINX = HttpResponse(502, Headers({"content-type": "text/html"}), b"<html><center>nginx</center></html>")
PROXY = HttpResponse(502, Headers({"content-type": "text/html"}), b"<html>Bad gateway</html>")


def test_a_poll_may_be_repeated_after_any_trouble_of_the_server() -> None:
    assert all(
        provider.error(response, "poll").retryable for response in (NGINX, PROXY, answer({}, 500), answer({}, 504))
    )


@pytest.mark.parametrize(("header", "retryable"), [("true", True), ("false", False)])
def test_the_vendors_flag_wins_over_the_table(header: str, retryable: bool) -> None:
    body = {"detail": [{"msg": "x", "type": "downstream_service_error"}]}
    assert ended(Problem.of(answer(body, 500, x_fal_retryable=header))).retryable is retryable


def test_a_start_timeout_of_the_callers_own_is_final() -> None:
    body = {"detail": "Request timed out", "error_type": "request_timeout"}
    error = ended(Problem.of(answer(body, 504, x_fal_request_timeout_type="user")))
    assert facts(error) == (FAILED, False, "no")


def test_the_type_may_stand_in_a_header_only() -> None:
    response = answer({"detail": "Request timed out"}, 504, x_fal_error_type="generation_timeout")
    assert Problem.of(response).type == "generation_timeout"


@pytest.mark.parametrize(("units", "charged"), [("0", "no"), ("0.0", "no"), ("1", "yes"), ("0.5", "yes")])
def test_billable_units_tell_what_was_charged(units: str, charged: str) -> None:
    body = {"detail": [{"msg": "x", "type": "no_media_generated"}]}
    assert ended(Problem.of(answer(body, 422, x_fal_billable_units=units))).charged == charged


def test_a_safety_word_in_a_validators_sentence_is_no_refusal_of_the_content() -> None:
    body = {"detail": [{"loc": ["body", "x"], "msg": "safety must be set", "type": "literal_error"}]}
    assert type(ended(Problem.of(answer(body, 422)))) is INPUT


def test_a_safety_word_of_an_app_is_a_refusal_of_the_content() -> None:
    body = {"detail": [{"loc": ["body"], "msg": "Flagged by a safety checker", "type": "value_error"}]}
    assert type(ended(Problem.of(answer(body, 422)))) is CONTENT


def test_an_error_shows_no_signed_query() -> None:
    body = {
        "detail": [{"loc": ["body", "image_url"], "msg": "no such file https://x.test/a.png?sig=s3cret", "type": "x"}]
    }
    error = ended(Problem.of(answer(body, 422)))
    assert "s3cret" not in f"{error} {error.raw_response}"
