"""Requests that leave: the form of every way to call every model, headers, sizes, and answers of tomorrow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tarash_stability import provider
from tarash_stability.models import CATALOG
from tarash_stability.provider import MOST_BYTES
from tarash_stability.simulator import StabilitySimulator

from tarash_core import Gateway, errors, plan_image, plan_video
from tarash_core.models.job import ImageJob
from tarash_core.models.media import ImageInput
from tarash_core.plugins import Done, FilePart, HttpResponse, Running
from tarash_core.testing import Driven, attempt_of, in_turn, read_form

from .conftest import KEY

PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)
MASK = b"\x89PNG\r\n\x1a\n" + bytes(60)
LOOK = b"\x89PNG\r\n\x1a\n" + bytes(70)
JOB = ImageJob(provider="stability", model="upscale-creative", id="ab")
PICTURE = FilePart(PNG, "image/png", "file.png")


def file(content: bytes) -> FilePart:
    return FilePart(content, "image/png", "file.png")


SD3 = {"model": "sd3.5-medium", "prompt": "A fox", "mode": "text-to-image"}
CASES: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    ("stable-image-ultra", {"aspect_ratio": "16:9"}, "generate/ultra", {"prompt": "A fox", "aspect_ratio": "16:9"}),
    (
        "stable-image-ultra",
        {"image_list": [PNG], "extra_params": {"strength": 0.5}},
        "generate/ultra",
        {"prompt": "A fox", "image": PICTURE, "strength": "0.5"},
    ),
    (
        "stable-image-core",
        {"style": "anime", "seed": 7, "negative_prompt": "snow", "extra_params": {"output_format": "webp"}},
        "generate/core",
        {"prompt": "A fox", "style_preset": "anime", "seed": "7", "negative_prompt": "snow", "output_format": "webp"},
    ),
    ("sd3.5-large", {}, "generate/sd3", {**SD3, "model": "sd3.5-large"}),
    ("sd3.5-large-turbo", {}, "generate/sd3", {**SD3, "model": "sd3.5-large-turbo"}),
    ("sd3.5-medium", {"extra_params": {"cfg_scale": 4.0}}, "generate/sd3", {**SD3, "cfg_scale": "4"}),
    (
        "sd3.5-flash",
        {"image_list": [PNG], "extra_params": {"strength": 0.95}},
        "generate/sd3",
        {
            "model": "sd3.5-flash",
            "prompt": "A fox",
            "mode": "image-to-image",
            "image": PICTURE,
            "strength": "0.95",
        },
    ),
    ("upscale-fast", {"prompt": None, "image_list": [PNG]}, "upscale/fast", {"image": PICTURE}),
    (
        "upscale-conservative",
        {"image_list": [PNG], "extra_params": {"creativity": 0.2}},
        "upscale/conservative",
        {"prompt": "A fox", "image": PICTURE, "creativity": "0.2"},
    ),
    (
        "upscale-creative",
        {"image_list": [PNG], "style": "cinematic"},
        "upscale/creative",
        {"prompt": "A fox", "image": PICTURE, "style_preset": "cinematic"},
    ),
    (
        "edit-erase",
        {"prompt": None, "image_list": [PNG], "mask_image": MASK},
        "edit/erase",
        {"image": PICTURE, "mask": file(MASK)},
    ),
    ("edit-erase", {"prompt": None, "image_list": [PNG]}, "edit/erase", {"image": PICTURE}),
    (
        "edit-inpaint",
        {"image_list": [PNG], "mask_image": MASK, "extra_params": {"grow_mask": 150}},
        "edit/inpaint",
        {"prompt": "A fox", "image": PICTURE, "mask": file(MASK), "grow_mask": "150"},
    ),
    (
        "edit-outpaint",
        {"prompt": None, "image_list": [PNG], "extra_params": {"left": 200, "down": 0}},
        "edit/outpaint",
        {"image": PICTURE, "left": "200", "down": "0"},
    ),
    (
        "edit-search-and-replace",
        {"image_list": [PNG], "extra_params": {"search_prompt": "a dog"}},
        "edit/search-and-replace",
        {"prompt": "A fox", "image": PICTURE, "search_prompt": "a dog"},
    ),
    (
        "edit-search-and-recolor",
        {"image_list": [PNG], "extra_params": {"select_prompt": "a dog"}},
        "edit/search-and-recolor",
        {"prompt": "A fox", "image": PICTURE, "select_prompt": "a dog"},
    ),
    (
        "edit-remove-background",
        {"prompt": None, "image_list": [PNG], "extra_params": {"output_format": "webp"}},
        "edit/remove-background",
        {"image": PICTURE, "output_format": "webp"},
    ),
    (
        "edit-replace-background-and-relight",
        {
            "prompt": None,
            "image_list": [ImageInput(PNG, "reference"), ImageInput(MASK, "asset"), ImageInput(LOOK, "style")],
            "extra_params": {"light_source_strength": 0.4, "keep_original_background": "true"},
        },
        "edit/replace-background-and-relight",
        {
            "subject_image": PICTURE,
            "background_reference": file(MASK),
            "light_reference": file(LOOK),
            "light_source_strength": "0.4",
            "keep_original_background": "true",
        },
    ),
    (
        "edit-replace-background-and-relight",
        {"image_list": [ImageInput(PNG, "reference")], "extra_params": {"light_source_direction": "left"}},
        "edit/replace-background-and-relight",
        {"subject_image": PICTURE, "background_prompt": "A fox", "light_source_direction": "left"},
    ),
    ("control-sketch", {"image_list": [PNG]}, "control/sketch", {"prompt": "A fox", "image": PICTURE}),
    (
        "control-structure",
        {"image_list": [ImageInput(PNG, "control")], "extra_params": {"control_strength": 0}},
        "control/structure",
        {"prompt": "A fox", "image": PICTURE, "control_strength": "0"},
    ),
    (
        "control-style",
        {"image_list": [ImageInput(PNG, "style")], "aspect_ratio": "9:21", "extra_params": {"fidelity": 1}},
        "control/style",
        {"prompt": "A fox", "image": PICTURE, "aspect_ratio": "9:21", "fidelity": "1"},
    ),
    (
        "control-style-transfer",
        {"prompt": None, "image_list": [ImageInput(PNG, "reference"), ImageInput(LOOK, "style")]},
        "control/style-transfer",
        {"init_image": PICTURE, "style_image": file(LOOK)},
    ),
]


def test_every_living_model_has_a_case() -> None:
    alive = {id for id, spec in CATALOG.items() if not (spec.lifecycle and spec.lifecycle.has_ended())}
    assert {model for model, *_ in CASES} == alive
    assert len(alive) == 20


@pytest.mark.parametrize(("model", "fields", "road", "body"), CASES, ids=[f"{n}-{c[0]}" for n, c in enumerate(CASES)])
def test_the_form_of_each_way(
    gateway: Gateway, simulator: StabilitySimulator, model: str, fields: dict[str, Any], road: str, body: dict[str, Any]
) -> None:
    gateway.submit_image(f"stability/{model}", **{"prompt": "A fox", **fields})
    (request,) = simulator.asked("submit")
    assert request.url == f"https://api.stability.ai/v2beta/stable-image/{road}"
    assert request.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert dict(read_form(request).parts) == body
    assert len(simulator.bought) == 1


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("stable-image-core", {"prompt": "A fox", "image_list": [PNG]}, "image_list"),
    ("stable-image-core", {"prompt": None}, "prompt"),
    ("stable-image-core", {"prompt": "A fox", "n": 2}, "n"),
    ("stable-image-core", {"prompt": "A fox", "aspect_ratio": "4:3"}, "aspect_ratio"),
    ("stable-image-core", {"prompt": "x" * 10_001}, "prompt"),
    (
        "stable-image-core",
        {"prompt": "A fox", "extra_params": {"output_format": "gif"}},
        "extra_params['output_format']",
    ),
    ("stable-image-core", {"prompt": "A fox", "extra_params": {"seed": "7"}}, "extra_params"),
    ("stable-image-ultra", {"prompt": "A fox", "image_list": [PNG]}, "extra_params['strength']"),
    ("sd3.5-medium", {"prompt": "A fox", "extra_params": {"mode": "image-to-image"}}, "extra_params['mode']"),
    ("sd3.5-medium", {"prompt": "A fox", "extra_params": {"cfg_scale": 11}}, "extra_params['cfg_scale']"),
    ("upscale-fast", {"prompt": "A fox", "image_list": [PNG]}, "prompt"),
    ("upscale-fast", {"prompt": None, "extra_params": {"image": "https://a.example/a.png"}}, "extra_params"),
    ("upscale-creative", {"prompt": "A fox", "image_list": [PNG], "extra_params": {"creativity": 0.6}}, "creativity"),
    ("edit-outpaint", {"prompt": None, "image_list": [PNG], "extra_params": {"left": 0}}, "extra_params"),
    ("edit-outpaint", {"prompt": None, "image_list": [PNG], "extra_params": {"left": 2001}}, "extra_params['left']"),
    ("edit-search-and-replace", {"prompt": "A fox", "image_list": [PNG]}, "extra_params['search_prompt']"),
    ("edit-remove-background", {"prompt": None, "image_list": [PNG], "mask_image": MASK}, "mask_image"),
    ("edit-replace-background-and-relight", {"prompt": None, "image_list": [ImageInput(PNG, "reference")]}, "prompt"),
    ("edit-replace-background-and-relight", {"prompt": "A fox", "image_list": [PNG]}, "image_list"),
    (
        "edit-replace-background-and-relight",
        {
            "prompt": "A fox",
            "image_list": [ImageInput(PNG, "reference")],
            "extra_params": {"light_source_strength": 0.4},
        },
        "extra_params",
    ),
    ("control-style-transfer", {"prompt": None, "image_list": [ImageInput(PNG, "reference")]}, "image_list"),
]


@pytest.mark.parametrize(("model", "fields", "name"), REFUSED)
def test_what_cannot_work_is_refused_before_it_is_sent(model: str, fields: dict[str, Any], name: str) -> None:
    with pytest.raises(errors.UnsupportedParameterError) as caught:
        plan_image(f"stability/{model}", **fields)
    assert name in str(caught.value.field)


def test_turbo_says_that_it_does_not_heed_a_negative_prompt() -> None:
    plan = plan_image("stability/sd3.5-large-turbo", prompt="A fox", negative_prompt="snow")
    assert "negative_prompt" not in plan.payload
    assert ("dropped", "negative_prompt") in [(notice.code, notice.field) for notice in plan.notices]
    own = plan_image("stability/sd3.5-large-turbo", prompt="A fox", extra_params={"negative_prompt": "snow"})
    assert own.payload["negative_prompt"] == "snow"


def test_a_plan_knows_its_price() -> None:
    cost = plan_image("stability/sd3.5-large", prompt="A fox").estimated_cost
    assert cost is not None
    assert (str(cost.usd), str(cost.as_of), cost.source) == ("0.065", "2025-08-01", "catalog")


@pytest.mark.parametrize(("model", "meant"), [("sd3.5-lareg", "sd3.5-large"), ("edit-inpant", "edit-inpaint")])
def test_an_unlisted_model_is_refused_with_the_one_that_was_meant(model: str, meant: str) -> None:
    with pytest.raises(errors.ValidationError, match=f"did you mean {meant}"):
        plan_image(f"stability/{model}", prompt="A fox")


@pytest.mark.parametrize(("model", "instead"), [("sd3-large", "sd3.5-large"), ("sd3-medium", "sd3.5-medium")])
def test_a_rerouted_model_is_refused_with_its_successor(model: str, instead: str) -> None:
    with pytest.raises(errors.RetiredModelError, match="2025-04-17") as caught:
        plan_image(f"stability/{model}", prompt="A fox")
    assert caught.value.replacement == instead


def test_the_video_api_has_ended() -> None:
    with pytest.raises(errors.RetiredModelError, match="2025-07-24"):
        plan_video("stability/stable-video-diffusion", prompt=None, first_frame=PNG)


def test_a_model_of_pictures_says_so_to_who_wants_a_clip() -> None:
    with pytest.raises(errors.ValidationError, match="generate_image"):
        plan_video("stability/sd3.5-large", prompt="A fox")


@pytest.fixture
def buy(driver: Driven) -> Callable[..., Any]:
    def make(payload: dict[str, Any] | None = None, **known: Any) -> Any:
        body = {"prompt": "A fox", **(payload or {})}
        endpoint = "/v2beta/stable-image/generate/core"
        attempt = attempt_of("stability", "stable-image-core", body, kind="image", endpoint=endpoint, **known)
        return driver(provider.submit(attempt.plan, attempt))

    return make


def test_the_names_for_stabilitys_support_go_as_headers(buy: Callable[..., Any], driver: Driven) -> None:
    buy(settings={"client_id": "fox", "client_user_id": "u1", "client_version": "2"})
    headers = dict(driver.asked[0].headers)
    assert {name: text for name, text in headers.items() if name.startswith("stability-")} == {
        "stability-client-id": "fox",
        "stability-client-user-id": "u1",
        "stability-client-version": "2",
    }
    assert headers["authorization"] == "Bearer sk-stability-test"


@pytest.mark.parametrize("settings", [{"client_id": 7}, {"client_id": ""}, {"client_id": "x" * 257}])
def test_a_setting_that_cannot_be_is_refused(buy: Callable[..., Any], driver: Driven, settings: dict[str, Any]) -> None:
    with pytest.raises(errors.ValidationError, match="setting"):
        buy(settings=settings)
    assert driver.asked == []


def test_files_that_are_too_large_together_are_not_sent(buy: Callable[..., Any], driver: Driven) -> None:
    half = FilePart(bytes(MOST_BYTES // 2 + 1), "image/png")
    buy({"image": half, "strength": 0.5})
    with pytest.raises(errors.ValidationError, match="image and mask have") as caught:
        buy({"image": half, "mask": half})
    assert caught.value.charged == "no"
    assert len(driver.asked) == 1


def poll(answer: HttpResponse) -> Any:
    return Driven(provider, in_turn(answer), KEY)(provider.poll(JOB), "poll")


def test_an_unknown_word_is_a_running_job() -> None:
    update = poll(HttpResponse.of_json({"id": "ab", "status": "dreaming"}, 202))
    assert isinstance(update, Running) and update.unknown_status == "dreaming"


def test_an_unknown_reason_comes_with_its_file() -> None:
    answer = HttpResponse(200, {"content-type": "image/png", "finish-reason": "MAYBE"}, PNG)
    update = poll(answer)
    assert isinstance(update, Done) and update.raw == {"finish_reason": "MAYBE"}


@pytest.mark.parametrize(
    ("headers", "content"),
    [
        ({"content-type": "application/json"}, b'{"finish_reason": "SUCCESS"}'),
        ({"content-type": "application/json"}, b'{"image": "not base64!", "finish_reason": "SUCCESS"}'),
        ({"content-type": "application/json"}, b"[]"),
        ({"content-type": "image/png"}, b""),
        ({"content-type": "text/html"}, b"<html>"),
        ({}, b""),
    ],
)
def test_an_answer_without_a_file_cannot_be_read(headers: dict[str, str], content: bytes) -> None:
    with pytest.raises((ValueError, LookupError, AttributeError)):
        poll(HttpResponse(200, headers, content))
