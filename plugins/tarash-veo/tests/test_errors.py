"""What else errors tell; refusals that are documented stand in ``test_contract.py``."""

from __future__ import annotations

from typing import Any

import pytest
from tarash_veo.errors import SUPPORT_CODES, failure_of, moderated

from tarash_core import errors

CONTENT, FAILED = errors.ContentModerationError, errors.GenerationFailedError


@pytest.mark.parametrize(
    ("told", "kind", "retryable"),
    [
        ({"code": 3, "message": "The prompt could not be submitted. Support codes: 29310472"}, CONTENT, False),
        ({"code": "content_blocked", "message": "no"}, CONTENT, False),
        ({"code": 3, "message": "durationSeconds is wrong"}, FAILED, False),
        ({"code": 8, "message": "exhausted"}, FAILED, True),
        ({"code": 13, "message": "internal"}, FAILED, True),
        ({"code": 14, "message": "unavailable"}, FAILED, True),
        ({"code": "budget_exceeded"}, FAILED, False),
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
