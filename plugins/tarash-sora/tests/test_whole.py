"""Whole generations by the engine, against the simulator in this process: no network, no key, no waiting."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from tarash_sora.simulator import SoraSimulator

from tarash_core import Gateway, ImageGenerationConfig, VideoGenerationConfig, errors
from tarash_core.models.config import Account
from tarash_core.models.job import VideoJob
from tarash_core.models.media import ImageInput
from tarash_core.testing import VirtualClock, media_type, read_form, render_image, sample_image

from .conftest import elsewhere

PNG = sample_image()
GPT = "sora/gpt-image-2"


def spoken(dialect: str, **known: Any) -> Any:
    return elsewhere(provider_config={"dialect": dialect}, **known)


def test_what_the_server_tells_of_a_video(gateway: Gateway) -> None:
    response = gateway.generate_video(elsewhere(), prompt="A fox", duration_seconds=12, aspect_ratio="16:9")
    video = response.video
    assert (video.width, video.height, video.duration_seconds) == (1280, 720, 12)
    assert video.expires_at is not None


def test_openrouter_tells_what_it_cost(gateway: Gateway, simulator: SoraSimulator) -> None:
    simulator.dialect = "openrouter"
    response = gateway.generate_video(spoken("openrouter"), prompt="A fox")
    assert response.cost is not None and float(response.cost.usd or 0) == 0.4


def test_pictures_come_in_one_answer_with_their_cost(gateway: Gateway, simulator: SoraSimulator) -> None:
    response = gateway.generate_image(GPT, prompt="A fox", n=3, quality="low", extra_params={"output_format": "webp"})
    assert [bool(image.read()) for image in response.images] == [True] * 3
    assert len(simulator.bought) == 1 and len(simulator.log) == 1
    cost = response.cost
    assert cost is not None and cost.unit == "tokens" and f"{cost.usd:.5f}" == "0.02449"
    assert "b64_json" not in str(response.raw_response)


def test_a_stream_ends_with_its_pictures(gateway: Gateway) -> None:
    response = gateway.generate_image(GPT, prompt="A fox", extra_params={"stream": True, "partial_images": 2})
    assert [image.read()[:4] for image in response.images] == [b"\x89PNG"]
    assert response.cost is not None


def test_an_svg_is_delivered(gateway: Gateway) -> None:
    drawn = {"output_format": "svg", "svg": {"model": "gpt-5.5"}}
    response = gateway.generate_image("sora/gpt-image-2.6-flare", prompt="A fox", extra_params=drawn)
    assert response.image.read().startswith(b"<svg")


def test_an_edit_goes_as_a_form_with_its_files(gateway: Gateway, simulator: SoraSimulator, tmp_path: Path) -> None:
    (tmp_path / "fox.png").write_bytes(PNG)
    gateway.generate_image(
        GPT, prompt="Make it night", image_list=[ImageInput(tmp_path / "fox.png"), PNG], mask_image=PNG, n=2
    )
    (request,) = simulator.log
    form = read_form(request)
    assert form.fields == {"model": "gpt-image-2", "prompt": "Make it night", "n": "2"}
    assert [getattr(part, "filename", "") for part in form.all("image[]")] == ["fox.png", "file.png"]
    assert form.files["mask"].content == PNG


def test_one_picture_and_a_markup_have_their_own_names(gateway: Gateway, simulator: SoraSimulator) -> None:
    markup = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
    svg = {"model": "gpt-5.5", "reasoning": {"effort": "low"}}
    extra = {"markup": markup, "output_format": "svg", "svg": svg}
    gateway.generate_image("sora/gpt-image-2.6-flare", prompt="Follow it", image_list=[PNG], extra_params=extra)
    form = read_form(simulator.log[0])
    assert set(form.files) == {"image", "markup"} and form.files["markup"].content == PNG
    assert (form.fields["svg[model]"], form.fields["svg[reasoning][effort]"]) == ("gpt-5.5", "low")


@pytest.mark.parametrize(
    "fields",
    [
        {"image_list": [PNG], "mask_image": PNG + bytes(4 << 20)},
        {"image_list": [PNG], "extra_params": {"markup": "no base64!"}},
    ],
)
def test_a_file_that_openai_does_not_take_is_refused_before_anything_is_sent(
    gateway: Gateway, simulator: SoraSimulator, fields: dict[str, Any]
) -> None:
    with pytest.raises(errors.ValidationError):
        gateway.generate_image("sora/gpt-image-2.5-flare", prompt="A fox", **fields)
    assert simulator.log == []


def test_the_size_of_a_video_follows_its_first_frame(gateway: Gateway, simulator: SoraSimulator) -> None:
    frame = render_image(1280, 720) if _can_render() else PNG
    if frame is PNG:
        pytest.skip("needs PyAV")
    job = gateway.submit_video(elsewhere(), prompt="A fox", first_frame=frame)
    body = simulator.jobs[job.id].body
    assert body["size"] == "1280x720" and body["input_reference"].content_type == "image/png"
    with pytest.raises(errors.ValidationError, match="1280x720"):
        gateway.submit_video(elsewhere(), prompt="A fox", first_frame=frame, aspect_ratio="9:16")
    assert simulator.bought == [job.id]


def _can_render() -> bool:
    try:
        import av  # noqa: F401
    except ImportError:
        return False
    return True


def test_characters_go_as_json_and_everything_else_as_a_form(gateway: Gateway, simulator: SoraSimulator) -> None:
    gateway.submit_video(elsewhere(), prompt="A fox")
    gateway.submit_video(elsewhere(), prompt="A fox", extra_params={"characters": [{"id": "char_1"}, {"id": "char_2"}]})
    assert [media_type(request) for request in simulator.log] == ["multipart/form-data", "application/json"]


def test_going_on_from_a_result(gateway: Gateway, simulator: SoraSimulator) -> None:
    first = gateway.generate_video(elsewhere(), prompt="A fox", duration_seconds=8)
    remixed = gateway.generate_video(elsewhere(), prompt="At night", video=first.video, mode="remix-video")
    assert remixed.raw_response["remixed_from_video_id"] == first.request_id
    longer = gateway.generate_video(
        elsewhere(), prompt="On", video=first.video, mode="extend-video", duration_seconds=4
    )
    assert longer.video.duration_seconds == 12
    gateway.generate_video(elsewhere(), prompt="In snow", video=first.video, mode="edit-video")
    assert len(simulator.bought) == 4


def test_a_clip_of_ones_own_goes_as_a_file_with_the_model(gateway: Gateway, simulator: SoraSimulator) -> None:
    clip = b"\0\0\0\x18ftypmp42" + bytes(50)
    gateway.generate_video(elsewhere(), prompt="In snow", video=clip, mode="edit-video")
    form = read_form(simulator.asked("submit")[0])
    assert form.files["video"].content == clip and form.fields["model"] == "sora-2"


@pytest.mark.parametrize(("dialect", "kind"), [("vllm", "no"), ("openai", "stays")])
def test_only_some_servers_can_cancel(gateway: Gateway, simulator: SoraSimulator, dialect: Any, kind: str) -> None:
    simulator.dialect = dialect
    job = gateway.submit_video(spoken(dialect, timeout=600), prompt="A fox")
    update = gateway.cancel_job(job)
    assert bool(simulator.asked("cancel")) == (dialect == "vllm")
    assert (update.status == "cancelled") == (dialect == "vllm")


def test_an_account_tells_the_dialect_too(simulator: SoraSimulator) -> None:
    simulator.dialect = "openrouter"
    account = Account(api_key="sk-router", base_url="https://openrouter.ai/api/v1")
    config = VideoGenerationConfig(provider="sora", model="google/veo-3.1", account="router")
    with Gateway(transport=simulator, clock=VirtualClock(), accounts={"router": account}) as gateway:
        plan = gateway.plan_video(config, prompt="A fox", duration_seconds=8)
        assert (plan.surface, plan.payload["duration"]) == ("openrouter", 8)
        job = VideoJob.from_json(gateway.submit_video(config, prompt="A fox").to_json())
        assert job.state["dialect"] == "openrouter"
        assert gateway.wait_job(job).video.read()[4:8] == b"ftyp"
    assert {request.url.split("/v1/")[0] for request in simulator.log} == {"https://openrouter.ai/api"}
    assert {request.headers["authorization"] for request in simulator.log} == {"Bearer sk-router"}


def test_a_simulator_is_no_server_elsewhere() -> None:
    with Gateway(simulators={"sora": "http://127.0.0.1:9"}, clock=VirtualClock()) as gateway:
        assert gateway.plan_image(GPT, prompt="A fox").surface == "openai"
        with pytest.raises(errors.RetiredModelError, match="2026-09-24"):
            gateway.plan_video("sora/sora-2", prompt="A fox")
        assert gateway.plan_video(elsewhere(), prompt="A fox").surface == "compatible"


AZURE = "https://res.openai.azure.com"


@pytest.mark.parametrize(
    ("base_url", "version", "path"),
    [
        (
            AZURE,
            "2025-04-01-preview",
            "/openai/deployments/gpt-image-2/images/generations?api-version=2025-04-01-preview",
        ),
        (f"{AZURE}/openai/v1", "preview", "/openai/v1/images/generations?api-version=preview"),
        (f"{AZURE}/openai/v1", None, "/openai/v1/images/generations"),
    ],
)
def test_azure_by_its_two_addresses(
    gateway: Gateway, simulator: SoraSimulator, base_url: str, version: str | None, path: str
) -> None:
    config = ImageGenerationConfig(provider="openai", model="gpt-image-2", base_url=base_url, api_version=version)
    assert gateway.generate_image(config, prompt="A fox").image.read()
    (request,) = simulator.log
    assert request.url == AZURE + path
    assert ("api-key" in request.headers) == (version is not None)
    assert ("authorization" in request.headers) == (version is None)


def test_an_azure_job_keeps_its_version(gateway: Gateway, simulator: SoraSimulator) -> None:
    config = elsewhere(base_url=AZURE, api_version="2025-04-01-preview")
    assert gateway.generate_video(config, prompt="A fox").video.read()
    assert {request.url.partition("?")[2] for request in simulator.log} == {"api-version=2025-04-01-preview"}
    assert {request.headers.get("api-key") for request in simulator.log} == {"sk-openai-test"}


def test_who_pays_is_told_by_headers_and_a_region_by_the_host(gateway: Gateway, simulator: SoraSimulator) -> None:
    config = ImageGenerationConfig(
        provider="sora",
        model="gpt-image-2",
        provider_config={"organization": "org-1", "project": "proj_1", "region": "eu"},
    )
    gateway.generate_image(config, prompt="A fox")
    (request,) = simulator.log
    assert (request.headers["openai-organization"], request.headers["openai-project"]) == ("org-1", "proj_1")
    assert request.url == "https://eu.api.openai.com/v1/images/generations"


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"provider_config": {"colour": "red"}}, "colour"),
        ({"provider_config": {"region": "mars"}}, "region"),
        ({"webhook_url": "https://hooks.test/a"}, "dashboard"),
    ],
)
def test_a_setting_that_is_none_is_refused(gateway: Gateway, known: dict[str, Any], said: str) -> None:
    with pytest.raises(errors.ValidationError, match=said):
        gateway.generate_video(elsewhere(**known), prompt="A fox")


def test_openais_own_host_refuses_what_is_sent_all_the_same(gateway: Gateway, simulator: SoraSimulator) -> None:
    simulator.retired = True
    config = VideoGenerationConfig(provider="sora", model="sora-2", allow_retired=True)
    with pytest.raises(errors.HTTPError, match="shut down") as caught:
        gateway.generate_video(config, prompt="A fox")
    assert caught.value.status_code == 404 and caught.value.charged == "no"


def test_a_picture_model_that_nobody_lists_has_no_limits(gateway: Gateway, simulator: SoraSimulator) -> None:
    config = ImageGenerationConfig(provider="sora", model="gpt-image-9", base_url="https://proxy.test/v1")
    gateway.generate_image(config, prompt="A fox", size="1024x1024", quality="high")
    assert simulator.jobs[simulator.bought[0]].body["quality"] == "high"


def test_live_models_are_those_of_pictures_and_videos(driver: Any) -> None:
    from tarash_sora import provider

    assert list(driver(provider.live_models([]), "schema")) == [
        "gpt-image-2",
        "gpt-image-2.6-flare",
        "chatgpt-image-latest",
    ]
