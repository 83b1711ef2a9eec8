"""Tables of what a vendor's words mean, and the errors that they make."""

from typing import Any

import pytest

from tarash_core import errors
from tarash_core.plugins import HttpResponse, Meaning, Phase, billed, error_by, failure_of, meaning_of, refusal_of

INPUT = Meaning(errors.HTTPError, "check the inputs", False, (400, 422))
BLOCKED = Meaning(errors.ContentModerationError, "change the prompt", words=r"unsafe|E00\d")
SLOW = Meaning(errors.RateLimitError, "send less often", True, wait_seconds=9.0)
FAILED = Meaning(errors.GenerationFailedError, "try again", True, charged="no")


@pytest.mark.parametrize(
    ("words", "status", "meaning"),
    [("UNSAFE prompt", 400, BLOCKED), ("seed", 422, INPUT), ("seed", 500, None), ("E003", None, BLOCKED)],
)
def test_the_first_row_that_fits_counts(words: str, status: int | None, meaning: Meaning | None) -> None:
    assert meaning_of((BLOCKED, INPUT), words, status) is meaning


def test_a_refusal_has_the_vendors_words_and_the_way_out() -> None:
    error = refusal_of(HttpResponse.of_json({"error": {"message": "a wrong\n seed."}}, 400), INPUT, "Acme")
    assert str(error) == "Acme answered 400: a wrong seed; check the inputs."
    assert isinstance(error, errors.HTTPError) and error.status_code == 400 and not error.retryable
    assert error.raw_response == {"error": {"message": "a wrong\n seed."}}
    told = refusal_of(HttpResponse(200), INPUT, "Acme", words="no", status=403)
    assert isinstance(told, errors.HTTPError) and told.status_code == 403 and "403: no;" in str(told)
    assert "no words" in str(refusal_of(HttpResponse(502, content=b"<html>"), INPUT, "Acme"))


@pytest.mark.parametrize(
    ("headers", "asked", "seconds"), [({}, None, 9.0), ({"retry-after": "3"}, None, 3.0), ({}, 5.0, 5.0)]
)
def test_how_long_to_wait(headers: dict[str, str], asked: float | None, seconds: float) -> None:
    error = refusal_of(HttpResponse(429, headers), SLOW, "Acme", wait_seconds=asked)
    assert isinstance(error, errors.RateLimitError) and error.retry_after_seconds == seconds


def test_a_failure_says_what_became_of_the_job() -> None:
    error = failure_of(FAILED, "Acme", "out of  gas.", {"id": 1}, code="E7", request_id="j1")
    assert str(error) == "Acme could not finish the job: out of gas (E7); try again."
    assert (error.retryable, error.charged, error.request_id, error.raw_response) == (True, "no", "j1", {"id": 1})
    blocked = failure_of(BLOCKED, "Acme", "", {}, charged="yes")
    assert str(blocked) == "Acme refused the content: it gave no reason; change the prompt."
    assert blocked.charged == "yes"


def test_only_a_purchase_is_billed() -> None:
    assert billed(errors.HTTPError("x"), "submit", False).charged == "unknown"
    assert billed(errors.HTTPError("x"), "submit", True).charged == "no"
    polled = billed(errors.HTTPError("x"), "poll", False)
    assert errors.complete(polled, charged="yes").charged == "yes"


def test_no_secret_is_shown() -> None:
    body = {"message": "wrong key sk-canary-0123456789", "token": "canary"}
    refused = refusal_of(HttpResponse.of_json(body, 400), INPUT, "Acme")
    failed = failure_of(FAILED, "Acme", body["message"], body)
    assert "canary" not in f"{refused} {refused.raw_response} {failed} {failed.raw_response}"


@pytest.mark.parametrize(
    ("status", "body", "phase", "charged"),
    [
        (400, {"detail": "a wrong seed"}, "submit", "no"),
        (503, {"detail": "busy"}, "submit", "no"),
        (503, "<html>", "submit", "unknown"),
        (500, {"detail": "oh"}, "submit", "unknown"),
        (400, {"detail": "a wrong seed"}, "poll", None),
    ],
)
def test_an_error_says_what_it_means_for_money(status: int, body: Any, phase: Phase, charged: str | None) -> None:
    for meaning in (None, INPUT):
        error = error_by(HttpResponse.of_json(body, status), phase, meaning, "Acme", request_id="r1")
        assert error._charged == charged and error.request_id == "r1"
        assert ("check the inputs" in str(error)) is (meaning is INPUT)


def test_the_provider_may_know_better_what_was_bought() -> None:
    answer = HttpResponse.of_json({"detail": "made, then blocked"}, 400)
    error = error_by(answer, "submit", BLOCKED, "Acme", bought_nothing=False, words="blocked", request_id=7)
    assert (error.charged, error.request_id, str(error)) == (
        "unknown", None, "Acme answered 400: blocked; change the prompt."
    )  # fmt: skip


def test_a_failure_that_is_one_of_http_keeps_its_status() -> None:
    error = failure_of(INPUT, "Acme", "a wrong seed", {}, status=422)
    assert isinstance(error, errors.HTTPError) and error.status_code == 422
