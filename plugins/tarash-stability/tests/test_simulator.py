"""The simulator against the dossier's checklist (section 11), and what independent clients were recorded to send."""

from __future__ import annotations

import base64
from decimal import Decimal
from typing import Any

import httpx
import pytest
from tarash_stability.simulator import StabilitySimulator

from tarash_core.plugins import FilePart, Headers, HttpRequest, HttpResponse
from tarash_core.testing import background, faults

API = "https://api.stability.ai"
CORE, SD3 = "/v2beta/stable-image/generate/core", "/v2beta/stable-image/generate/sd3"
CREATIVE = "/v2beta/stable-image/upscale/creative"
NONE = {"none": FilePart(b"", "application/octet-stream", "upload")}
PICTURE = FilePart(b"\x89PNG\r\n\x1a\n" + bytes(50), "image/png", "a.png")


def ask(
    simulator: StabilitySimulator,
    path: str,
    form: dict[str, str] | None = None,
    files: dict[str, FilePart] | None = None,
    key: str = "Bearer sk-test",
    accept: str = "application/json",
    **body: Any,
) -> HttpResponse:
    method = "GET" if form is None and not body else "POST"
    headers = Headers({"accept": accept, **({"authorization": key} if key else {})})
    parts = None if form is None or body else (files or {})
    response = simulator.handle(
        HttpRequest(method, API + path, form=form, files=parts, headers=headers, **body)
    ).response
    assert response is not None
    return response


def refused(response: HttpResponse) -> tuple[int, str, str]:
    body = response.json()
    assert set(body) == {"id", "name", "errors"}
    return response.status, body["name"], body["errors"][0]


def test_litellms_form_of_texts_with_its_empty_file(simulator: StabilitySimulator) -> None:
    form = {"prompt": "a lighthouse", "output_format": "png", "aspect_ratio": "16:9"}
    response = ask(simulator, SD3, form, NONE)
    assert response.status == 200
    assert set(response.json()) == {"image", "finish_reason", "seed"}
    assert simulator.jobs[simulator.bought[0]].body == form


def test_the_node_clients_way_through_a_promise(simulator: StabilitySimulator) -> None:
    created = ask(simulator, CREATIVE, {"prompt": "a fox"}, {"image": PICTURE})
    id = created.json()["id"]
    assert (created.status, len(id), set(created.json())) == (200, 64, {"id"})
    wanted = "application/json; type=image/png"
    statuses = [ask(simulator, f"/v2beta/results/{id}", accept=wanted) for _ in range(3)]
    assert [response.status for response in statuses] == [202, 202, 200]
    assert statuses[0].json() == {"id": id, "status": "in-progress"}
    assert statuses[2].headers["content-type"] == wanted
    assert base64.b64decode(statuses[2].json()["result"])[:4] == b"\x89PNG"


def test_a_promise_is_also_kept_at_its_older_address(simulator: StabilitySimulator) -> None:
    simulator.polls_to_finish = 1
    id = ask(simulator, CREATIVE, {"prompt": "a fox"}, {"image": PICTURE}).json()["id"]
    assert ask(simulator, f"{CREATIVE}/result/{id}").status == 200


@pytest.mark.parametrize("accept", ["image/*", "*/*", ""])
def test_bytes_come_with_their_facts_as_headers(simulator: StabilitySimulator, accept: str) -> None:
    response = ask(simulator, CORE, {"prompt": "a fox", "seed": "7"}, accept=accept)
    assert response.content[:4] == b"\x89PNG"
    head = {name: response.headers[name] for name in ("content-type", "finish-reason", "seed")}
    assert head == {"content-type": "image/png", "finish-reason": "SUCCESS", "seed": "7"}


@pytest.mark.parametrize("accept", ["image/*", "Application/JSON"])
def test_the_switch_of_the_finish_reason(simulator: StabilitySimulator, accept: str) -> None:
    simulator.script(faults.moderated())
    response = ask(simulator, CORE, {"prompt": "a fox"}, accept=accept)
    told = response.headers.get("finish-reason") or response.json()["finish_reason"]
    assert (response.status, told) == (200, "CONTENT_FILTERED")


@pytest.mark.parametrize("body", [{"json": {"prompt": "a fox"}}, {"content": b"prompt=a+fox"}])
def test_only_multipart_is_a_form(simulator: StabilitySimulator, body: dict[str, Any]) -> None:
    answer = refused(ask(simulator, CORE, **body))
    assert answer == (400, "bad_request", "content-type: must be multipart/form-data")


@pytest.mark.parametrize("key", ["", "Bearer ", "Key sk-test"])
@pytest.mark.parametrize("path", [CORE, "/v2beta/nothing"])
def test_without_a_key_every_path_is_401(simulator: StabilitySimulator, path: str, key: str) -> None:
    assert refused(ask(simulator, path, {"prompt": "a fox"}, key=key))[:2] == (401, "unauthorized")


def test_known_keys_are_kept(simulator: StabilitySimulator) -> None:
    simulator.api_keys = {"sk-right"}
    assert ask(simulator, CORE, {"prompt": "a fox"}).status == 401
    assert ask(simulator, CORE, {"prompt": "a fox"}, key="Bearer sk-right").status == 200


def test_a_promise_is_kept_for_its_key_alone(simulator: StabilitySimulator) -> None:
    id = ask(simulator, CREATIVE, {"prompt": "a fox"}, {"image": PICTURE}).json()["id"]
    answer = refused(ask(simulator, f"/v2beta/results/{id}", key="Bearer sk-other"))
    assert answer == (404, "not_found", "id: the generation either does not exist or has expired")
    assert ask(simulator, f"/v2beta/image-to-video/result/{id}").status == 404


def test_in_real_time_a_picture_takes_its_seconds() -> None:
    simulator = StabilitySimulator(render=False, speed=1000)
    headers = Headers({"authorization": "Bearer sk-test", "accept": "application/json"})
    reply = simulator.handle(HttpRequest("POST", API + CORE, form={"prompt": "a fox"}, files={}, headers=headers))
    assert reply.after == 8
    assert reply.response is not None and reply.response.json()["finish_reason"] == "SUCCESS"


EDIT, CONTROL = "/v2beta/stable-image/edit/", "/v2beta/stable-image/control/"
WRONG: list[tuple[str, dict[str, str], dict[str, FilePart], str]] = [
    (CORE, {}, {}, "prompt: is required"),
    (CORE, {"prompt": ""}, {}, "prompt: is required"),
    (CORE, {"prompt": "a", "output_format": "gif"}, {}, "output_format"),
    (CORE, {"prompt": "a", "aspect_ratio": "4:3"}, {}, "aspect_ratio"),
    (CORE, {"prompt": "a", "style_preset": "cubist"}, {}, "style_preset"),
    (CREATIVE, {"prompt": "a"}, {}, "image: is required"),
    ("/v2beta/stable-image/generate/ultra", {"prompt": "a"}, {"image": PICTURE}, "strength"),
    (SD3, {"prompt": "a", "model": "sd2"}, {}, "model"),
    (SD3, {"prompt": "a", "mode": "image-to-image"}, {}, "image: goes with"),
    (SD3, {"prompt": "a", "strength": "0.5"}, {"image": PICTURE}, "image: goes with"),
    (
        SD3,
        {"prompt": "a", "strength": "0.5", "mode": "image-to-image", "aspect_ratio": "1:1"},
        {"image": PICTURE},
        "aspect_ratio",
    ),
    (EDIT + "search-and-replace", {"prompt": "a"}, {"image": PICTURE}, "search_prompt"),
    (EDIT + "outpaint", {"left": "0", "up": "x"}, {"image": PICTURE}, "non-zero"),
    (EDIT + "replace-background-and-relight", {}, {"subject_image": PICTURE}, "background_prompt"),
    (
        EDIT + "replace-background-and-relight",
        {"background_prompt": "a", "light_source_strength": "1"},
        {"subject_image": PICTURE},
        "light source",
    ),
    (CONTROL + "style-transfer", {}, {"init_image": PICTURE}, "style_image"),
]


@pytest.mark.parametrize(("path", "form", "files", "words"), WRONG)
def test_a_bad_form_is_refused_and_not_sold(
    simulator: StabilitySimulator, path: str, form: dict[str, str], files: dict[str, FilePart], words: str
) -> None:
    status, name, said = refused(ask(simulator, path, form, files))
    assert (status, name) == (400, "bad_request")
    assert words in said
    assert simulator.bought == []


def test_size_language_and_credit(simulator: StabilitySimulator) -> None:
    large = FilePart(bytes(10 * 1024 * 1024), "image/png")
    assert refused(ask(simulator, CREATIVE, {"prompt": "a"}, {"image": large}))[:2] == (413, "payload_too_large")
    assert refused(ask(simulator, CORE, {"prompt": "狐"}))[:2] == (422, "invalid_language")
    assert ask(simulator, CORE, {"prompt": "naïve café"}).status == 200
    simulator.credits = Decimal("7")
    assert ask(simulator, SD3, {"prompt": "a", "model": "sd3.5-medium"}).status == 200
    assert ask(simulator, "/v1/user/balance").json() == {"credits": 3.5}
    assert refused(ask(simulator, SD3, {"prompt": "a"}))[:2] == (402, "payment_required")
    assert ask(simulator, "/v1/user/account").status == 200


def test_who_asks_too_often_is_shut_out_for_a_minute(simulator: StabilitySimulator) -> None:
    simulator.limit = 150
    statuses = [ask(simulator, "/v1/user/balance").status for _ in range(151)]
    assert statuses == [200] * 150 + [429]
    simulator.advance(59)
    assert refused(ask(simulator, "/v1/user/balance"))[1] == "rate_limit_exceeded"
    simulator.advance(60)
    assert ask(simulator, "/v1/user/balance").status == 200


def test_unknown_and_retired_routes(simulator: StabilitySimulator) -> None:
    assert ask(simulator, "/v2beta/stable-image/generate/sd9", {"prompt": "a"}).status == 404
    assert ask(simulator, "/v2beta/image-to-video", {}, {"image": PICTURE}).status == 404
    simulator.retired = False
    assert refused(ask(simulator, "/v2beta/image-to-video", {}, {"image": PICTURE}))[2].startswith("image: must be")


@pytest.mark.parametrize("files", [{"none": ("", b"")}, {"prompt": (None, "a fox")}])
def test_both_ways_to_force_a_form_over_sockets(simulator: StabilitySimulator, files: dict[str, Any]) -> None:
    texts = {} if "prompt" in files else {"prompt": "a fox"}
    with background(simulator) as url:
        answer = httpx.post(url + CORE, data=texts, files=files, headers={"authorization": "Bearer sk-test"})
    assert (answer.status_code, answer.headers["finish-reason"]) == (200, "SUCCESS")
