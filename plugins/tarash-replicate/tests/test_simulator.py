"""What the simulator does beyond what the provider and Replicate's client ask of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tarash_replicate.simulator import ReplicateSimulator

from tarash_core.plugins.http import Headers, HttpRequest, HttpResponse
from tarash_core.testing import faults

API = "https://api.replicate.com"
VEO = "/v1/models/google/veo-3.1/predictions"
FLUX = "/v1/models/black-forest-labs/flux-schnell/predictions"


def ask(simulator: ReplicateSimulator, method: str, path: str, json: Any = None, **headers: str) -> HttpResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = HttpRequest(method, API + path, json=json, headers=Headers({"authorization": "Bearer r8_x", **named}))
    response = simulator.handle(request).response
    assert response is not None
    return response


def bought(simulator: ReplicateSimulator, path: str = VEO, headers: dict[str, str] | None = None, **given: Any) -> Any:
    response = ask(simulator, "POST", path, {"input": {"prompt": "A fox", **given}}, **(headers or {}))
    assert response.status == 201
    return response.json()


def test_every_answer_has_rate_limit_headers(simulator: ReplicateSimulator) -> None:
    for response in (ask(simulator, "GET", "/v1/account"), ask(simulator, "GET", "/v1/nothing")):
        assert response.headers["ratelimit-remaining"] == "2999"
        assert response.headers["ratelimit-reset"] == "1"


@pytest.mark.parametrize(
    ("status", "path", "body"),
    [
        (404, "/v1/models/owner/fox/predictions", {"input": {}}),
        (422, VEO, {"input": {}}),
        (422, VEO, {}),
        (422, VEO, {"input": {"prompt": "A fox", "duration": "8"}}),
        (422, VEO, {"input": {"prompt": "A fox", "generate_audio": 1}}),
        (422, "/v1/models/kwaivgi/kling-v3-video/predictions", {"input": {"prompt": "A fox", "duration": 16}}),
        (422, "/v1/predictions", {"version": "owner/fox:latest", "input": {}}),
        (422, "/v1/files", {}),
    ],
)
def test_refusals_are_problem_json(simulator: ReplicateSimulator, status: int, path: str, body: Any) -> None:
    response = ask(simulator, "POST", path, body)
    assert response.status == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == status
    assert not simulator.bought


def test_a_body_that_is_no_json_is_a_400_and_no_key_a_401(simulator: ReplicateSimulator) -> None:
    broken = HttpRequest("POST", API + VEO, content=b"{", headers=Headers({"authorization": "Token r8_x"}))
    keyless = HttpRequest("GET", f"{API}/v1/account")
    replies = [simulator.handle(request).response for request in (broken, keyless)]
    assert [reply and reply.status for reply in replies] == [400, 401]


def test_unknown_inputs_are_ignored(simulator: ReplicateSimulator) -> None:
    assert bought(simulator, wings=True)["input"]["wings"] is True


def test_an_official_version_is_hidden_and_may_be_bought_by_name(simulator: ReplicateSimulator) -> None:
    body = {"version": "google/veo-3.1", "input": {"prompt": "A fox"}}
    assert ask(simulator, "POST", "/v1/predictions", body).json()["version"] == "hidden"


@pytest.mark.parametrize(("prefer", "applied"), [("wait", "wait=60"), ("wait=5", "wait=5"), ("wait=99", "wait=60")])
def test_prefer_wait_holds_an_image_until_it_is_done(simulator: ReplicateSimulator, prefer: str, applied: str) -> None:
    response = ask(simulator, "POST", FLUX, {"input": {"prompt": "A fox"}}, prefer=prefer)
    assert (response.status, response.headers["preference-applied"]) == (201, applied)
    assert response.json()["status"] == "succeeded"


def test_a_video_is_not_done_in_the_longest_wait(simulator: ReplicateSimulator) -> None:
    assert bought(simulator, headers={"prefer": "wait"})["status"] == "starting"


def test_against_real_time_a_wait_takes_as_long_as_the_job() -> None:
    simulator = ReplicateSimulator(speed=1000.0, render=False)
    headers = Headers({"authorization": "Bearer r8_x", "prefer": "wait"})
    reply = simulator.handle(HttpRequest("POST", API + FLUX, json={"input": {"prompt": "A fox"}}, headers=headers))
    assert reply.after == 2.0
    assert reply.response is not None
    assert reply.response.json()["status"] == "succeeded"


@pytest.mark.parametrize(("seconds", "status"), [(5, "aborted"), (30, "canceled")])
def test_cancel_after_ends_a_prediction_by_how_far_it_is(
    simulator: ReplicateSimulator, seconds: int, status: str
) -> None:
    made = bought(simulator, headers={"cancel_after": f"{seconds}s"})
    assert made["deadline"]
    simulator.advance(seconds)
    assert ask(simulator, "GET", f"/v1/predictions/{made['id']}").json()["status"] == status


def test_data_are_removed_after_the_hour_or_never(simulator: ReplicateSimulator) -> None:
    for keeper, removed in ((simulator, True), (ReplicateSimulator(render=False, keep_seconds=None), False)):
        made = bought(keeper)
        keeper.advance(90)
        path = f"/v1/predictions/{made['id']}"
        url = ask(keeper, "GET", path).json()["output"]
        keeper.advance(3600)
        later = ask(keeper, "GET", path).json()
        assert (later["data_removed"], later["output"] is None, later["input"] == {}) == (removed,) * 3
        assert ask(keeper, "GET", url.removeprefix(API)).status == (403 if removed else 200)


def test_logs_grow_with_a_version_and_official_models_keep_silent(simulator: ReplicateSimulator) -> None:
    official, community = bought(simulator), None
    body = {"version": "5c7d" * 16, "input": {"prompt": "A fox"}}
    community = ask(simulator, "POST", "/v1/predictions", body).json()
    simulator.advance(50)
    shown = [ask(simulator, "GET", f"/v1/predictions/{made['id']}").json() for made in (official, community)]
    assert shown[0]["logs"] == ""
    assert shown[1]["logs"].splitlines()[-1].startswith(" 50%|")


def test_without_credit_nothing_is_sold(simulator: ReplicateSimulator) -> None:
    simulator.out_of_credit = True
    assert ask(simulator, "POST", VEO, {"input": {"prompt": "A fox"}}).json()["title"] == "Insufficient credit"


def test_a_job_that_the_vendor_calls_off_is_canceled(simulator: ReplicateSimulator) -> None:
    simulator.script(faults.called_off())
    made = bought(simulator)
    simulator.advance(100)
    assert ask(simulator, "GET", f"/v1/predictions/{made['id']}").json()["status"] == "canceled"


def test_callbacks_are_sent_for_the_events_asked_for(simulator: ReplicateSimulator) -> None:
    for events, count in ((None, 2), (["start", "logs", "output", "completed"], 4), (["completed"], 1)):
        body = {"input": {"prompt": "A fox"}, "webhook": "https://x.example/h", "webhook_events_filter": events}
        ask(simulator, "POST", VEO, body)
        simulator.advance(20)
        simulator.advance(100)
        callbacks = simulator.due()
        assert len(callbacks) == count
        assert json.loads(callbacks[-1].content or b"")["status"] == "succeeded"


@pytest.mark.parametrize(
    ("path", "given", "wanted"),
    [
        (VEO, {"duration": 8, "resolution": "1080p", "aspect_ratio": "9:16"}, (8.0, 1080, 1920)),
        (VEO, {}, (5.0, 1280, 720)),
        ("/v1/models/kwaivgi/kling-v3-video/predictions", {"mode": "4k", "aspect_ratio": "1:1"}, (5.0, 2160, 2160)),
        ("/v1/models/kwaivgi/kling-v3-video/predictions", {}, (5.0, 1920, 1080)),
        ("/v1/models/minimax/hailuo-2.3/predictions", {"duration": 10}, (10.0, 1366, 768)),
        (FLUX, {"megapixels": "0.25"}, (5.0, 500, 500)),
        ("/v1/models/google/nano-banana-2/predictions", {"resolution": "2K", "aspect_ratio": "1:4"}, (5.0, 1024, 4096)),
    ],
)
def test_files_have_the_shape_that_was_asked_for(
    simulator: ReplicateSimulator, path: str, given: dict[str, Any], wanted: tuple[float, int, int]
) -> None:
    made = simulator.requested(simulator.jobs[bought(simulator, path, **given)["id"]])
    assert (made.duration_seconds, made.width, made.height) == wanted


def test_a_rendered_clip_measures_what_was_asked_for() -> None:
    pytest.importorskip("av")
    from tarash_core.engine.measure import measure

    simulator = ReplicateSimulator()
    made = bought(simulator, duration=4, aspect_ratio="9:16", generate_audio=True)
    simulator.advance(90)
    url = ask(simulator, "GET", f"/v1/predictions/{made['id']}").json()["output"]
    measured = measure(ask(simulator, "GET", url.removeprefix(API)).content)
    assert (measured.width, measured.height) == (720, 1280)
    assert measured.duration_seconds == pytest.approx(4, abs=0.2)
