"""The requests that Runway is sent, and what its answers are read as."""

from __future__ import annotations

from typing import Any

import pytest
from tarash_runway import provider
from tarash_runway.provider import update_of
from tarash_runway.simulator import RunwaySimulator

from tarash_core.errors import HTTPError, JobExpiredError, ValidationError
from tarash_core.models.cost import Cost
from tarash_core.models.job import VideoJob
from tarash_core.models.media import Media
from tarash_core.plugins import Attempt, Cancelled, Done, HttpResponse, Queued, Running
from tarash_core.testing import Driven, attempt_of, faults, in_turn

from .conftest import KEY

ID = "17f20503-6c24-4c16-946b-35dbbce2af2f"
TASK = {"id": ID, "createdAt": "2026-08-26T06:30:33.796Z"}
OUTPUT = "https://dnznrvs05pmza.cloudfront.net/a.mp4?_jwt=x"


def told(*answers: HttpResponse) -> Driven:
    """Drives the provider against answers that are given in their order."""
    return Driven(provider, in_turn(*answers), KEY)


def attempt_at(**known: Any) -> Attempt:
    """An attempt at gen4.5."""
    payload = {"model": "gen4.5", "promptText": "A fox", "ratio": "1280:720", "duration": 5}
    return attempt_of("runway", "gen4.5", payload, endpoint="/v1/text_to_video", **known)


@pytest.fixture
def bought(drive: Driven) -> VideoJob:
    """A job from the simulator."""
    attempt = attempt_at()
    accepted = drive(provider.submit(attempt.plan, attempt), "submit")
    return VideoJob(provider="runway", model="gen4.5", id=accepted.id, state=accepted.state)


def test_submit_sends_key_version_and_body_to_the_endpoint() -> None:
    driver = told(HttpResponse.of_json({"id": ID, "estimatedCost": {"credits": 60}}))
    attempt = attempt_at()
    accepted = driver(provider.submit(attempt.plan, attempt), "submit")
    assert (accepted.id, accepted.state) == (ID, {})
    assert accepted.estimate == Cost(60, "credits", "0.6", source="vendor-estimate")
    (request,) = driver.asked
    assert (request.method, request.url) == ("POST", "https://api.dev.runwayml.com/v1/text_to_video")
    assert (request.effect, request.json) == ("buy", attempt.plan.payload)
    assert dict(request.headers) == {"authorization": "Bearer key_test", "x-runway-version": "2024-11-06"}


def test_an_older_answer_without_an_estimate_is_taken() -> None:
    attempt = attempt_at()
    assert told(HttpResponse.of_json({"id": ID}))(provider.submit(attempt.plan, attempt), "submit").state == {}


def test_a_partner_tells_on_whose_behalf_and_a_version_stays_with_its_task() -> None:
    driver = told(HttpResponse.of_json({"id": ID}), HttpResponse.of_json({**TASK, "status": "PENDING"}))
    attempt = attempt_at(settings={"on_behalf_of": "user-7"}, api_version="2027-01-01")
    accepted = driver(provider.submit(attempt.plan, attempt), "submit")
    driver(provider.poll(VideoJob(provider="runway", model="gen4.5", id=ID, state=accepted.state)), "poll")
    bought, polled = driver.asked
    assert bought.headers["x-runway-on-behalf-of"] == "user-7"
    assert "x-runway-on-behalf-of" not in polled.headers
    assert {request.headers["x-runway-version"] for request in driver.asked} == {"2027-01-01"}


@pytest.mark.parametrize(
    ("settings", "webhook_url", "words"),
    [({"region": "eu"}, None, "no setting 'region'"), ({}, "https://x.example/h", "takes no webhook_url")],
)
def test_what_runway_has_not_is_refused(settings: dict[str, Any], webhook_url: str | None, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        provider.check(settings, webhook_url)


@pytest.mark.parametrize(
    ("task", "kind", "known"),
    [
        ({"status": "PENDING", "estimatedCost": {"credits": 60}}, Queued, {"logs": ()}),
        ({"status": "RUNNING", "progress": 0.42}, Running, {"percent": 42.0, "unknown_status": None}),
        ({"status": "RUNNING"}, Running, {"percent": None}),
        ({}, Running, {"unknown_status": "None"}),
        ({"status": "CANCELLED", "cost": {"credits": 0}}, Cancelled, {"charged": "no"}),
        ({"status": "CANCELLED", "cost": {"credits": 12}}, Cancelled, {"charged": "yes"}),
        ({"status": "CANCELLED"}, Cancelled, {"charged": "unknown"}),
    ],
)
def test_each_status_is_read(task: dict[str, Any], kind: type, known: dict[str, Any]) -> None:
    update = update_of({**TASK, **task})
    assert type(update) is kind
    assert {name: getattr(update, name) for name in known} == known


def test_a_throttled_task_waits_and_says_why() -> None:
    update = update_of({**TASK, "status": "THROTTLED", "estimatedCost": {"credits": 60}})
    assert isinstance(update, Queued)
    assert "this one waits" in update.logs[0]


def test_a_finished_task_has_its_urls_and_what_it_cost() -> None:
    update = update_of({**TASK, "status": "SUCCEEDED", "output": [OUTPUT, OUTPUT], "cost": {"credits": 61}})
    assert isinstance(update, Done)
    assert [(output.url, output.authenticated) for output in update.outputs] == [(OUTPUT, False)] * 2
    assert update.cost is not None
    assert (update.cost.amount, update.cost.unit, f"{update.cost.usd}", update.cost.source) == (
        61, "credits", "0.61", "vendor",
    )  # fmt: skip
    older = update_of({**TASK, "status": "SUCCEEDED", "output": [OUTPUT]})
    assert isinstance(older, Done)
    assert older.cost is None


def test_a_running_task_is_deleted_which_confirms_nothing(
    drive: Driven, bought: VideoJob, simulator: RunwaySimulator
) -> None:
    update = drive(provider.cancel(bought), "cancel")
    assert isinstance(update, Running)
    assert [request.method for request in drive.asked] == ["POST", "GET", "DELETE"]
    assert simulator.stage(simulator.jobs[bought.id]) == "cancelled"
    with pytest.raises(JobExpiredError, match="cancelled or deleted"):
        drive(provider.poll(bought), "poll")


def test_a_last_status_confirms_a_cancel(bought: VideoJob) -> None:
    driver = told(HttpResponse.of_json({**TASK, "status": "CANCELLED", "cost": {"credits": 0}}))
    update = driver(provider.cancel(bought), "cancel")
    assert isinstance(update, Cancelled)
    assert update.charged == "no"


def test_an_upload_takes_a_slot_and_fills_it_without_the_key(drive: Driven, simulator: RunwaySimulator) -> None:
    uri = drive(provider.upload(Media(bytes(600), content_type="image/jpeg")), "upload")
    slot, put = drive.asked
    assert slot.json == {"filename": "input.jpg", "type": "ephemeral"}
    assert "authorization" not in put.headers
    assert put.form is not None and put.files is not None
    assert list(put.files) == ["file"]
    assert simulator.files[uri].read() == bytes(600)


@pytest.mark.parametrize(
    ("kind", "name"),
    [("image/png", "png"), ("video/quicktime", "mov"), ("audio/mpeg", "mp3"), ("audio/mp4", "m4a"), (None, "bin")],
)
def test_an_upload_has_a_name_with_an_extension(kind: str | None, name: str, drive: Driven) -> None:
    drive(provider.upload(Media(bytes(600), content_type=kind)), "upload")
    assert drive.asked[0].json["filename"] == f"input.{name}"


def test_a_file_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch, drive: Driven) -> None:
    monkeypatch.setattr(type(provider), "upload_limit_bytes", 100)
    with pytest.raises(ValidationError, match="200 MB"):
        drive(provider.upload(Media(bytes(101))), "upload")


def test_a_full_bucket_or_too_many_uploads_are_errors(drive: Driven, simulator: RunwaySimulator) -> None:
    simulator.script(faults.too_many_requests(2, on="upload"))
    with pytest.raises(HTTPError, match="Too many requests"):
        drive(provider.upload(Media(bytes(600))), "upload")
    with pytest.raises(HTTPError, match="400"):
        drive(provider.upload(Media(bytes(10))), "upload")
