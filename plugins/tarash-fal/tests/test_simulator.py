from __future__ import annotations

import json
from typing import Any

import pytest
from tarash_fal.models import CATALOG
from tarash_fal.simulator import FalSimulator

from tarash_core.plugins import HttpRequest, HttpResponse
from tarash_core.testing import faults

QUEUE = "https://queue.fal.run"
KEY = {"authorization": "Key kid:ksec"}


def ask(simulator: FalSimulator, method: str, url: str, body: Any = None) -> HttpResponse:
    response = simulator.handle(HttpRequest(method, url, json=body, headers=KEY)).response
    assert response is not None
    return response


def buy(simulator: FalSimulator, endpoint: str = "fal-ai/veo3.1/fast", **body: Any) -> dict[str, Any]:
    receipt: dict[str, Any] = ask(simulator, "POST", f"{QUEUE}/{endpoint}", {"prompt": "A fox", **body}).json()
    return receipt


def result(simulator: FalSimulator, receipt: dict[str, Any]) -> dict[str, Any]:
    for _ in range(simulator.polls_to_finish):
        ask(simulator, "GET", receipt["status_url"])
    body: dict[str, Any] = ask(simulator, "GET", receipt["response_url"]).json()
    return body


def test_a_submit_answers_with_urls_below_the_application(simulator: FalSimulator) -> None:
    receipt = buy(simulator)
    base = f"{QUEUE}/fal-ai/veo3.1/requests/{receipt['request_id']}"
    assert receipt["status_url"] == f"{base}/status"
    assert (receipt["response_url"], receipt["cancel_url"]) == (base, f"{base}/cancel")
    assert (receipt["status"], receipt["queue_position"]) == ("IN_QUEUE", 0)


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_status_is_202_until_the_end(slash: str, simulator: FalSimulator) -> None:
    url = buy(simulator)["status_url"] + slash
    answers = [ask(simulator, "GET", f"{url}?logs=true") for _ in range(3)]
    assert [answer.status for answer in answers] == [202, 202, 200]
    assert [answer.json()["status"] for answer in answers] == ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]
    assert "logs" not in answers[0].json()
    assert answers[2].json()["metrics"] == {"inference_time": 30.0}


@pytest.mark.parametrize(("query", "logs"), [("", None), ("?logs=0", None), ("?logs=1", []), ("?logs=true", [])])
def test_logs_are_there_when_they_are_asked_for(query: str, logs: Any, simulator: FalSimulator) -> None:
    url = buy(simulator)["status_url"]
    ask(simulator, "GET", url)
    assert ask(simulator, "GET", url + query).json()["logs"] == logs


def test_the_stream_is_every_status_as_an_event(simulator: FalSimulator) -> None:
    answer = ask(simulator, "GET", buy(simulator)["status_url"] + "/stream?logs=1")
    assert answer.headers["content-type"] == "text/event-stream"
    events = [json.loads(line.removeprefix("data: ")) for line in answer.text.strip().split("\n\n")]
    assert [event["status"] for event in events] == ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]


def test_the_stream_of_a_stuck_job_ends_all_the_same(simulator: FalSimulator) -> None:
    simulator.script(faults.stuck())
    answer = ask(simulator, "GET", buy(simulator)["status_url"] + "/stream")
    assert answer.text.count("data: ") == 4


@pytest.mark.parametrize("suffix", ["", "/", "/response"])
def test_the_result_is_bare_and_not_there_too_early(suffix: str, simulator: FalSimulator) -> None:
    receipt = buy(simulator)
    early = ask(simulator, "GET", receipt["response_url"] + suffix)
    assert (early.status, early.json()) == (400, {"detail": "Request is still in progress"})
    assert set(result(simulator, receipt)) == {"video", "seed"}


def test_the_full_endpoint_is_no_way_to_a_job(simulator: FalSimulator) -> None:
    id = buy(simulator)["request_id"]
    answer = ask(simulator, "GET", f"{QUEUE}/fal-ai/veo3.1/fast/requests/{id}/status")
    assert (answer.status, answer.json()) == (404, {"error": "Error", "message": "Path /fast not found"})


@pytest.mark.parametrize(("method", "path"), [("GET", "/status"), ("GET", ""), ("PUT", "/cancel")])
def test_an_unknown_job_is_not_found(method: str, path: str, simulator: FalSimulator) -> None:
    answer = ask(simulator, method, f"{QUEUE}/fal-ai/veo3.1/requests/none{path}")
    assert (answer.status, answer.json()) == (404, {"status": "NOT_FOUND"})


def test_models_beyond_the_catalogue_can_be_declared() -> None:
    simulator = FalSimulator(models=["acme/new-model"], render=False)
    assert buy(simulator, "acme/new-model")["request_id"]
    assert ask(simulator, "POST", f"{QUEUE}/acme/other", {}).status == 404


@pytest.mark.parametrize("body", [["A fox"], "A fox"])
def test_the_input_must_be_an_object(body: Any, simulator: FalSimulator) -> None:
    assert ask(simulator, "POST", f"{QUEUE}/fal-ai/veo3.1", body).status == 422
    assert simulator.bought == []


def test_every_listed_model_can_be_bought(simulator: FalSimulator) -> None:
    for endpoint in CATALOG:
        assert buy(simulator, endpoint)["request_id"] in simulator.jobs


# seconds, width, height
@pytest.mark.parametrize(
    ("endpoint", "body", "expected"),
    [
        ("fal-ai/veo3.1", {}, (8, 1280, 720)),
        ("fal-ai/veo3.1", {"duration": "4s", "resolution": "1080p", "aspect_ratio": "9:16"}, (4, 1080, 1920)),
        ("fal-ai/kling-video/v3/4k/text-to-video", {"duration": "3"}, (3, 3840, 2160)),
        ("fal-ai/kling-video/v3/standard/text-to-video", {"aspect_ratio": "1:1"}, (5, 720, 720)),
        ("fal-ai/minimax/hailuo-02/standard/text-to-video", {"duration": "10"}, (10, 1366, 768)),
        ("fal-ai/minimax/hailuo-2.3/pro/text-to-video", {}, (6, 1920, 1080)),
        ("bytedance/seedance-2.0/text-to-video", {}, (5, 1280, 720)),
    ],
)
def test_a_clip_is_what_was_asked_for(
    endpoint: str, body: dict[str, Any], expected: Any, simulator: FalSimulator
) -> None:
    job = simulator.jobs[buy(simulator, endpoint, **body)["request_id"]]
    wanted = simulator.requested(job)
    assert (wanted.duration_seconds, wanted.width, wanted.height) == expected
    assert wanted.format == "mp4"


@pytest.mark.parametrize(
    ("endpoint", "body", "expected"),
    [
        ("fal-ai/flux/dev", {}, (1024, 768, "jpeg")),
        ("fal-ai/flux/dev", {"image_size": "portrait_16_9", "output_format": "png"}, (576, 1024, "png")),
        ("fal-ai/flux/dev", {"image_size": {"width": 640, "height": 480}}, (640, 480, "jpeg")),
        ("fal-ai/flux-2", {"image_size": "square_hd"}, (1024, 1024, "png")),
        ("fal-ai/flux-pro/kontext/text-to-image", {}, (1024, 1024, "jpeg")),
    ],
)
def test_a_picture_is_what_was_asked_for(
    endpoint: str, body: dict[str, Any], expected: Any, simulator: FalSimulator
) -> None:
    job = simulator.jobs[buy(simulator, endpoint, **body)["request_id"]]
    wanted = simulator.requested(job)
    assert (wanted.width, wanted.height, wanted.format) == expected


def test_a_clip_is_rendered_when_it_is_downloaded() -> None:
    from tarash_core.engine.measure import measure

    simulator = FalSimulator()
    receipt = buy(simulator, duration="4s", resolution="720p", aspect_ratio="9:16", generate_audio=False)
    url = result(simulator, receipt)["video"]["url"]
    clip = measure(ask(simulator, "GET", url).content)
    assert (clip.width, clip.height, clip.content_type) == (720, 1280, "video/mp4")
    assert clip.duration_seconds == pytest.approx(4, abs=0.2)


def test_parts_that_were_not_uploaded_cannot_be_joined(simulator: FalSimulator) -> None:
    token = ask(simulator, "POST", "https://rest.fal.ai/storage/auth/token?storage_type=fal-cdn-v3", {}).json()
    assert token["base_url"] == "https://v3.fal.media"
    bearer = {"authorization": f"Bearer {token['token']}"}
    begun = simulator.handle(
        HttpRequest("POST", "https://v3.fal.media/files/upload/multipart", headers=bearer)
    ).response
    assert begun is not None
    url = f"{begun.json()['access_url']}/multipart/{begun.json()['uploadId']}/complete"
    body = {"parts": [{"partNumber": 1, "etag": "no"}]}
    answer = simulator.handle(HttpRequest("POST", url, json=body, headers=bearer)).response
    assert answer is not None
    assert answer.status == 400
