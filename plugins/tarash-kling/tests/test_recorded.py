"""Exchanges transcribed from the wire dossier, replayed against the provider."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tarash_kling import provider

from tarash_core.errors import (
    AuthenticationError,
    ContentModerationError,
    HTTPError,
    InsufficientCreditsError,
    RateLimitError,
)
from tarash_core.models.config import VideoGenerationConfig
from tarash_core.models.job import ImageJob, Job, VideoJob
from tarash_core.plugins import Accepted, Done, Expired, Failed
from tarash_core.testing import Driven, attempt_of, replayed

FOLDER = Path(__file__).parent / "recorded"
NEW = VideoJob(provider="kling", model="kling-3.0", id="888")
OLDER = VideoJob(provider="kling", model="kling-v3", id="888", variant="text-to-video")
PICTURE = ImageJob(provider="kling", model="kling-v3", id="888")


def replay(name: str) -> Driven:
    """A driver that answers as recorded, if the requests are the recorded ones."""
    return replayed(provider, FOLDER / f"{name}.json")


def submitted(name: str, endpoint: str, payload: dict[str, Any], **known: Any) -> Accepted:
    attempt = attempt_of("kling", "m", payload, endpoint=endpoint, **known)
    return replay(name)(provider.submit(attempt.plan, attempt))


def polled(name: str, job: Job) -> Any:
    return replay(name)(provider.poll(job), "poll")


A = "https://x/a.png"
ELEMENT = {"element_id": "829", "id": "hero"}


@pytest.mark.parametrize(
    ("name", "model", "webhook", "fields"),
    [
        (
            "submit", "kling-3.0", None,
            {
                "prompt": "a fox in snow", "resolution": "1080p", "aspect_ratio": "16:9", "duration_seconds": 5,
                "generate_audio": True,
                "extra_params": {
                    "multi_shot": False,
                    "options": {
                        "external_task_id": "job-42", "callback_url": "https://cb.example/h",
                        "watermark_info": {"enabled": False},
                    },
                },
            },
        ),
        (
            "submit_frames", "kling-3.0", None,
            {
                "prompt": "she turns", "first_frame": A, "last_frame": "https://x/b.png", "resolution": "720p",
                "duration_seconds": 5, "generate_audio": False, "extra_params": {"multi_shot": False},
            },
        ),
        (
            "submit_omni", "kling-3.0-omni", None,
            {
                "prompt": "@hero walks through @place", "resolution": "720p", "duration_seconds": 5,
                "generate_audio": False, "extra_params": {"elements": [ELEMENT]},
                "image_list": [{"image": "https://x/p.png", "type": "reference", "name": "place"}],
            },
        ),
        (
            "submit_older", "kling-v2-6", "https://cb.test/h",
            {
                "prompt": "a cat", "negative_prompt": "blur", "generate_audio": True, "resolution": "1080p",
                "aspect_ratio": "16:9", "duration_seconds": 5, "extra_params": {"external_task_id": "ext-1"},
            },
        ),
    ],
)  # fmt: skip
def test_our_words_become_the_recorded_body(name: str, model: str, webhook: str | None, fields: dict[str, Any]) -> None:
    from tarash_core import plan_video

    plan = plan_video(VideoGenerationConfig(provider="kling", model=model), **fields)
    payload = dict(plan.payload)
    if name == "submit_frames":  # what the engine makes of a local picture
        payload["contents"][2]["url"] = "iVBORw=="
    assert submitted(name, plan.endpoint, payload, webhook_url=webhook).id == "888"


@pytest.mark.parametrize(
    ("name", "job", "kind"),
    [
        ("done", NEW, Done),
        ("unknown", NEW, Expired),
        ("done_older", OLDER, Done),
        ("images_older", PICTURE, Done),
        ("moderated_older", OLDER, Failed),
        ("unknown_older_1203", OLDER, Expired),
        ("unknown_older_1201", OLDER, Expired),
    ],
)
def test_polls_are_read_for_what_they_say(name: str, job: Job, kind: type) -> None:
    assert isinstance(polled(name, job), kind)


def test_a_moderated_task_is_a_moderation_error() -> None:
    assert isinstance(polled("moderated_older", OLDER).error, ContentModerationError)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("unauthenticated", AuthenticationError),
        ("unknown_key", AuthenticationError),
        ("full", RateLimitError),
        ("no_credit", InsufficientCreditsError),
    ],
)
def test_refusals_are_raised_and_cost_nothing(name: str, kind: type[HTTPError]) -> None:
    with pytest.raises(kind) as caught:
        submitted(name, "/text-to-video/kling-3.0", {"prompt": "a fox"})
    assert caught.value.charged == "no"


def test_a_repeated_purchase_finds_the_first_one() -> None:
    assert submitted("found_again", "/text-to-video/kling-3.0", {"prompt": "a fox"}).id == "888"
