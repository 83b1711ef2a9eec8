"""The simulator against the dossier's checklist (section 11), and what independent clients were recorded to send."""

from __future__ import annotations

from typing import Any

import jwt
import pytest
from tarash_kling.simulator import KlingSimulator

from tarash_core.plugins import Headers, HttpRequest

HOST = "https://api-singapore.klingai.com"
TEXT = "/v1/videos/text2video"
A = "https://e.test/a.png"


def ask(simulator: KlingSimulator, path: str, body: Any = None, key: str = "Bearer k") -> tuple[int, Any]:
    headers = Headers({"authorization": key} if key else {})
    request = HttpRequest("GET" if body is None else "POST", HOST + path, json=body, headers=headers)
    response = simulator.handle(request).response
    assert response is not None
    return response.status, response.json()


def code(simulator: KlingSimulator, path: str, body: Any = None, key: str = "Bearer k") -> tuple[int, int]:
    status, answer = ask(simulator, path, body, key)
    return status, answer["code"]


# Recorded by the dossier's author from Vercel's and Kuaishou's own clients.
RECORDED: list[tuple[str, dict[str, Any]]] = [
    (TEXT, {"model_name": "kling-v2-6", "prompt": "a cat", "negative_prompt": "blur", "sound": "on", "mode": "pro",
            "aspect_ratio": "16:9", "duration": "5", "callback_url": "https://cb.test/h", "external_task_id": "ext-1"}),
    (TEXT, {"model_name": "kling-v1", "prompt": "a cat", "cfg_scale": 0.5,
            "camera_control": {"type": "simple", "config": {"zoom": 5}}}),
    ("/v1/videos/image2video", {"model_name": "kling-v2-5-turbo", "prompt": "move", "image": "iVBORw==",
                                "image_tail": "https://e.test/end.png", "mode": "pro", "duration": "10"}),
    ("/v1/videos/image2video", {
        "model_name": "kling-v3", "prompt": "", "image": A, "sound": "on", "mode": "pro", "multi_shot": True,
        "shot_type": "customize", "multi_prompt": [{"index": 1, "prompt": "a", "duration": "4"},
                                                   {"index": 2, "prompt": "b", "duration": "6"}],
        "element_list": [{"element_id": 12}], "watermark_info": {"enabled": False}, "duration": "10"}),
    ("/v1/videos/multi-image2video", {"model_name": "kling-v1-6", "image_list": [{"image": A}, {"image": A}],
                                      "prompt": "two", "mode": "std", "aspect_ratio": "16:9", "duration": "5"}),
    ("/v1/videos/motion-control", {
        "model_name": "kling-v3", "video_url": "https://e.test/m.mp4", "character_orientation": "image", "mode": "std",
        "prompt": "dance", "image_url": "https://e.test/c.png", "keep_original_sound": "yes"}),
    (TEXT, {"aspect_ratio": "16:9", "cfg_scale": 0.5, "duration": "5", "mode": "pro", "model_name": "kling-v2-5-turbo",
            "negative_prompt": "", "prompt": "cat"}),
    ("/v1/videos/image2video", {"cfg_scale": 0.5, "duration": "5", "image": "iVBORw0=", "image_tail": None,
                                "mode": "std", "model_name": "kling-v2-1", "negative_prompt": "", "prompt": "x"}),
    ("/v1/images/generations", {"aspect_ratio": "16:9", "model_name": "kling-v2-1", "n": 2, "negative_prompt": "",
                                "prompt": "x"}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "body"), RECORDED)
def test_what_independent_clients_send_runs_to_its_end(
    simulator: KlingSimulator, path: str, body: dict[str, Any]
) -> None:
    simulator.retired = False
    status, created = ask(simulator, path, body)
    assert (status, created["code"], created["data"]["task_status"]) == (200, 0, "submitted")
    id = created["data"]["task_id"]
    words = [ask(simulator, f"{path}/{id}")[1]["data"]["task_status"] for _ in range(3)]
    assert words == ["submitted", "processing", "succeed"]
    task = ask(simulator, f"{path}/{id}")[1]["data"]
    assert isinstance(task["final_unit_deduction"], str) and isinstance(task["created_at"], int)
    files = next(iter(task["task_result"].values()))
    assert len(files) == body.get("n", 1)


def test_a_task_of_the_new_standard_in_all_its_words(simulator: KlingSimulator) -> None:
    body = {"prompt": "a fox", "settings": {"duration": 5}, "options": {"external_task_id": "job-42"}}
    created = ask(simulator, "/text-to-video/kling-3.0", body)[1]["data"]
    assert (created["status"], created["external_id"]) == ("submitted", "job-42")
    tasks = [ask(simulator, "/tasks?external_task_ids=job-42")[1]["data"][0] for _ in range(3)]
    assert [task["status"] for task in tasks] == ["submitted", "processing", "succeeded"]
    assert tasks[-1]["outputs"][0]["duration"] == "5"
    assert tasks[-1]["billing"] == [{"charge_type": "unit", "package_type": "video", "amount": "3.0"}]
    assert ask(simulator, "/tasks?task_ids=1")[1]["data"] == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", (400, 1201)),
        ("?task_ids=1&external_task_ids=2", (400, 1201)),
        ("?task_ids=" + ",".join(["1"] * 20), (200, 0)),
        ("?task_ids=" + ",".join(["1"] * 21), (400, 1201)),
    ],
)
def test_twenty_tasks_at_a_time_by_one_kind_of_id(
    simulator: KlingSimulator, query: str, expected: tuple[int, int]
) -> None:
    assert code(simulator, f"/tasks{query}") == expected


NEW_BODY = {"prompt": "a fox"}
OLD_BODY = {"model_name": "kling-v3", "prompt": "a fox"}


def contents(*kinds: str) -> dict[str, Any]:
    return {"contents": [{"type": kind, **({"text": "x"} if kind == "prompt" else {"url": A})} for kind in kinds]}


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/text-to-video/kling-9", NEW_BODY, (404, 1203)),
        ("/text-to-video/kling-3.0", {}, (400, 1201)),
        ("/text-to-video/kling-3.0", [], (400, 1200)),
        ("/text-to-video/kling-3.0", {**NEW_BODY, "settings": {"duration": "5"}}, (400, 1201)),
        ("/text-to-video/kling-3.0", {**NEW_BODY, "settings": {"resolution": "8k"}}, (400, 1201)),
        ("/image-to-video/kling-3.0", contents("prompt"), (400, 1201)),
        ("/image-to-video/kling-3.0", contents("first_frame", "sound"), (400, 1201)),
        ("/image-to-video/kling-3.0", {"contents": [{"type": "first_frame", "url": "data:image/png;base64,AAAA"}]},
         (400, 1201)),
        ("/motion-control/kling-3.0", {"contents": [{"type": "image", "url": A}, {"type": "video", "url": "AAAA"}]},
         (400, 1201)),
        (TEXT, {**OLD_BODY, "duration": 5}, (400, 1201)),
        (TEXT, {**OLD_BODY, "mode": "720p"}, (400, 1201)),
        (TEXT, {**OLD_BODY, "camera_control": {"type": "simple"}}, (400, 1201)),
        (TEXT, {**OLD_BODY, "model_name": "kling-v1"}, (404, 1203)),
        (TEXT, {"prompt": "a fox"}, (404, 1203)),
        (TEXT, {"model_name": "kling-v3"}, (400, 1201)),
        ("/v1/images/generations", {**OLD_BODY, "image": "data:image/png;base64,AAAA"}, (400, 1201)),
        ("/v1/images/omni-image", {"model_name": "kling-image-o1", "prompt": "x", "image_list": [{"image": "no!"}]},
         (400, 1201)),
    ],
)  # fmt: skip
def test_what_kling_refuses_is_not_sold(
    simulator: KlingSimulator, path: str, body: Any, expected: tuple[int, int]
) -> None:
    assert code(simulator, path, body) == expected
    assert simulator.bought == []


@pytest.mark.parametrize("path", ["/text-to-video/kling-3.0", TEXT])
def test_a_key_is_needed(simulator: KlingSimulator, path: str) -> None:
    simulator.api_keys = {"k"}
    body = {**OLD_BODY}
    assert code(simulator, path, body, key="") == (401, 1001)
    assert code(simulator, path, body, key="Bearer other") == (401, 1002)
    assert code(simulator, path, body, key="Key k") == (401, 1002)
    assert code(simulator, path, body) == (200, 0)


def test_tokens_are_judged_on_the_older_standard_and_refused_on_the_new_one(simulator: KlingSimulator) -> None:
    secret, now = "s" * 32, 1_781_080_000
    simulator.secret_keys["ak"] = secret

    def sent(path: str, secret: str = secret, **claims: Any) -> tuple[int, int]:
        token = jwt.encode({"iss": "ak", "exp": now + 1800, "nbf": now - 5, **claims}, secret, algorithm="HS256")
        return code(simulator, path, OLD_BODY, key=f"Bearer {token}")

    assert sent("/text-to-video/kling-3.0") == (401, 1002)
    assert sent(TEXT) == (200, 0)
    assert sent(TEXT, "t" * 32) == (401, 1002)
    assert code(simulator, TEXT, OLD_BODY, key="Bearer a.b.c") == (401, 1002)
    simulator.wall_clock = lambda: float(now)
    assert sent(TEXT, nbf=now + 1) == (401, 1003)
    assert sent(TEXT, exp=now) == (401, 1004)


def test_a_task_is_found_below_its_own_path_by_either_id(simulator: KlingSimulator) -> None:
    id = ask(simulator, TEXT, {**OLD_BODY, "external_task_id": "ext-1"})[1]["data"]["task_id"]
    assert ask(simulator, f"{TEXT}/ext-1")[1]["data"]["task_id"] == id
    assert code(simulator, f"/v1/videos/image2video/{id}") == (404, 1203)
    assert code(simulator, f"{TEXT}/1") == (404, 1203)


def test_an_external_id_is_taken_once_for_both_standards(simulator: KlingSimulator) -> None:
    assert code(simulator, TEXT, {**OLD_BODY, "external_task_id": "ext-1"}) == (200, 0)
    assert code(simulator, TEXT, {**OLD_BODY, "external_task_id": "ext-1"}) == (400, 1201)
    assert code(simulator, "/text-to-video/kling-3.0", {**NEW_BODY, "options": {"external_task_id": "ext-1"}}) == (
        400,
        1201,
    )
    assert len(simulator.bought) == 1


def test_the_quota_counts_running_tasks_and_n_of_images(simulator: KlingSimulator) -> None:
    simulator.quota = 3
    assert code(simulator, "/v1/images/generations", {**OLD_BODY, "n": 2}) == (200, 0)
    assert code(simulator, TEXT, OLD_BODY) == (200, 0)
    assert code(simulator, TEXT, OLD_BODY) == (429, 1303)
    simulator.advance(3600)
    assert code(simulator, TEXT, OLD_BODY) == (200, 0)


def test_callbacks_are_unsigned_without_a_secret(simulator: KlingSimulator) -> None:
    simulator.webhook_secret = None
    ask(simulator, TEXT, {**OLD_BODY, "callback_url": "https://mine.example/hook"})
    simulator.advance(3600)
    (callback,) = simulator.due()
    assert "webhook-signature" not in callback.headers
