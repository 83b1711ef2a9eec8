"""Requests that the provider makes, and whole generations against the simulator."""

from __future__ import annotations

from typing import Any

import pytest
from tarash_replicate import provider
from tarash_replicate.provider import route_of
from tarash_replicate.simulator import ReplicateSimulator

from tarash_core.errors import HTTPError, RateLimitError, ValidationError
from tarash_core.models.job import VideoJob
from tarash_core.plugins import (
    Accepted,
    Expired,
    HttpResponse,
    Running,
    Update,
)
from tarash_core.testing import Driven, attempt_of

VERSION = "5c7d" * 16
API = "https://api.replicate.com"


@pytest.mark.parametrize(
    ("model", "path", "version"),
    [
        ("google/veo-3.1", "/v1/models/google/veo-3.1/predictions", None),
        ("minimax/video-01", "/v1/models/minimax/video-01/predictions", None),
        (f"minimax/video-01:{VERSION}", "/v1/predictions", VERSION),
        (VERSION.upper(), "/v1/predictions", VERSION),
        (VERSION, "/v1/predictions", VERSION),
        ("deployments/acme/fox", "/v1/deployments/acme/fox/predictions", None),
    ],
)
def test_every_form_of_a_model_id_has_its_route(model: str, path: str, version: str | None) -> None:
    assert route_of(model) == (path, version)


@pytest.mark.parametrize(
    "model",
    [
        "veo-3.1",
        "google/veo-3.1:latest",
        "google/veo-3.1:5c7d",
        f"deployments/acme/fox:{VERSION}",
        "a/b/c",
        "../account",
        "google/..",
        "google/veo 3",
        "google/veo?x=1",
        "",
    ],
)
def test_other_model_ids_are_refused_before_anything_is_sent(model: str) -> None:
    with pytest.raises(ValidationError, match="owner/name"):
        route_of(model)


def submitted(driver: Driven, model: str, **payload: Any) -> VideoJob:
    attempt = attempt_of("replicate", model, payload)
    accepted = driver(provider.submit(attempt.plan, attempt))
    assert isinstance(accepted, Accepted)
    return VideoJob(provider="replicate", model=model, id=accepted.id, state=accepted.state)


def polled(driver: Driven, job: VideoJob) -> Update:
    return driver(provider.poll(job), "poll")


def test_the_payload_goes_below_input_and_nothing_is_held_back(driver: Driven) -> None:
    submitted(driver, "google/veo-3.1", prompt="A fox", duration=8)
    (request,) = driver.asked
    assert (request.method, request.url) == ("POST", f"{API}/v1/models/google/veo-3.1/predictions")
    assert request.json == {"input": {"prompt": "A fox", "duration": 8}}
    assert (request.effect, request.signed) == ("buy", True)
    assert request.headers["authorization"] == "Bearer r8_test"
    assert "prefer" not in request.headers


def test_a_webhook_is_asked_for_start_and_end(driver: Driven) -> None:
    attempt = attempt_of("replicate", "google/veo-3.1", {"prompt": "A fox"}, webhook_url="https://shop.example/hook")
    driver(provider.submit(attempt.plan, attempt))
    assert driver.asked[0].json == {
        "input": {"prompt": "A fox"},
        "webhook": "https://shop.example/hook",
        "webhook_events_filter": ["start", "completed"],
    }


def test_a_model_that_is_gone_is_the_vendors_404(driver: Driven, simulator: ReplicateSimulator) -> None:
    simulator.gone.add("luma/ray-3")
    with pytest.raises(HTTPError, match="check the model id") as caught:
        submitted(driver, "luma/ray-3", prompt="A fox")
    assert (caught.value.status_code, caught.value.charged) == (404, "no")
    assert not simulator.bought


@pytest.mark.parametrize("latest", [None, {}])
def test_a_model_without_a_version_is_the_first_404(latest: Any) -> None:
    answers = iter(
        [HttpResponse.of_json({"detail": "nothing here"}, 404), HttpResponse.of_json({"latest_version": latest})]
    )
    driver = Driven(provider, lambda request: next(answers))
    with pytest.raises(HTTPError, match="nothing here"):
        submitted(driver, "owner/fox", prompt="A fox")


def test_a_422_about_the_version_looks_for_the_latest_one_and_any_other_is_raised(driver: Driven) -> None:
    with pytest.raises(HTTPError, match="duration must be one of 4, 6, 8"):
        submitted(driver, "google/veo-3.1", prompt="A fox", duration=7)
    refused = HttpResponse.of_json({"title": "Invalid version or not permitted", "detail": "no"}, 422)
    answers = iter(
        [
            refused,
            HttpResponse.of_json({"latest_version": {"id": VERSION}}),
            HttpResponse.of_json({"id": "p1", "status": "starting"}, 201),
        ]
    )
    other = Driven(provider, lambda request: next(answers))
    assert submitted(other, "owner/fox", prompt="A fox").id == "p1"
    assert other.asked[-1].json["version"] == VERSION


def test_an_unknown_deployment_is_raised_without_asking_for_a_model() -> None:
    driver = Driven(provider, lambda request: HttpResponse.of_json({"detail": "no such deployment"}, 404))
    with pytest.raises(HTTPError, match="no such deployment"):
        submitted(driver, "deployments/acme/fox", prompt="A fox")
    assert len(driver.asked) == 1


def test_a_job_without_urls_is_asked_for_by_its_id() -> None:
    driver = Driven(provider, lambda request: HttpResponse.of_json({"id": "p 1", "status": "starting"}))
    job = VideoJob(provider="replicate", model="google/veo-3.1", id="p 1")
    driver(provider.poll(job), "poll")
    driver(provider.cancel(job), "cancel")
    assert [request.url for request in driver.asked] == [
        f"{API}/v1/predictions/p%201",
        f"{API}/v1/predictions/p%201/cancel",
    ]
    assert [request.effect for request in driver.asked] == ["read", "write"]


def test_a_job_that_replicate_does_not_know_has_expired_but_a_proxys_404_is_an_error(driver: Driven) -> None:
    job = VideoJob(provider="replicate", model="google/veo-3.1", id="nobody")
    assert isinstance(polled(driver, job), Expired)
    assert isinstance(driver(provider.cancel(job), "cancel"), Expired)
    proxy = Driven(provider, lambda request: HttpResponse(404, content=b"<html>no such host</html>"))
    with pytest.raises(HTTPError):
        polled(proxy, job)


def test_a_cancel_that_is_not_carried_out_yet_says_so() -> None:
    driver = Driven(provider, lambda request: HttpResponse.of_json({"id": "p1", "status": "processing"}))
    job = VideoJob(provider="replicate", model="google/veo-3.1", id="p1")
    assert isinstance(driver(provider.cancel(job), "cancel"), Running)


def test_a_throttled_purchase_says_when_to_come_back(driver: Driven, simulator: ReplicateSimulator) -> None:
    simulator.low_credit = True
    submitted(driver, "google/veo-3.1", prompt="A fox")
    with pytest.raises(RateLimitError) as caught:
        submitted(driver, "google/veo-3.1", prompt="A fox")
    assert caught.value.retry_after_seconds == 10
    simulator.advance(10)
    submitted(driver, "google/veo-3.1", prompt="A fox")
    assert len(simulator.bought) == 2


def test_every_capability_is_there() -> None:
    assert all(provider.can(name) for name in ("cancel", "upload", "webhook", "schema", "live_models"))
    assert provider.credentials.describe() == "REPLICATE_API_TOKEN"
