"""What else errors tell; those that are documented stand in ``test_contract.py``."""

from __future__ import annotations

from typing import Any

import pytest
from tarash_stability.answers import update_of

from tarash_core import errors
from tarash_core.plugins import Failed, HttpResponse

CONTENT, RATE = errors.ContentModerationError, errors.RateLimitError

FLAGGED = (
    "Your request was flagged by our content moderation system, as a result your request was denied and you were not "
    "charged."
)


def body_of(name: str, text: str) -> dict[str, Any]:
    return {"id": "ed14db44362126aab3cbd25cca51ffe3", "name": name, "errors": [text]}


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
