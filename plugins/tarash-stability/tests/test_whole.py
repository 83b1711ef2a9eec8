"""Whole generations by the engine, against the simulator in this process: no network, no key, no waiting."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tarash_stability.simulator import StabilitySimulator

from tarash_core import (
    Gateway,
    ImageGenerationConfig,
    ImageInput,
    VideoGenerationConfig,
    errors,
)
from tarash_core.engine.measure import measure
from tarash_core.models.config import Account
from tarash_core.models.job import ImageJob
from tarash_core.plugins import HttpRequest
from tarash_core.testing import InProcess, Simulator, VirtualClock, background, faults, read_form, render_image, route

CORE, CREATIVE = "stability/stable-image-core", "stability/upscale-creative"
RELIGHT = "stability/edit-replace-background-and-relight"
SVD = "stability/stable-video-diffusion"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)
HEAD = b"\x89PNG"
PROMISED = [(CREATIVE, [PNG]), (RELIGHT, [ImageInput(PNG, "reference")])]


def test_a_picture_comes_with_its_purchase(gateway: Gateway, simulator: StabilitySimulator) -> None:
    response = gateway.generate_image(CORE, prompt="A fox")
    assert response.image.read()[:4] == HEAD
    assert len(simulator.bought) == len(simulator.log) == 1
    assert response.cost is not None and str(response.cost.usd) == "0.03"
    assert (response.content_type, response.raw_response["finish_reason"]) == ("image/png", "SUCCESS")
    assert "image" not in response.raw_response
    assert simulator.log[0].headers["accept"] == "application/json"


@pytest.mark.parametrize(("model", "images"), PROMISED)
def test_a_promised_picture_is_asked_for_every_ten_seconds(
    gateway: Gateway, simulator: StabilitySimulator, clock: VirtualClock, model: str, images: list[Any]
) -> None:
    response = gateway.generate_image(model, prompt="A fox", image_list=images)
    assert response.image.read()[:4] == HEAD
    assert [response.request_id] == simulator.bought
    assert clock.slept == [10.0, 10.0]
    assert {request.url for request in simulator.asked("poll")} == {
        f"https://api.stability.ai/v2beta/results/{response.request_id}"
    }


def test_submitting_gives_a_finished_job(gateway: Gateway, simulator: StabilitySimulator, tmp_path: Path) -> None:
    job = gateway.submit_image(CORE, prompt="A fox")
    asked = len(simulator.log)
    assert gateway.refresh_job(job).status == "completed"
    assert gateway.wait_job(job).image.save(tmp_path / "fox.png").read_bytes()[:4] == HEAD
    assert len(simulator.log) == asked == 1


def test_the_receipt_of_a_finished_job_says_that_the_picture_is_not_in_it(gateway: Gateway) -> None:
    text = gateway.submit_image(CORE, prompt="A fox").to_json()
    assert "sk-stability" not in text and len(text) < 2000
    assert json.loads(text)["result"]["outputs"][0]["bytes_not_included"] is True
    with pytest.raises(errors.DeliveryError, match="does not include its bytes"):
        gateway.wait_job(ImageJob.from_json(text))


def test_a_promised_job_is_taken_up_again_by_its_id_alone(gateway: Gateway, simulator: StabilitySimulator) -> None:
    job = gateway.submit_image(CREATIVE, prompt="A fox", image_list=[PNG])
    other = Gateway(transport=simulator, clock=VirtualClock())
    bare = ImageJob(provider="stability", model="upscale-creative", id=job.id)
    for receipt in (ImageJob.from_json(job.to_json()), bare):
        assert other.wait_job(receipt).image.read()[:4] == HEAD
    assert len(simulator.bought) == 1


class Files(Simulator):
    """A host of pictures that has nothing to do with Stability."""

    @route("GET", "/fox.png")
    def picture(self, request: HttpRequest) -> Any:
        """A picture."""
        from tarash_core.plugins import Headers, HttpResponse

        return HttpResponse(200, Headers({"content-type": "image/png"}), PNG)


def test_a_url_is_fetched_without_the_key_and_sent_as_a_file(simulator: StabilitySimulator) -> None:
    files = Files()
    network = InProcess({"https://api.stability.ai": simulator, "https://pictures.example": files})
    with Gateway(transport=network, clock=VirtualClock()) as gateway:
        gateway.generate_image("stability/upscale-fast", prompt=None, image_list=["https://pictures.example/fox.png"])
    part = read_form(simulator.log[0]).files["image"]
    assert (part.content, part.content_type) == (PNG, "image/png")
    assert "authorization" not in files.log[0].headers


def test_a_local_file_keeps_its_name(gateway: Gateway, simulator: StabilitySimulator, tmp_path: Path) -> None:
    (tmp_path / "fox.png").write_bytes(PNG)
    gateway.generate_image("stability/upscale-fast", prompt=None, image_list=[tmp_path / "fox.png"])
    assert read_form(simulator.log[0]).files["image"].filename == "fox.png"


# trouble


@pytest.mark.parametrize(
    "fault",
    [
        faults.lost_answer(),
        faults.reset(on="submit"),
        faults.truncated(10, on="submit"),
        faults.server_error(502, html=True, handled=True, on="submit"),
        faults.server_error(503, html=True, handled=True, on="submit"),
        faults.server_error(504, html=True, handled=True, on="submit"),
        faults.garbage(on="submit"),
        faults.empty(on="submit"),
    ],
    ids=lambda fault: fault.name,
)
@pytest.mark.parametrize(("model", "images"), [(CORE, []), PROMISED[0]])
def test_a_purchase_whose_answer_is_lost_is_not_repeated(
    gateway: Gateway, simulator: StabilitySimulator, fault: faults.Fault, model: str, images: list[Any]
) -> None:
    simulator.script(fault)
    chain = ImageGenerationConfig.from_string(model, fallback_configs=["stability/stable-image-ultra"])
    with pytest.raises(errors.LostAnswerError) as caught:
        gateway.generate_image(chain, prompt="A fox", image_list=images)
    assert caught.value.charged == "unknown"
    assert len(simulator.asked("submit")) == 1


def test_who_is_shut_out_waits_a_minute(gateway: Gateway, simulator: StabilitySimulator, clock: VirtualClock) -> None:
    simulator.script(faults.too_many_requests())
    gateway.generate_image(CORE, prompt="A fox")
    assert clock.slept == [60.0]


@pytest.mark.parametrize(("model", "images"), [(CORE, []), PROMISED[0]])
def test_a_blurred_picture_is_no_success(
    gateway: Gateway, simulator: StabilitySimulator, model: str, images: list[Any]
) -> None:
    simulator.script(faults.moderated())
    chain = ImageGenerationConfig.from_string(model, fallback_configs=["stability/stable-image-ultra"])
    with pytest.raises(errors.ContentModerationError, match="blurred") as caught:
        gateway.generate_image(chain, prompt="A fox", image_list=images)
    assert caught.value.charged == "unknown"
    assert caught.value.execution_metadata is not None
    assert not caught.value.execution_metadata.attempts[0].unsettled
    assert len(simulator.bought) == 1


@pytest.mark.parametrize(("model", "images"), [(CORE, []), PROMISED[0]])
def test_a_generation_that_failed_is_settled_and_the_chain_goes_on(
    gateway: Gateway, simulator: StabilitySimulator, model: str, images: list[Any]
) -> None:
    simulator.script(faults.failed())
    chain = ImageGenerationConfig.from_string(
        model, fallback_configs=["stability/upscale-conservative"] if images else [CORE]
    )
    response = gateway.generate_image(chain, prompt="A fox", image_list=images)
    assert response.execution_metadata.successful_attempt == 2
    assert response.execution_metadata.attempts[0].charged == "unknown"
    assert len(simulator.bought) == 2


def test_a_refused_prompt_costs_nothing(gateway: Gateway, simulator: StabilitySimulator) -> None:
    simulator.script(faults.server_error(403, on="submit"))
    with pytest.raises(errors.ContentModerationError) as caught:
        gateway.generate_image(CORE, prompt="A fox")
    assert (caught.value.charged, simulator.bought) == ("no", [])


def test_a_prompt_that_is_not_english_is_refused_by_stability(gateway: Gateway, simulator: StabilitySimulator) -> None:
    with pytest.raises(errors.HTTPError, match="English") as caught:
        gateway.generate_image(CORE, prompt="雪の中の赤い狐")
    assert (caught.value.status_code, caught.value.charged) == (422, "no")


def test_an_account_without_credit_falls_back(simulator: StabilitySimulator) -> None:
    from decimal import Decimal

    simulator.credits = Decimal(3)
    with Gateway(transport=simulator, clock=VirtualClock()) as gateway:
        response = gateway.generate_image(["stability/stable-image-ultra", CORE], prompt="A fox")
    assert [attempt.error_type for attempt in response.execution_metadata.attempts] == [
        "InsufficientCreditsError",
        None,
    ]
    assert simulator.credits == 0


@pytest.mark.parametrize(("model", "images"), [(CORE, []), PROMISED[0]])
def test_a_generation_that_never_ends_times_out_unsettled(
    gateway: Gateway, simulator: StabilitySimulator, model: str, images: list[Any]
) -> None:
    simulator.script(faults.stuck())
    config = ImageGenerationConfig.from_string(model, timeout=60, fallback_configs=[CORE])
    with pytest.raises((errors.TimeoutError, errors.LostAnswerError)) as caught:
        gateway.generate_image(config, prompt="A fox", image_list=images)
    assert caught.value.charged == "unknown"
    assert caught.value.execution_metadata is not None
    assert caught.value.execution_metadata.attempts[0].unsettled
    assert len(simulator.bought) == 1


def test_stability_cannot_cancel_and_says_so(gateway: Gateway) -> None:
    job = gateway.submit_image(CREATIVE, prompt="A fox", image_list=[PNG])
    with pytest.raises(errors.ValidationError, match="cannot cancel"):
        gateway.cancel_job(job)


def test_a_result_is_kept_for_a_day_and_for_the_key_that_made_it(
    gateway: Gateway, simulator: StabilitySimulator, clock: VirtualClock
) -> None:
    job = gateway.submit_image(CREATIVE, prompt="A fox", image_list=[PNG])
    other = Gateway(transport=simulator, clock=clock, accounts={"other": Account(api_key="sk-other")})
    with pytest.raises(errors.JobExpiredError):
        other.wait_job(job.replace(account="other", access=None))
    gateway.wait_job(job)
    simulator.advance(86_400)
    with pytest.raises(errors.JobExpiredError, match="no longer"):
        gateway.wait_job(job)


def test_a_missing_key_is_told_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STABILITY_API_KEY")
    with Gateway() as gateway, pytest.raises(errors.AuthenticationError, match="STABILITY_API_KEY"):
        gateway.generate_image(CORE, prompt="A fox")


# the video API of old


def test_the_video_api_is_refused_on_stabilitys_own_host(gateway: Gateway, simulator: StabilitySimulator) -> None:
    with pytest.raises(errors.RetiredModelError, match="2025-07-24"):
        gateway.generate_video(SVD, prompt=None, first_frame=PNG)
    assert simulator.log == []


def test_another_host_may_still_serve_it(gateway: Gateway, simulator: StabilitySimulator) -> None:
    simulator.retired = False
    frame = render_image(1024, 576)
    config = VideoGenerationConfig.from_string(SVD, base_url="http://look.alike:8080")
    job = gateway.submit_video(
        config, prompt=None, first_frame=frame, seed=7, extra_params={"cfg_scale": 2.5, "motion_bucket_id": 40}
    )
    assert read_form(simulator.log[0]).fields == {"seed": "7", "cfg_scale": "2.5", "motion_bucket_id": "40"}
    response = gateway.wait_job(job)
    assert response.video.read()[4:8] == b"ftyp"
    assert response.content_type == "video/mp4"
    assert {request.url.split("/")[2] for request in simulator.log} == {"look.alike:8080"}
    assert {request.url.split("/")[-2] for request in simulator.asked("poll")} == {"result"}


def test_insisting_on_it_gets_stabilitys_answer(gateway: Gateway, simulator: StabilitySimulator) -> None:
    config = VideoGenerationConfig.from_string(SVD, allow_retired=True)
    with pytest.raises(errors.HTTPError, match="404") as caught:
        gateway.generate_video(config, prompt=None, first_frame=PNG)
    assert caught.value.charged == "no"


# over sockets, and measured


def test_the_same_over_sockets(simulator: StabilitySimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    with background(simulator) as url, Gateway() as gateway:
        monkeypatch.setenv("TARASH_STABILITY_BASE_URL", url)
        assert gateway.generate_image(CORE, prompt="A fox", seed=7).image.read()[:4] == HEAD
        config = ImageGenerationConfig.from_string(CREATIVE, poll_interval=0)
        assert gateway.generate_image(config, prompt="A fox", image_list=[PNG]).image.read()[:4] == HEAD
    assert read_form(simulator.log[0]).fields == {"prompt": "A fox", "seed": "7"}


def saved(gateway: Gateway, path: Path, model: str, **fields: Any) -> tuple[int, int, str]:
    """The size and format of a picture that was generated and saved, as PyAV reads them."""
    av = pytest.importorskip("av")
    gateway.generate_image(f"stability/{model}", **fields).image.save(path)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return stream.width, stream.height, stream.codec_context.name


def test_pictures_have_the_size_that_was_asked_for(tmp_path: Path) -> None:
    simulator, small = StabilitySimulator(), render_image(96, 64)
    with Gateway(transport=simulator, clock=VirtualClock()) as gateway:
        made = saved(gateway, tmp_path / "a.png", "sd3.5-medium", prompt="A fox", aspect_ratio="16:9")
        assert made == (1334, 750, "png")
        jpeg = {"output_format": "jpeg"}
        made = saved(gateway, tmp_path / "b.jpg", "upscale-fast", prompt=None, image_list=[small], extra_params=jpeg)
        assert made == (384, 256, "mjpeg")
        wide = {"left": 20, "right": 12}
        made = saved(gateway, tmp_path / "c.png", "edit-outpaint", prompt=None, image_list=[small], extra_params=wide)
        assert made == (128, 64, "png")
        made = saved(gateway, tmp_path / "d.png", "upscale-creative", prompt="A fox", image_list=[small])
        assert made == (2450, 1632, "png")


def test_a_clip_of_the_video_api_of_old_is_measured(tmp_path: Path) -> None:
    pytest.importorskip("av")
    simulator = StabilitySimulator()
    simulator.retired = False
    config = VideoGenerationConfig.from_string(SVD, base_url="http://look.alike:8080")
    with Gateway(transport=simulator, clock=VirtualClock()) as gateway:
        clip = gateway.generate_video(config, prompt=None, first_frame=render_image(768, 768)).video
        found = measure(clip.save(tmp_path / "clip.mp4"))
    assert found is not None and found.duration_seconds is not None
    assert (found.width, found.height) == (768, 768)
    assert abs(found.duration_seconds - 4.0) <= 0.2


# limits of pictures


def png_of(width: int, height: int) -> bytes:
    """As much of a PNG as tells its size."""
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + width.to_bytes(4) + height.to_bytes(4) + bytes(20)


@pytest.mark.parametrize(
    ("model", "width", "height", "said"),
    [
        ("upscale-fast", 1600, 600, "sides of 32 to 1,536"),
        ("upscale-creative", 1025, 1024, "to 1,048,576 pixels"),
        ("upscale-conservative", 2600, 1000, "2.5:1"),
        ("edit-remove-background", 2049, 2048, "to 4,194,304 pixels"),
        ("edit-outpaint", 63, 100, "sides of at least 64"),
        ("control-sketch", 3073, 3072, "to 9,437,184 pixels"),
    ],
)
def test_a_picture_beyond_the_limits_is_refused_before_anything_is_sent(
    gateway: Gateway, simulator: StabilitySimulator, model: str, width: int, height: int, said: str
) -> None:
    extra = {"left": 10} if model == "edit-outpaint" else {}
    prompt = "A fox" if model not in ("upscale-fast", "edit-remove-background") else None
    with pytest.raises(errors.UnsupportedParameterError, match=said) as caught:
        gateway.generate_image(
            f"stability/{model}", prompt=prompt, image_list=[png_of(width, height)], extra_params=extra
        )
    assert (caught.value.field, caught.value.charged) == ("image_list", "no")
    assert simulator.log == []


def test_a_picture_within_the_limits_is_sent(gateway: Gateway, simulator: StabilitySimulator) -> None:
    gateway.generate_image("stability/upscale-fast", prompt=None, image_list=[png_of(1024, 1024)])
    assert len(simulator.bought) == 1
