"""Whole generations by the engine, against the simulator in this process: no network, no key, no waiting."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from tarash_luma.simulator import LumaSimulator

from tarash_core import Gateway, ImageInput, VideoGenerationConfig, errors
from tarash_core.models.config import Account
from tarash_core.models.job import ImageJob, VideoJob
from tarash_core.testing import VirtualClock, faults

AGENTS, DREAM = "luma/ray-3.2", "luma/ray-2"
BOTH = pytest.mark.parametrize("model", [AGENTS, DREAM])
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
A = "https://x.test/a.png"


@BOTH
def test_a_clip_is_bought_once_and_read_without_the_key(gateway: Gateway, simulator: LumaSimulator, model: str) -> None:
    response = gateway.generate_video(model, prompt="A fox", duration_seconds=5)
    assert response.video.read()[4:8] == b"ftyp"
    assert simulator.bought == [response.request_id]
    assert [dict(request.headers).get("authorization") for request in simulator.asked("download")] == [None]


def test_layers_come_front_to_back(gateway: Gateway) -> None:
    response = gateway.generate_image("luma/uni-1", prompt="Split it", image_list=[A], mode="control-image")
    assert len(response.images) == 3
    assert response.images[2].read()[:4] == b"\x89PNG"


# keys


@BOTH
def test_each_api_gets_its_own_key(gateway: Gateway, simulator: LumaSimulator, model: str) -> None:
    gateway.generate_video(model, prompt="A fox")
    keys = {request.headers["authorization"] for request in simulator.log}
    assert keys == {"Bearer luma-api-test" if model == AGENTS else "Bearer luma-test"}


@pytest.mark.parametrize(
    ("model", "known", "missing"),
    [(AGENTS, "LUMAAI_API_KEY", "LUMA_AGENTS_API_KEY"), (DREAM, "LUMA_AGENTS_API_KEY", "LUMAAI_API_KEY")],
)
def test_the_other_apis_key_is_not_sent(
    simulator: LumaSimulator, monkeypatch: pytest.MonkeyPatch, model: str, known: str, missing: str
) -> None:
    monkeypatch.delenv(missing)
    with (
        Gateway(transport=simulator, clock=VirtualClock()) as gateway,
        pytest.raises(errors.AuthenticationError, match=f"set {missing}") as caught,
    ):
        gateway.generate_video(model, prompt="A fox")
    assert caught.value.charged == "no" and caught.value.status_code is None
    assert simulator.log == []


def test_no_key_at_all_names_both(simulator: LumaSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LUMA_AGENTS_API_KEY", "LUMAAI_API_KEY"):
        monkeypatch.delenv(name)
    with (
        Gateway(transport=simulator, clock=VirtualClock()) as gateway,
        pytest.raises(errors.AuthenticationError, match=r"LUMA_AGENTS_API_KEY.*LUMAAI_API_KEY"),
    ):
        gateway.generate_video(AGENTS, prompt="A fox")


@BOTH
def test_an_account_may_hold_both_keys(simulator: LumaSimulator, model: str) -> None:
    account = Account(secrets={"LUMA_AGENTS_API_KEY": "luma-api-2", "LUMAAI_API_KEY": "luma-2"})
    config = VideoGenerationConfig.from_string(model, account="a")
    with Gateway(transport=simulator, clock=VirtualClock(), accounts={"a": account}) as gateway:
        gateway.generate_video(config, prompt="A fox")
    assert {r.headers["authorization"] for r in simulator.log} <= {"Bearer luma-api-2", "Bearer luma-2"}


@BOTH
def test_a_key_of_the_other_api_is_refused_with_both_names(
    gateway: Gateway, simulator: LumaSimulator, model: str
) -> None:
    wrong = "luma-of-dream" if model == AGENTS else "luma-api-of-agents"
    config = VideoGenerationConfig.from_string(model, api_key=wrong)
    with pytest.raises(errors.AuthenticationError, match="neither opens the other") as caught:
        gateway.generate_video(config, prompt="A fox")
    assert "LUMAAI_API_KEY" in str(caught.value) and wrong not in str(caught.value)
    assert simulator.bought == []


# inputs


def test_a_local_picture_goes_inline_to_agents(gateway: Gateway, simulator: LumaSimulator, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(PNG)
    job = gateway.submit_video(AGENTS, prompt="A fox", first_frame=tmp_path / "a.png")
    frame = simulator.jobs[job.id].body["video"]["start_frame"]
    assert frame == {"data": base64.b64encode(PNG).decode(), "media_type": "image/png"}


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        ("ray-2", {"first_frame": PNG}),
        ("ray-2", {"video": b"\0\0\0\x18ftypmp42" + bytes(50), "mode": "edit-video"}),
        ("photon-1", {"image_list": [ImageInput(PNG, "reference")]}),
        ("photon-1", {"image_list": [ImageInput(PNG, "style")]}),
    ],
)
def test_dream_machine_takes_no_file_and_says_so_before_money(
    gateway: Gateway, simulator: LumaSimulator, model: str, fields: dict[str, Any]
) -> None:
    submit = gateway.submit_image if model.startswith("photon") else gateway.submit_video
    with pytest.raises(errors.UnsupportedParameterError, match="only: url"):
        submit(f"luma/{model}", prompt="A fox", **fields)
    assert simulator.log == []


@BOTH
def test_an_earlier_clip_is_continued_by_its_id(gateway: Gateway, simulator: LumaSimulator, model: str) -> None:
    clip = gateway.generate_video(model, prompt="A fox").video
    assert clip.job is not None
    job = gateway.submit_video(model, prompt="It runs", video=clip, mode="extend-video")
    body = simulator.jobs[job.id].body
    if model == AGENTS:
        assert body["video"] == {"start_frame": {"generation_id": clip.job.id}}
    else:
        assert body["keyframes"] == {"frame0": {"type": "generation", "id": clip.job.id}}


@pytest.mark.parametrize(
    ("made_by", "model", "mode"), [(DREAM, AGENTS, "edit-video"), (AGENTS, DREAM, "upscale-video")]
)
def test_a_clip_of_the_other_api_is_refused_before_money(
    gateway: Gateway, simulator: LumaSimulator, made_by: str, model: str, mode: str
) -> None:
    clip = gateway.generate_video(made_by, prompt="A fox").video
    prompt = "Make it night" if mode == "edit-video" else None
    with pytest.raises(errors.ValidationError, match="the URL of its result"):
        gateway.submit_video(model, prompt=prompt, video=clip, mode=mode)
    assert len(simulator.bought) == 1


def test_its_url_works_all_the_same(gateway: Gateway, simulator: LumaSimulator) -> None:
    clip = gateway.generate_video(DREAM, prompt="A fox").video
    job = gateway.submit_video(AGENTS, prompt="Make it night", video=str(clip), mode="edit-video")
    assert simulator.jobs[job.id].body["source"] == {"media_type": "video/mp4", "url": str(clip)}


@BOTH
def test_what_shall_be_done_with_a_clip_must_be_said(gateway: Gateway, simulator: LumaSimulator, model: str) -> None:
    with pytest.raises(errors.UnsupportedParameterError, match=r"mode is needed.*edit-video.*reframe-video"):
        gateway.submit_video(model, prompt="A fox", video="https://x.test/c.mp4", aspect_ratio="1:1")
    assert simulator.log == []


def test_a_source_without_an_ending_still_names_its_type(gateway: Gateway, simulator: LumaSimulator) -> None:
    job = gateway.submit_video(AGENTS, prompt="Make it night", video="https://x.test/clip", mode="edit-video")
    assert simulator.jobs[job.id].body["source"] == {"media_type": "video/mp4", "url": "https://x.test/clip"}


def test_upscale_and_sound_make_new_jobs(gateway: Gateway, simulator: LumaSimulator) -> None:
    clip = gateway.generate_video(DREAM, prompt="A fox").video
    big = gateway.generate_video(DREAM, prompt=None, video=clip, mode="upscale-video", resolution="4k")
    loud = gateway.generate_video(DREAM, prompt="rain", video=big.job, mode="remix-video", negative_prompt="music")
    paths = [request.url.split("/v1")[1] for request in simulator.asked("submit")]
    assert paths == [
        "/generations/video", f"/generations/{clip.job.id}/upscale", f"/generations/{big.request_id}/audio",
    ]  # fmt: skip
    assert simulator.jobs[loud.request_id].body == {
        "prompt": "rain", "negative_prompt": "music", "generation_type": "add_audio",
    }  # fmt: skip


def test_a_clip_that_is_no_job_cannot_be_upscaled(gateway: Gateway, simulator: LumaSimulator) -> None:
    with pytest.raises(errors.UnsupportedParameterError, match="job_id"):
        gateway.submit_video(DREAM, prompt=None, video="https://x.test/c.mp4", mode="upscale-video")
    assert simulator.log == []


def test_inputs_that_cannot_be_fetched_are_tried_again(gateway: Gateway, simulator: LumaSimulator) -> None:
    simulator.inputs_down = True
    with pytest.raises(errors.HTTPError, match="ingestion unavailable") as caught:
        gateway.generate_video(AGENTS, prompt="A fox", first_frame=A)
    assert (caught.value.charged, caught.value.retryable) == ("no", True)
    assert len(simulator.asked("submit")) > 1


# clocks and cancelling


def test_agents_cannot_cancel_so_that_a_timeout_is_unsettled(gateway: Gateway, simulator: LumaSimulator) -> None:
    simulator.script(faults.stuck())
    chain = VideoGenerationConfig.from_string(AGENTS, timeout=60, fallback_configs=[DREAM])
    with pytest.raises(errors.TimeoutError, match="wait_job") as caught:
        gateway.generate_video(chain, prompt="A fox")
    assert caught.value.charged == "unknown"
    assert caught.value.execution_metadata is not None
    assert caught.value.execution_metadata.attempts[0].unsettled
    assert len(simulator.bought) == 1 and simulator.asked("cancel") == []


def test_dream_machine_deletes_what_has_not_ended(gateway: Gateway, simulator: LumaSimulator) -> None:
    job = gateway.submit_video(DREAM, prompt="A fox")
    assert gateway.cancel_job(job).status == "processing"
    with pytest.raises(errors.JobExpiredError):
        gateway.wait_job(job)


def test_a_timeout_of_dream_machine_deletes_the_job_which_may_be_billed(
    gateway: Gateway, simulator: LumaSimulator
) -> None:
    simulator.script(faults.stuck())
    chain = VideoGenerationConfig.from_string(DREAM, timeout=60, fallback_configs=[DREAM])
    with pytest.raises(errors.TimeoutError, match="may still deliver and bill") as caught:
        gateway.generate_video(chain, prompt="A fox")
    # Neither that it stops nor a refund is documented.
    assert caught.value.charged == "unknown"
    assert (len(simulator.bought), len(simulator.asked("cancel"))) == (1, 1)


# jobs and files


@pytest.mark.parametrize(
    ("cls", "model"), [(VideoJob, "ray-3.2"), (VideoJob, "ray-2"), (ImageJob, "uni-1"), (ImageJob, "photon-1")]
)
def test_a_bare_receipt_is_enough(gateway: Gateway, cls: Any, model: str) -> None:
    submit = gateway.submit_video if cls is VideoJob else gateway.submit_image
    bought = submit(f"luma/{model}", prompt="A fox")
    assert gateway.wait_job(cls(provider="luma", model=model, id=bought.id)).request_id == bought.id


def test_the_url_of_agents_lives_one_hour_and_is_renewed(gateway: Gateway, simulator: LumaSimulator) -> None:
    video = gateway.generate_video(AGENTS, prompt="A fox").video
    assert video.expires_at is not None
    simulator.advance(3601)
    polls = len(simulator.asked("poll"))
    assert video.read()[4:8] == b"ftyp"
    assert len(simulator.asked("poll")) == polls + 1


def test_how_long_dream_machine_keeps_a_file_is_not_published(gateway: Gateway) -> None:
    assert gateway.generate_video(DREAM, prompt="A fox").video.expires_at is None


# models


@pytest.mark.parametrize("model", ["ray-3", "ray-3.14"])
def test_a_model_of_the_app_alone_says_so(gateway: Gateway, simulator: LumaSimulator, model: str) -> None:
    with pytest.raises(errors.ValidationError, match=r"cannot be called: .*use ray-3\.2"):
        gateway.generate_video(f"luma/{model}", prompt="A fox")
    assert simulator.log == []


def test_a_model_that_left_the_list_is_sent_with_a_notice(gateway: Gateway) -> None:
    plan = gateway.plan_video("luma/ray-1-6", prompt="A fox")
    assert [notice.code for notice in plan.notices if notice.code == "lifecycle"] == ["lifecycle"]


def test_an_unlisted_model_goes_to_agents_with_a_warning(gateway: Gateway) -> None:
    plan = gateway.plan_video("luma/ray-4", prompt="A fox", duration_seconds=7)
    assert (plan.endpoint, plan.surface) == ("/v1/generations", "agents")
    assert [notice.code for notice in plan.notices] == ["unknown_model"]


@BOTH
@pytest.mark.parametrize("inputs", [{}, {"first_frame": A}])
def test_one_request_of_another_provider_moves_here_under_nearest(
    gateway: Gateway, simulator: LumaSimulator, model: str, inputs: dict[str, Any]
) -> None:
    config = VideoGenerationConfig.from_string(model, on_unsupported="nearest")
    wish = {"duration_seconds": 8, "resolution": "1080p", "aspect_ratio": "16:9", "seed": 7, "negative_prompt": "rain"}
    plan = gateway.plan_video(config, prompt="A fox", **wish, **inputs)
    moved = {notice.field for notice in plan.notices}
    assert {"duration_seconds", "seed", "negative_prompt"} <= moved
    assert gateway.generate_video(config, plan).video


def test_a_picture_that_agents_would_refuse_is_not_sent(gateway: Gateway, simulator: LumaSimulator) -> None:
    large = PNG + bytes(50 * 1024 * 1024)
    with pytest.raises(errors.UnsupportedParameterError, match="52,428,800 bytes"):
        gateway.generate_video(AGENTS, prompt="A fox", first_frame=large)
    assert simulator.log == []
