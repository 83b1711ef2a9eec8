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
from tarash_core.plugins import Cancelled, Credential, Done, Expired, Failed, HttpRequest, HttpResponse, Running
from tarash_core.testing import Driven, attempt_of

FOLDER = Path(__file__).parent / "recorded"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
AGENTS = VideoJob(provider="luma", model="ray-3.2", id="d290f1ee-6c54-4b01-90e6-d701748f0851")
DREAM = VideoJob(provider="luma", model="ray-2", id="3ce343aa-5746-4ab3-b167-4e29f83d3f42")


class Replay:
    """Answers with the recorded answers, if the requests are the recorded ones."""

    def __init__(self, name: str) -> None:
        self.left = list(Recording.read(FOLDER / f"{name}.json").exchanges)
        self.driver = Driven(provider, self._answer, Credential(api_key="k"))

    def _answer(self, request: HttpRequest) -> HttpResponse:
        recorded = self.left.pop(0)
        assert (request.method, request.url) == (recorded.request["method"], recorded.request["url"])
        assert request.json == recorded.request.get("json")
        return recorded.answer()

    def submit(self, endpoint: str, **more: Any) -> Any:
        """Submits what was recorded; ``more`` is what the payload holds besides."""
        body = {**self.left[0].request["json"], **more}
        webhook = body.pop("callback_url", None)
        attempt = attempt_of("luma", "m", body, endpoint=endpoint, webhook_url=webhook)
        return self.driver(provider.submit(attempt.plan, attempt))

    def poll(self, job: VideoJob) -> Any:
        return self.driver(provider.poll(job), "poll")


@pytest.mark.parametrize("name", NAMES)
def test_every_recording_names_its_dossier_line_and_holds_no_key(name: str) -> None:
    path = FOLDER / f"{name}.json"
    assert Recording.read(path).source.startswith("luma.md section ")
    assert "Bearer" not in path.read_text("utf-8")


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
    replay = Replay(name)
    assert replay.submit(endpoint, **more).id == job.id
    assert replay.left == []


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
        Replay(name).submit(endpoint)
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
    replay = Replay(name)
    assert isinstance(replay.poll(job), Running)
    done = replay.poll(job)
    assert isinstance(done, Done)
    assert [(output.url, output.expires_in_seconds) for output in done.outputs] == [(url, lives)]


@pytest.mark.parametrize(("name", "job"), [("moderated_agents", AGENTS), ("moderated_dream", DREAM)])
def test_a_moderated_job(name: str, job: VideoJob) -> None:
    update = Replay(name).poll(job)
    assert isinstance(update, Failed) and isinstance(update.error, ContentModerationError)


def test_an_unknown_job_has_expired() -> None:
    assert isinstance(Replay("unknown_agents").poll(AGENTS), Expired)


def test_a_deleted_job() -> None:
    replay = Replay("cancel_dream")
    assert isinstance(replay.driver(provider.cancel(DREAM), "cancel"), Cancelled)
    assert replay.left == []
