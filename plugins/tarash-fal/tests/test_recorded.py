"""Exchanges transcribed from the wire dossier, replayed against the provider."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tarash_fal import provider

from tarash_core.errors import (
    AuthenticationError,
    ContentModerationError,
    GenerationFailedError,
    HTTPError,
    InsufficientCreditsError,
    RateLimitError,
)
from tarash_core.models.job import VideoJob
from tarash_core.models.media import Media
from tarash_core.plugins import Cancelled, Done, Expired, Failed, Queued, Running
from tarash_core.testing import Driven, replayed

from .conftest import KEY

FOLDER = Path(__file__).parent / "recorded"
MODEL = "fal-ai/kling-video/v3/pro/text-to-video"
JOB = VideoJob(provider="fal", model=MODEL, id="764cabcf-b745-4b3e-ae38-1200304cf45b")


@pytest.fixture
def replay() -> Callable[[str], Driven]:
    """A driver that answers as recorded, if the requests are the recorded ones."""

    return lambda name: replayed(provider, FOLDER / f"{name}.json", KEY)


def test_submit_keeps_the_urls_of_the_answer(replay: Any, make_plan: Any, make_attempt: Any) -> None:
    accepted = replay("submit")(provider.submit(make_plan(MODEL, prompt="a"), make_attempt()), "submit")
    url = f"https://queue.fal.run/fal-ai/kling-video/requests/{JOB.id}"
    assert accepted.id == JOB.id
    assert accepted.state == {
        "endpoint": MODEL,
        "status_url": f"{url}/status",
        "response_url": url,
        "cancel_url": f"{url}/cancel",
    }


def test_settings_are_sent_as_fals_own_client_sends_them(replay: Any, make_plan: Any, make_attempt: Any) -> None:
    settings = {"start_timeout": 30.0, "priority": "low", "hint": "h1", "no_retry": True}
    attempt = make_attempt(settings=settings, webhook_url="https://x.test/h?a=1")
    assert replay("submit_settings")(provider.submit(make_plan(MODEL, prompt="a"), attempt), "submit").id == JOB.id


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("queued", Queued),
        ("running", Running),
        ("unknown", Expired),
        ("video", Done),
        ("images", Done),
        ("moderated", Failed),
        ("request_timeout", Failed),
        ("cancelled", Cancelled),
        ("too_early", Running),
        ("purged", Expired),
    ],
)
def test_what_a_poll_finds(name: str, kind: type, replay: Any) -> None:
    assert type(replay(name)(provider.poll(JOB))) is kind


@pytest.mark.parametrize(
    ("name", "kind", "retryable", "charged"),
    [("moderated", ContentModerationError, False, "unknown"), ("request_timeout", GenerationFailedError, False, "no")],
)
def test_why_a_job_failed(name: str, kind: type, retryable: bool, charged: str, replay: Any) -> None:
    error = replay(name)(provider.poll(JOB)).error
    assert (type(error), error.retryable, error.charged) == (kind, retryable, charged)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("cancel_accepted", Running),
        ("cancel_done", Running),
        ("cancel_unknown", Expired),
        ("cancel_success", Running),
    ],
)
def test_what_a_cancel_is_told(name: str, kind: type, replay: Any) -> None:
    assert type(replay(name)(provider.cancel(JOB), "cancel")) is kind


@pytest.mark.parametrize(
    ("name", "kind", "retryable"),
    [
        ("locked", InsufficientCreditsError, False),
        ("admin_lock", AuthenticationError, False),
        ("not_found", HTTPError, False),
        ("rate", RateLimitError, True),
        ("validation", HTTPError, False),
        ("ingress", HTTPError, True),
    ],
)
def test_a_refused_submit_costs_nothing(
    name: str, kind: type[HTTPError], retryable: bool, replay: Any, make_plan: Any, make_attempt: Any
) -> None:
    with pytest.raises(kind) as caught:
        replay(name)(provider.submit(make_plan(MODEL, prompt="a"), make_attempt()), "submit")
    assert (type(caught.value), caught.value.retryable, caught.value.charged) == (kind, retryable, "no")


def test_an_upload_returns_the_url_for_inputs(replay: Any) -> None:
    url = replay("upload")(provider.upload(Media(b"png", content_type="image/png")), "upload")
    assert url == "https://v3.fal.media/files/abc/a.png"
