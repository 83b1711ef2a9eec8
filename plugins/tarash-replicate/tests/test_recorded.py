"""Exchanges transcribed from the wire dossier, replayed against the provider."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tarash_replicate import provider

from tarash_core.errors import (
    AuthenticationError,
    ContentModerationError,
    HTTPError,
    InsufficientCreditsError,
    RateLimitError,
)
from tarash_core.models.job import VideoJob
from tarash_core.models.media import Media
from tarash_core.plugins import Accepted, Cancelled, Done, Expired, Failed, Running
from tarash_core.testing import Driven, attempt_of, replayed

FOLDER = Path(__file__).parent / "recorded"
JOB = VideoJob(provider="replicate", model="google/veo-3.1", id="gm3qorzdhgbfurvjtvhg6dckhu")


@pytest.fixture
def replay() -> Callable[[str], Driven]:
    """A driver that answers as recorded, if the requests are the recorded ones."""
    return lambda name: replayed(provider, FOLDER / f"{name}.json")


def submitted(drive: Driven, model: str = "google/veo-3.1", **payload: Any) -> Accepted:
    attempt = attempt_of("replicate", model, payload)
    accepted = drive(provider.submit(attempt.plan, attempt))
    assert isinstance(accepted, Accepted)
    return accepted


def test_submit_keeps_the_urls_of_the_answer(replay: Any) -> None:
    accepted = submitted(replay("submit"), prompt="A fox")
    assert accepted.id == JOB.id
    assert accepted.state == {
        "get": f"https://api.replicate.com/v1/predictions/{JOB.id}",
        "cancel": f"https://api.replicate.com/v1/predictions/{JOB.id}/cancel",
    }


def test_a_community_model_is_bought_by_its_latest_version(replay: Any) -> None:
    drive = replay("community")
    assert submitted(drive, "owner/comm", prompt="A fox").id == JOB.id
    assert [request.effect for request in drive.asked] == ["buy", "read", "buy"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("succeeded", Done),
        ("data_removed", Expired),
        ("blocking_2024", Running),
        ("aborted", Cancelled),
        ("moderated", Failed),
    ],
)
def test_polls_are_read_for_what_they_say(name: str, kind: type, replay: Any) -> None:
    update = replay(name)(provider.poll(JOB), "poll")
    assert isinstance(update, kind)
    assert not isinstance(update, Failed) or isinstance(update.error, ContentModerationError)


def test_cancel_is_confirmed_by_the_status(replay: Any) -> None:
    assert isinstance(replay("cancel")(provider.cancel(JOB), "cancel"), Cancelled)


@pytest.mark.parametrize(
    ("name", "payload", "cls"),
    [
        ("unauthenticated", {"prompt": "A fox"}, AuthenticationError),
        ("insufficient_credit", {"prompt": "A fox"}, InsufficientCreditsError),
        ("low_credit", {"prompt": "A fox"}, RateLimitError),
        ("invalid_input", {}, HTTPError),
    ],
)
def test_refusals_are_raised_and_cost_nothing(
    name: str, payload: dict[str, Any], cls: type[HTTPError], replay: Any
) -> None:
    with pytest.raises(cls) as caught:
        submitted(replay(name), **payload)
    assert caught.value.charged == "no"


def test_upload_returns_the_url_for_inputs(replay: Any) -> None:
    drive = replay("upload")
    url = drive(provider.upload(Media(b"png", content_type="image/png")), "upload")
    assert url == "https://api.replicate.com/v1/files/ZjFk"
    (request,) = drive.asked
    assert request.files is not None
    assert (request.files["content"].content, request.files["content"].filename) == (b"png", "file.png")
