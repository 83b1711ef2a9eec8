"""The simulator refuses what Luma refuses, in Luma's words (dossier luma.md, sections 6 and 7)."""

from __future__ import annotations

from typing import Any

import pytest
from tarash_luma.simulator import LumaSimulator

from tarash_core.plugins import HttpRequest, HttpResponse
from tarash_core.testing import faults

AGENTS, DREAM = "/v1/generations", "/dream-machine/v1/generations"
URL = {"url": "https://x.test/a.png"}
CLIP = {"url": "https://x.test/c.mp4", "media_type": "video/mp4"}
RAY: dict[str, Any] = {"prompt": "a", "model": "ray-3.2", "type": "video"}


@pytest.fixture
def simulator() -> LumaSimulator:
    return LumaSimulator(render=False, polls_to_finish=1)


def ask(simulator: LumaSimulator, method: str, path: str, body: Any = None, key: str | None = "k") -> HttpResponse:
    headers = {} if key is None else {"authorization": f"Bearer {key}"}
    reply = simulator.handle(HttpRequest(method, f"https://luma.test{path}", json=body, headers=headers))
    assert reply.response is not None
    return reply.response


REFUSED: list[tuple[str, Any, int, str]] = [
    (AGENTS, {"prompt": "a", "model": "X"}, 400, "Unknown model: X"),
    (AGENTS, {"prompt": "a", "type": "video"}, 400, "Type 'video' is not supported for model 'uni-1'"),
    (AGENTS, {"prompt": "a", "aspect_ratio": "4:3"}, 400, "Invalid aspect_ratio '4:3'. Valid: "),
    (AGENTS, {"prompt": ""}, 400, "Prompt must be between 1 and 6000 characters"),
    (AGENTS, {"prompt": "a" * 501, "type": "layering", "source": URL}, 400, "between 1 and 500"),
    (AGENTS, {"prompt": "a", "type": "image_edit"}, 400, "source is required for type 'image_edit'"),
    (AGENTS, {"prompt": "a", "image_ref": [{"url": "u", "data": "d"}]}, 400, "either 'url' or 'data', not both"),
    (AGENTS, {"prompt": "a", "image_ref": [{"data": "AAAA"}]}, 400, "'media_type' is required with 'data'"),
    (AGENTS, {"prompt": "a", "image_ref": [{}]}, 400, "is required"),
    (AGENTS, {"prompt": "a", "image_ref": [URL] * 10}, 400, "too many"),
    (AGENTS, {"prompt": "a", "image_ref": [{"data": "?", "media_type": "image/png"}]}, 422, "invalid base64 data"),
    (AGENTS, {"prompt": "a", "image_ref": [{"url": "ftp://x"}]}, 422, "failed to fetch URL (HTTP 404)"),
    (AGENTS, {"prompt": "a", "image_ref": [{"generation_id": "1"}]}, 404, "Generation not found"),
    (AGENTS, {"prompt": "a", "image_ref": [{"file_id": "1"}]}, 400, "file is not ready"),
    (AGENTS, {**RAY, "type": "video_edit", "source": {"url": CLIP["url"]}}, 400, "'media_type' is required"),
    (AGENTS, {**RAY, "type": "video_reframe", "source": CLIP}, 400, "aspect_ratio is required"),
    (AGENTS, {**RAY, "video": {"duration": "10s", "start_frame": URL}}, 400, "start_frame is not supported"),
    (AGENTS, {**RAY, "video": {"loop": True, "end_frame": URL}}, 400, "loop is not supported with end_frame"),
    (AGENTS, {**RAY, "video": {"exr_export": True}}, 400, "exr_export requires hdr"),
    (AGENTS, {**RAY, "video": {"keyframes": [URL]}}, 400, "same length"),
    (AGENTS, {**RAY, "video": {"duration": "9s"}}, 400, "Invalid duration"),
    (AGENTS, {**RAY, "video": {"resolution": "4k"}}, 400, "Invalid resolution"),
    (AGENTS, [], 422, "no JSON object"),
    (f"{DREAM}/video", {"model": "ray-2"}, 400, "Prompt is required"),
    (f"{DREAM}/video", {"model": "ray-2", "prompt": "ab"}, 400, "Prompt is too short, minimum length is 3"),
    (f"{DREAM}/video", {"model": "ray-2", "prompt": "a" * 5001}, 400, "Prompt is too long, maximum length is 5000"),
    (f"{DREAM}/video", {"model": "ray-1", "prompt": "abc"}, 400, "Unknown model"),
    (f"{DREAM}/video", {"model": "ray-2", "keyframes": {"frame0": {}}}, 400, "No keyframes provided"),
    (f"{DREAM}/video", {"model": "ray-2", "prompt": "abc", "generation_type": "x"}, 400, "Unknown request type"),
    (
        f"{DREAM}/video",
        {"model": "ray-2", "keyframes": {"frame0": {"type": "generation", "id": "1"}}},
        404,
        "not found",
    ),
    (f"{DREAM}/video/modify", {"model": "ray-2", "media": URL}, 422, "mode"),
    (f"{DREAM}/video/reframe", {"model": "ray-2", "media": URL}, 422, "aspect_ratio"),
    (f"{DREAM}/image/reframe", {"model": "photon-1", "media": {"url": "data:"}}, 400, "public URL"),
    (f"{DREAM}/1/upscale", {}, 404, "not found"),
]


@pytest.mark.parametrize(("path", "body", "status", "words"), REFUSED)
def test_a_refusal(simulator: LumaSimulator, path: str, body: Any, status: int, words: str) -> None:
    answer = ask(simulator, "POST", path, body)
    assert (answer.status, words in answer.json()["detail"]) == (status, True), answer.text
    assert simulator.bought == []


@pytest.mark.parametrize(
    ("path", "key", "words"),
    [
        (AGENTS, None, "Missing or invalid API key"),
        (AGENTS, "luma-1", "Invalid API key"),
        (DREAM, None, "Invalid API key is provided"),
        (DREAM, "luma-api-1", "Invalid API key is provided"),
    ],
)
def test_a_key_opens_one_api(simulator: LumaSimulator, path: str, key: str | None, words: str) -> None:
    answer = ask(simulator, "GET", f"{path}/1", key=key)
    assert (answer.status, answer.json()["detail"]) == (401, words)


def test_both_kinds_of_limits(simulator: LumaSimulator) -> None:
    simulator.script(faults.too_many_requests(5))
    limited = ask(simulator, "POST", AGENTS, {"prompt": "a"})
    assert (limited.status, limited.headers["retry-after"]) == (429, "5")
    simulator.most_jobs = 0
    full = ask(simulator, "POST", AGENTS, {"prompt": "a"})
    assert (full.json()["detail"], full.headers["retry-after"]) == ("Too many concurrent jobs", "60")


def test_an_empty_account_buys_nothing(simulator: LumaSimulator) -> None:
    simulator.credit_cents = 0
    for path, body, status in ((AGENTS, RAY, 402), (f"{DREAM}/video", {"model": "ray-2", "prompt": "abc"}, 400)):
        answer = ask(simulator, "POST", path, body)
        assert (answer.status, "Insufficient credits" in answer.text) == (status, True)
    assert simulator.bought == []


def test_the_two_apis_do_not_know_each_others_jobs(simulator: LumaSimulator) -> None:
    agents = ask(simulator, "POST", AGENTS, {"prompt": "a"}).json()["id"]
    dream = ask(simulator, "POST", f"{DREAM}/video", {"model": "ray-2", "prompt": "abc"}).json()["id"]
    assert ask(simulator, "GET", f"{DREAM}/{agents}").status == 404
    assert ask(simulator, "GET", f"{AGENTS}/{dream}").status == 404


def test_an_address_of_agents_dies_and_a_new_look_gives_another(simulator: LumaSimulator) -> None:
    id = ask(simulator, "POST", AGENTS, {"prompt": "a"}).json()["id"]
    url = ask(simulator, "GET", f"{AGENTS}/{id}").json()["output"][0]["url"].removeprefix("https://luma.test")
    assert ask(simulator, "GET", url, key=None).status == 200
    simulator.advance(3601)
    assert ask(simulator, "GET", url, key=None).status == 403
    ask(simulator, "GET", f"{AGENTS}/{id}")
    assert ask(simulator, "GET", url, key=None).status == 200


def test_an_upload_wants_exactly_its_headers(simulator: LumaSimulator) -> None:
    made = ask(simulator, "POST", "/v1/files", {"mime_type": "image/png", "size_bytes": 3}).json()
    path = made["upload"]["url"].removeprefix("https://luma.test")
    assert ask(simulator, "PUT", path, key=None).status == 403
    assert ask(simulator, "POST", f"/v1/files/{made['id']}/complete").json()["state"] == "failed"
    assert ask(simulator, "GET", "/v1/files/none").status == 404
    assert ask(simulator, "POST", "/v1/files", {"mime_type": "image/png"}).status == 400
