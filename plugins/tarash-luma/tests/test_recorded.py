"""Exchanges transcribed from the wire dossier, replayed against the provider."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tarash_luma import provider

from tarash_core.engine.recording import Recording
from tarash_core.errors import (
    AuthenticationError,
    ContentModerationError,
    InsufficientCreditsError,
    RateLimitError,
)
from tarash_core.models.job import VideoJob
from tarash_core.plugins import Credential, Done, Expired, Failed, Running
from tarash_core.testing import Driven, attempt_of, replayed

FOLDER = Path(__file__).parent / "recorded"
AGENTS = VideoJob(provider="luma", model="ray-3.2", id="d290f1ee-6c54-4b01-90e6-d701748f0851")
DREAM = VideoJob(provider="luma", model="ray-2", id="3ce343aa-5746-4ab3-b167-4e29f83d3f42")


def replay(name: str) -> Driven:
    """A driver that answers as recorded, if the requests are the recorded ones."""
    return replayed(provider, FOLDER / f"{name}.json", Credential(api_key="k"))


def submitted(name: str, endpoint: str, **more: Any) -> Any:
    """What becomes of the recorded purchase; ``more`` is what the payload holds besides."""
    body = {**Recording.read(FOLDER / f"{name}.json").exchanges[0].request["json"], **more}
    attempt = attempt_of("luma", "m", body, endpoint=endpoint, webhook_url=body.pop("callback_url", None))
    return replay(name)(provider.submit(attempt.plan, attempt))


@pytest.mark.parametrize(
    ("name", "endpoint", "more", "job"),
    [
        ("submit_agents", "/v1/generations", {}, AGENTS),
        ("edit_agents", "/v1/generations", {}, AGENTS),
        ("submit_dream", "/dream-machine/v1/generations/video", {}, DREAM),
        ("upscale_dream", "/dream-machine/v1/generations/{id}/upscale", {"id": "gid"}, DREAM),
    ],
)
def test_a_purchase(name: str, endpoint: str, more: dict[str, Any], job: VideoJob) -> None:
    assert submitted(name, endpoint, **more).id == job.id


@pytest.mark.parametrize(
    ("name", "endpoint", "kind"),
    [
        ("no_credit_agents", "/v1/generations", InsufficientCreditsError),
        ("full_agents", "/v1/generations", RateLimitError),
        ("wrong_key_dream", "/dream-machine/v1/generations/video", AuthenticationError),
    ],
)
def test_a_refused_purchase(name: str, endpoint: str, kind: type[Exception]) -> None:
    with pytest.raises(kind) as caught:
        submitted(name, endpoint)
    assert getattr(caught.value, "charged", None) == "no"
    assert getattr(caught.value, "retry_after_seconds", 60) == 60


@pytest.mark.parametrize(
    ("name", "job", "url", "lives"),
    [
        ("done_agents", AGENTS, "https://s3.example/o.mp4?X-Amz-Expires=3600", 3600),
        ("done_dream", DREAM, "https://storage.cdn-luma.com/v.mp4", None),
    ],
)
def test_a_job_runs_and_ends(name: str, job: VideoJob, url: str, lives: float | None) -> None:
    driver = replay(name)
    assert isinstance(driver(provider.poll(job), "poll"), Running)
    done = driver(provider.poll(job), "poll")
    assert isinstance(done, Done)
    assert [(output.url, output.expires_in_seconds) for output in done.outputs] == [(url, lives)]


@pytest.mark.parametrize(("name", "job"), [("moderated_agents", AGENTS), ("moderated_dream", DREAM)])
def test_a_moderated_job(name: str, job: VideoJob) -> None:
    update = replay(name)(provider.poll(job), "poll")
    assert isinstance(update, Failed) and isinstance(update.error, ContentModerationError)


def test_an_unknown_job_has_expired() -> None:
    assert isinstance(replay("unknown_agents")(provider.poll(AGENTS), "poll"), Expired)


def test_a_deleted_job() -> None:
    driver = replay("cancel_dream")
    assert isinstance(driver(provider.cancel(DREAM), "cancel"), Running)
    assert [request.method for request in driver.asked] == ["GET", "DELETE"]
