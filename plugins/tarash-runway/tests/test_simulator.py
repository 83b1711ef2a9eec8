"""What the simulator answers beyond what the client and the engine ask."""

from __future__ import annotations

from typing import Any

import pytest
from tarash_runway.simulator import RunwaySimulator

from tarash_core.plugins import FilePart, Headers, HttpRequest, HttpResponse
from tarash_core.testing import faults

URL = "http://sim.invalid"
SIGNED = {"authorization": "Bearer key_test", "x-runway-version": "2024-11-06"}
BODY = {"model": "gen4.5", "promptText": "A fox", "ratio": "1280:720", "duration": 5}
HEAD = {"id", "createdAt", "status"}


def ask(simulator: RunwaySimulator, method: str, path: str, headers: Any = None, **known: Any) -> HttpResponse:
    request = HttpRequest(method, URL + path, headers=Headers(SIGNED if headers is None else headers), **known)
    response = simulator.handle(request).response
    assert response is not None
    return response


def buy(simulator: RunwaySimulator, path: str = "text_to_video", **body: Any) -> Any:
    return ask(simulator, "POST", f"/v1/{path}", json={**BODY, **body}).json()


def look(simulator: RunwaySimulator, id: str) -> Any:
    return ask(simulator, "GET", f"/v1/tasks/{id}").json()


def test_each_status_has_exactly_its_keys(simulator: RunwaySimulator) -> None:
    id = buy(simulator)["id"]
    seen = [look(simulator, id) for _ in range(3)]
    assert [task["status"] for task in seen] == ["PENDING", "RUNNING", "SUCCEEDED"]
    assert [set(task) - HEAD for task in seen] == [
        {"estimatedCost"}, {"estimatedCost", "progress"}, {"output", "cost"},
    ]  # fmt: skip
    assert seen[2]["createdAt"] == "2026-01-01T00:00:00.000Z"
    assert seen[2]["cost"] == seen[0]["estimatedCost"] == {"credits": 60}


@pytest.mark.parametrize(
    ("fault", "code", "credits"),
    [
        (faults.moderated(), "SAFETY.INPUT.TEXT", 60),
        (faults.moderated("SAFETY.OUTPUT.IMAGE"), "SAFETY.OUTPUT.IMAGE", 60),
        (faults.failed("THIRD_PARTY.UNAVAILABLE"), "THIRD_PARTY.UNAVAILABLE", 0),
        (faults.failed("It broke"), "INTERNAL", 0),
    ],
)
def test_a_failed_task_tells_why_and_what_stays_charged(
    fault: faults.Fault, code: str, credits: int, simulator: RunwaySimulator
) -> None:
    simulator.script(fault)
    before = simulator.credits
    id = buy(simulator)["id"]
    task = [look(simulator, id) for _ in range(4)][-1]
    assert set(task) - HEAD == {"failure", "failureCode", "cost"}
    assert (task["failureCode"], task["cost"]["credits"]) == (code, credits)
    assert simulator.credits == before - credits


def test_every_problem_of_a_body_is_listed_at_once(simulator: RunwaySimulator) -> None:
    body = {"model": "gen4.5", "ratio": "1280:768", "duration": "5"}
    answer = ask(simulator, "POST", "/v1/text_to_video", json=body)
    assert answer.status == 400
    assert [issue["path"] for issue in answer.json()["issues"]] == [["promptText"], ["ratio"], ["duration"]]
    assert simulator.bought == []


@pytest.mark.parametrize(
    ("path", "body", "place"),
    [
        ("text_to_video", {"model": "gen4_turbo"}, ["model"]),
        ("text_to_video", {"model": "veo3"}, ["model"]),
        ("text_to_video", {"model": None}, ["model"]),
        ("image_to_video", {"promptImage": "http://files.example/a.png"}, ["promptImage"]),
        ("image_to_video", {"promptImage": [{"position": "first", "uri": "runway://x"}]}, ["promptImage", 0, "uri"]),
        ("image_to_video", {}, ["promptImage"]),
    ],
)
def test_what_the_validator_refuses(path: str, body: Any, place: list[Any], simulator: RunwaySimulator) -> None:
    answer = buy(simulator, path, **body)
    assert [issue["path"] for issue in answer["issues"]] == [place]


def test_the_version_is_asked_for_before_the_key(simulator: RunwaySimulator) -> None:
    assert ask(simulator, "GET", "/v1/organization", {}).status == 400
    assert ask(simulator, "GET", "/v1/organization", {"x-runway-version": "2024-11-06"}).status == 401
    raw = {**SIGNED, "authorization": "key_test"}
    assert ask(simulator, "GET", "/v1/organization", raw).status == 401


def test_limits_of_credit_and_of_a_day(simulator: RunwaySimulator) -> None:
    simulator.credits = 59
    assert "enough credits" in buy(simulator)["error"]
    simulator.credits, simulator.daily_limit = 1000, 1
    assert "id" in buy(simulator)
    assert "daily task limit" in buy(simulator)["error"]


def test_another_model_is_not_held_back(simulator: RunwaySimulator) -> None:
    simulator.concurrency = 1
    first, second = buy(simulator)["id"], buy(simulator)["id"]
    other = buy(simulator, model="veo3.1", duration=8)["id"]
    assert [look(simulator, id)["status"] for id in (first, second, other)] == ["PENDING", "THROTTLED", "PENDING"]


def test_what_was_deleted_is_unknown_and_its_file_is_gone(simulator: RunwaySimulator) -> None:
    id = buy(simulator)["id"]
    url = [look(simulator, id) for _ in range(3)][-1]["output"][0]
    assert ask(simulator, "GET", url.removeprefix(URL), {}).status == 200
    assert ask(simulator, "DELETE", f"/v1/tasks/{id}").status == 204
    for method in ("GET", "DELETE"):
        answer = ask(simulator, method, f"/v1/tasks/{id}")
        assert (answer.status, answer.json()) == (404, {"error": "Could not find Task"})
    assert ask(simulator, "GET", url.removeprefix(URL), {}).status == 404


def test_the_bucket_takes_a_file_once_it_has_a_slot(simulator: RunwaySimulator) -> None:
    slot = ask(simulator, "POST", "/v1/uploads", json={"filename": "a.png", "type": "ephemeral"}).json()
    file = {"file": FilePart(bytes(600), "image/png", "a.png")}
    known = {"form": slot["fields"], "files": file}
    assert ask(simulator, "POST", "/bucket", **known).status == 403
    assert ask(simulator, "POST", "/bucket", {}, files=file).status == 403
    assert ask(simulator, "POST", "/bucket", {}, **known).status == 204
    assert "id" in buy(simulator, "image_to_video", promptImage=slot["runwayUri"])
    assert ask(simulator, "POST", "/v1/uploads", json={"filename": "a", "type": "ephemeral"}).status == 400


def test_a_body_that_is_no_json_is_said_to_be_none(simulator: RunwaySimulator) -> None:
    answer = ask(simulator, "POST", "/v1/text_to_video", content=b"{")
    assert (answer.status, "JSON" in answer.json()["error"]) == (400, True)
    assert ask(simulator, "POST", "/v1/nothing", json={}).status == 404


@pytest.mark.parametrize(
    ("path", "body", "size"),
    [
        ("text_to_video", {"ratio": "720:1280"}, (720, 1280)),
        ("text_to_video", {"model": "wan3", "ratio": "auto_1080p"}, (1920, 1080)),
        ("text_to_video", {"model": "hailuo3", "ratio": "1:1", "resolution": "2k", "duration": 5}, (1440, 1440)),
        ("video_upscale", {"model": "magnific_video_upscaler_creative", "resolution": "1k"}, (1920, 1080)),
        ("text_to_image", {"model": "gpt_image_2", "ratio": "auto"}, (1024, 1024)),
        ("text_to_image", {"model": "seedream5_pro", "ratio": "auto_2k"}, (2048, 2048)),
    ],
)
def test_what_is_asked_for_gives_the_size(
    path: str, body: Any, size: tuple[int, int], simulator: RunwaySimulator
) -> None:
    job = simulator.buy({**BODY, "ratio": None, **body}, endpoint=f"/v1/{path}")
    wanted = simulator.requested(job)
    assert (wanted.width, wanted.height) == size
