"""What else errors tell; those that are documented stand in ``test_contract.py``."""

from __future__ import annotations

from typing import Any

import pytest
from tarash_kling import provider
from tarash_kling.errors import error_of_failure
from tarash_kling.tasks import update_of

from tarash_core import errors
from tarash_core.plugins import Failed, HttpResponse

from .test_contract import body_of

CONTENT = errors.ContentModerationError


def answer(number: int, message: str, status: int, **headers: str) -> HttpResponse:
    return HttpResponse.of_json(body_of(number, message), status, **headers)


def test_an_error_keeps_klings_body_and_the_number_of_the_request() -> None:
    error = provider.error(answer(1200, "invalid request parameters", 400), "submit")
    assert (error.raw_response, error.request_id) == (body_of(1200, "invalid request parameters"), "Cl68")


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
