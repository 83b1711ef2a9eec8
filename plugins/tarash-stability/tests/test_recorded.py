"""Exchanges transcribed from the wire dossier, for Stability has no Python client, replayed against the provider."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tarash_stability import provider

from tarash_core import errors
from tarash_core.models.job import ImageJob, VideoJob
from tarash_core.plugins import Accepted, Attempt, Done, Expired, Failed, Running
from tarash_core.testing import Driven, attempt_of, replayed

from .conftest import KEY

FOLDER = Path(__file__).parent / "recorded"
PICTURE = b"\x89PNG\r\n\x1a\n"
ID = "a6dc6c6e20acda010fe14d71f180658f2896ed9b4ec25aa99a6ff06c796987c4"
JOB = ImageJob(provider="stability", model="upscale-creative", id=ID)
CLIP = VideoJob(provider="stability", model="stable-video-diffusion", id=ID)
FACTS = {"finish_reason": "SUCCESS", "seed": "343940597"}


@pytest.fixture
def replay() -> Callable[[str], Driven]:
    """A driver that answers as recorded, if the requests are the recorded ones."""

    return lambda name: replayed(provider, FOLDER / f"{name}.json", KEY)


def bought(**payload: Any) -> Attempt:
    road = "generate/core" if "seed" in payload else "upscale/creative"
    endpoint, body = f"/v2beta/stable-image/{road}", {"prompt": "A fox", **payload}
    return attempt_of("stability", road, body, kind="image", variant="text-to-image", endpoint=endpoint)


CORE = bought(seed=343_940_597)


@pytest.mark.parametrize(("name", "more"), [("picture_json", {}), ("picture_bytes", {"request_id": "r1"})])
def test_a_picture_comes_in_the_answer_of_either_form(name: str, more: dict[str, str], replay: Any) -> None:
    done = replay(name)(provider.submit(CORE.plan, CORE))
    assert isinstance(done, Done)
    (output,) = done.outputs
    assert (output.data, output.content_type, output.size_bytes, output.url) == (PICTURE, "image/png", 8, None)
    assert {key: str(value) for key, value in done.raw.items()} == {**FACTS, **more}


@pytest.mark.parametrize("name", ["filtered_json", "filtered_bytes"])
def test_a_blurred_picture_is_a_moderation_error(name: str, replay: Any) -> None:
    with pytest.raises(errors.ContentModerationError, match="CONTENT_FILTERED") as caught:
        replay(name)(provider.submit(CORE.plan, CORE))
    assert (caught.value.charged, caught.value.retryable) == ("unknown", False)
    assert caught.value.raw_response["finish_reason"] == "CONTENT_FILTERED"
    assert "image" not in caught.value.raw_response


@pytest.mark.parametrize("name", ["accepted", "accepted_202"])
def test_a_promise_is_accepted_with_either_status(name: str, replay: Any) -> None:
    attempt = bought()
    assert replay(name)(provider.submit(attempt.plan, attempt)) == Accepted(ID)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("in_progress", Running), ("result", Done), ("result_filtered", Failed), ("gone", Expired)],
)
def test_what_a_poll_finds(name: str, kind: type, replay: Any) -> None:
    update = replay(name)(provider.poll(JOB), "poll")
    assert type(update) is kind
    assert getattr(update, "unknown_status", None) is None


@pytest.mark.parametrize(
    ("name", "job", "content_type"),
    [
        ("result", JOB, "image/png"),
        ("result_image", JOB, "image/webp"),
        ("result_bytes", JOB, "image/jpeg"),
        ("video", CLIP, "video/mp4"),
        ("video_bytes", CLIP, "video/mp4"),
    ],
)
def test_a_result_is_read_under_each_of_its_names(name: str, job: Any, content_type: str, replay: Any) -> None:
    (output,) = replay(name)(provider.poll(job), "poll").outputs
    assert (output.data, output.content_type) == (PICTURE, content_type)


def test_a_blurred_result_is_a_moderation_error_of_unknown_cost(replay: Any) -> None:
    error = replay("result_filtered")(provider.poll(JOB), "poll").error
    assert (type(error), error.charged) == (errors.ContentModerationError, "unknown")


@pytest.mark.parametrize(
    ("name", "kind", "retryable"),
    [
        ("bad_request", errors.HTTPError, False),
        ("moderated", errors.ContentModerationError, False),
        ("rate", errors.RateLimitError, True),
    ],
)
def test_a_refused_submit_costs_nothing(
    name: str, kind: type[errors.TarashException], retryable: bool, replay: Any
) -> None:
    with pytest.raises(kind) as caught:
        replay(name)(provider.submit(CORE.plan, CORE))
    assert (type(caught.value), caught.value.retryable, caught.value.charged) == (kind, retryable, "no")
