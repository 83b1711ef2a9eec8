"""Jobs as various servers tell them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tarash_sora import provider
from tarash_sora.videos import update_of

from tarash_core import errors
from tarash_core.models.job import VideoJob
from tarash_core.plugins import Cancelled, Done, Expired, Failed, HttpResponse, Queued, Running
from tarash_core.testing import Driven

URL = "https://api.openai.com/v1/videos/video_1/content"
JOB = VideoJob(provider="sora", model="sora-2", id="video_1")


def polled(answer: HttpResponse, job: VideoJob = JOB) -> Any:
    return Driven(provider, lambda request: answer)(provider.poll(job), "poll")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("queued", Queued),
        ("pending", Queued),
        ("in_progress", Running),
        ("processing", Running),
        ("running", Running),
        ("completed", Done),
        ("succeeded", Done),
        ("done", Done),
        ("failed", Failed),
        ("error", Failed),
        ("cancelled", Cancelled),
        ("canceled", Cancelled),
        ("deleted", Cancelled),
        ("expired", Expired),
    ],
)
def test_every_word_of_every_server(status: str, kind: type) -> None:
    update = polled(HttpResponse.of_json({"id": "video_1", "status": status}))
    assert type(update) is kind
    assert getattr(update, "unknown_status", None) is None


def test_progress_and_the_servers_wish() -> None:
    body = {"id": "video_1", "status": "in_progress", "progress": 33}
    update = polled(HttpResponse.of_json(body, openai_poll_after_ms="2500"))
    assert (update.percent, update.retry_after_seconds) == (33.0, 2.5)


def test_missing_facts_are_no_matter() -> None:
    body = {"id": "video_1", "status": "processing", "created_at": None, "progress": None}
    assert polled(HttpResponse.of_json(body)).percent is None
    (output,) = polled(HttpResponse.of_json({"id": "video_1", "status": "completed"})).outputs
    assert (output.url, output.authenticated, output.duration_seconds) == (URL, True, None)


@pytest.mark.parametrize(
    ("told", "urls"),
    [
        ({"url": "https://bucket.test/a.mp4"}, [("https://bucket.test/a.mp4", False)]),
        ({"url": "https://api.test/v1/videos/a/content"}, [("https://api.test/v1/videos/a/content", True)]),
        (
            {"urls": ["https://b.test/1", "https://b.test/2"]},
            [("https://b.test/1", False), ("https://b.test/2", False)],
        ),
        (
            {"unsigned_urls": ["https://o.test/1", "https://o.test/2"]},
            [(f"{URL}?index=0", True), (f"{URL}?index=1", True)],
        ),
        ({"url": "/files/a.mp4", "file_path": "/out/a.mp4"}, [(URL, True)]),
    ],
)
def test_where_the_file_is(told: dict[str, Any], urls: list[tuple[str, bool]]) -> None:
    update = update_of({"id": "video_1", "status": "completed", **told}, URL)
    assert isinstance(update, Done)
    assert [(output.url, output.authenticated) for output in update.outputs] == urls


def test_an_id_is_written_into_the_path_whatever_it_holds() -> None:
    asked = Driven(provider, lambda request: HttpResponse.of_json({"id": "a", "status": "queued"}))
    asked(provider.poll(VideoJob(provider="sora", model="m", id="video_a/b==")), "poll")
    assert asked.asked[0].url == "https://api.openai.com/v1/videos/video_a%2Fb%3D%3D"


def test_a_failed_job_with_an_error_status_has_failed() -> None:
    body = {"id": "video_gen_1", "object": "video", "status": "failed", "error": {"code": 500, "message": "no memory"}}
    update = polled(HttpResponse.of_json(body, 500))
    assert isinstance(update, Failed) and "no memory" in str(update.error)


def test_trouble_that_is_no_job_is_raised() -> None:
    with pytest.raises(errors.HTTPError) as caught:
        polled(HttpResponse.of_json({"error": {"message": "busy"}}, 503))
    assert caught.value.retryable
    with pytest.raises(errors.AuthenticationError):
        polled(HttpResponse.of_json({"error": {"message": "who are you"}}, 401))
    assert isinstance(polled(HttpResponse.of_json({"error": {"message": "gone"}}, 404)), Expired)


def test_a_page_in_the_place_of_a_job_is_unreadable() -> None:
    with pytest.raises(ValueError, match="no video job"):
        polled(HttpResponse(200, content=json.dumps({"hello": 1}).encode()))


def test_a_state_that_was_changed_leads_nowhere() -> None:
    job = JOB.replace(state={"dialect": "evil", "api_version": "1"})
    with pytest.raises(errors.ValidationError):
        polled(HttpResponse(200), job)
