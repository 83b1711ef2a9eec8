"""Exchanges transcribed from the wire dossier, replayed against the provider."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tarash_replicate import provider

from tarash_core.engine.recording import Recording
from tarash_core.errors import (
    AuthenticationError,
    ContentModerationError,
    HTTPError,
    InsufficientCreditsError,
    RateLimitError,
)
from tarash_core.models.job import VideoJob
from tarash_core.models.media import Media
from tarash_core.plugins import Accepted, Cancelled, Done, Expired, Failed, HttpRequest, HttpResponse, Running
from tarash_core.testing import Driven, attempt_of

FOLDER = Path(__file__).parent / "recorded"
JOB = VideoJob(provider="replicate", model="google/veo-3.1", id="gm3qorzdhgbfurvjtvhg6dckhu")


class Replay:
    """Answers with the recorded answers, if the requests are the recorded ones."""

    def __init__(self, name: str) -> None:
        self.recording = Recording.read(FOLDER / f"{name}.json")
        self._left = iter(self.recording.exchanges)
        self.driver = Driven(provider, self._answer)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        recorded = next(self._left)
        assert (request.method, request.url) == (recorded.request["method"], recorded.request["url"])
        assert request.json == recorded.request.get("json")
        return recorded.answer()

    def submit(self, model: str = "google/veo-3.1", **payload: Any) -> Accepted:
        attempt = attempt_of("replicate", model, payload)
        accepted = self.driver(provider.submit(attempt.plan, attempt))
        assert next(self._left, None) is None
        return accepted

    def poll(self) -> Any:
        return self.driver(provider.poll(JOB), "poll")


def test_every_recording_names_its_source() -> None:
    sources = [Recording.read(path).source for path in FOLDER.glob("*.json")]
    assert sources
    assert all(source.startswith("replicate.md section ") for source in sources)


def test_submit_keeps_the_urls_of_the_answer() -> None:
    accepted = Replay("submit").submit(prompt="A fox")
    assert accepted.id == JOB.id
    assert accepted.state == {
        "get": f"https://api.replicate.com/v1/predictions/{JOB.id}",
        "cancel": f"https://api.replicate.com/v1/predictions/{JOB.id}/cancel",
    }


def test_a_community_model_is_bought_by_its_latest_version() -> None:
    replay = Replay("community")
    assert replay.submit("owner/comm", prompt="A fox").id == JOB.id
    assert [request.effect for request in replay.driver.asked] == ["buy", "read", "buy"]


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
def test_polls_are_read_for_what_they_say(name: str, kind: type) -> None:
    assert isinstance(Replay(name).poll(), kind)


def test_a_moderated_prediction_is_a_moderation_error() -> None:
    assert isinstance(Replay("moderated").poll().error, ContentModerationError)


def test_cancel_is_confirmed_by_the_status() -> None:
    assert isinstance(Replay("cancel").driver(provider.cancel(JOB), "cancel"), Cancelled)


@pytest.mark.parametrize(
    ("name", "payload", "cls"),
    [
        ("unauthenticated", {"prompt": "A fox"}, AuthenticationError),
        ("insufficient_credit", {"prompt": "A fox"}, InsufficientCreditsError),
        ("low_credit", {"prompt": "A fox"}, RateLimitError),
        ("invalid_input", {}, HTTPError),
    ],
)
def test_refusals_are_raised_and_cost_nothing(name: str, payload: dict[str, Any], cls: type[HTTPError]) -> None:
    with pytest.raises(cls) as caught:
        Replay(name).submit(**payload)
    assert caught.value.charged == "no"


def test_upload_returns_the_url_for_inputs() -> None:
    replay = Replay("upload")
    url = replay.driver(provider.upload(Media(b"png", content_type="image/png")), "upload")
    assert url == "https://api.replicate.com/v1/files/ZjFk"
    (request,) = replay.driver.asked
    assert request.files is not None
    assert (request.files["content"].content, request.files["content"].filename) == (b"png", "file.png")


@pytest.mark.parametrize("name", [path.stem for path in sorted(FOLDER.glob("*.json"))])
def test_no_recording_holds_a_key(name: str) -> None:
    assert "r8_" not in (FOLDER / f"{name}.json").read_text("utf-8")
