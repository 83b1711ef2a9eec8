"""What else errors tell, and every failure code of a task; refused requests stand in ``test_contract.py``."""

from __future__ import annotations

from typing import Any

import pytest
from tarash_runway.errors import DAILY_WAIT_SECONDS, error_of
from tarash_runway.provider import update_of

from tarash_core.errors import ContentModerationError, GenerationFailedError, TarashException
from tarash_core.plugins import Failed, HttpResponse

from .test_contract import DAILY


def answer(body: Any, **headers: str) -> HttpResponse:
    return HttpResponse.of_json(body, 429, **headers)


def test_an_error_keeps_runways_body() -> None:
    assert error_of(answer(DAILY), "submit").raw_response == DAILY


def test_the_wait_is_what_runway_asks_for_and_long_after_the_daily_limit() -> None:
    waits = [
        error_of(answer(DAILY), "submit"),
        error_of(answer(DAILY, retry_after="7200"), "submit"),
        error_of(answer({"message": "Too Many Requests"}, retry_after="3"), "poll"),
        error_of(answer({"message": "Too Many Requests"}), "poll"),
    ]
    assert [getattr(error, "retry_after_seconds", 0) for error in waits] == [DAILY_WAIT_SECONDS, 7200.0, 3.0, None]


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
