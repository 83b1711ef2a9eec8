"""Whole generations by the engine, against the simulator in this process: no network, no key, no waiting.

Kling has no official Python client; what independent clients were recorded to send is in ``test_simulator.py``.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from tarash_kling.simulator import KlingSimulator

from tarash_core import AsyncGateway, Gateway, ImageGenerationConfig, VideoGenerationConfig, errors
from tarash_core.models.config import Account
from tarash_core.models.job import ImageJob, VideoJob
from tarash_core.testing import VirtualClock, background, faults

NEW, OLDER = "kling/kling-3.0", "kling/kling-v3"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
A, B, CLIP = "https://x.test/a.png", "https://x.test/b.png", "https://x.test/c.mp4"
SECRET = "s" * 32


@pytest.mark.parametrize("model", [NEW, OLDER])
def test_a_video_is_bought_once_and_read_without_the_key(
    gateway: Gateway, simulator: KlingSimulator, model: str
) -> None:
    response = gateway.generate_video(model, prompt="A fox", duration_seconds=8)
    assert response.video.read()[4:8] == b"ftyp"
    assert simulator.bought == [response.request_id]
    assert response.video.duration_seconds == 8
    assert response.cost is not None and (response.cost.unit, float(response.cost.amount)) == ("units", 4.8)
    assert [dict(request.headers).get("authorization") for request in simulator.asked("download")] == [None]


def test_images_come_from_one_purchase(gateway: Gateway, simulator: KlingSimulator) -> None:
    response = gateway.generate_image("kling/kling-v3", prompt="A fox", n=3)
    assert [image.read()[:4] for image in response.images] == [b"\x89PNG"] * 3
    assert len(simulator.bought) == 1


def test_a_local_picture_goes_as_bare_base64(gateway: Gateway, simulator: KlingSimulator, tmp_path: Path) -> None:
    (tmp_path / "last.png").write_bytes(PNG)
    data_uri = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
    job = gateway.submit_video(NEW, prompt="A fox", first_frame=data_uri, last_frame=tmp_path / "last.png")
    urls = [item["url"] for item in simulator.jobs[job.id].body["contents"] if "url" in item]
    assert urls == [base64.b64encode(PNG).decode()] * 2


def test_a_local_clip_is_refused_before_anything_is_bought(gateway: Gateway, simulator: KlingSimulator) -> None:
    with pytest.raises(errors.UnsupportedParameterError, match="url"):
        gateway.submit_video(
            "kling/kling-3.0-omni", prompt="A fox", video=b"\0\0\0\x18ftypmp42" + bytes(50), mode="edit-video"
        )
    assert simulator.bought == []


@pytest.mark.parametrize("model", [NEW, OLDER])
@pytest.mark.parametrize(
    "fault",
    [
        faults.lost_answer(),
        faults.server_error(500, handled=True, on="submit"),
        faults.server_error(502, html=True, handled=True, on="submit"),
        faults.server_error(503, handled=True, on="submit"),
        faults.server_error(504, handled=True, on="submit"),
        faults.garbage(on="submit"),
        faults.empty(on="submit"),
    ],
    ids=lambda fault: fault.name,
)
def test_a_purchase_whose_answer_is_lost_is_found_and_not_repeated(
    gateway: Gateway, simulator: KlingSimulator, fault: faults.Fault, model: str
) -> None:
    simulator.script(fault)
    response = gateway.generate_video(model, prompt="A fox")
    assert simulator.bought == [response.request_id]


@pytest.mark.parametrize("model", [NEW, OLDER])
@pytest.mark.parametrize("fault", [faults.reset(on="submit"), faults.server_error(500, on="submit")])
def test_a_purchase_that_nobody_finds_stays_unknown(
    gateway: Gateway, simulator: KlingSimulator, fault: faults.Fault, model: str
) -> None:
    simulator.script(fault)
    with pytest.raises(errors.TarashException) as caught:
        gateway.generate_video(model, prompt="A fox")
    assert caught.value.charged == "unknown"
    assert simulator.bought == [] and len(simulator.asked("submit")) == 1


def test_an_id_of_the_callers_own_is_never_taken_for_the_attempts(gateway: Gateway, simulator: KlingSimulator) -> None:
    own = {"options": {"external_task_id": "job-42"}}
    gateway.submit_video(NEW, prompt="A fox", extra_params=own)
    with pytest.raises(errors.LostAnswerError, match="already exists") as caught:
        gateway.submit_video(NEW, prompt="Another fox", extra_params=own)
    assert len(simulator.bought) == 1
    assert caught.value.charged == "unknown"
    assert own == {"options": {"external_task_id": "job-42"}}


def test_a_stuck_job_times_out_unsettled_and_can_be_taken_up(gateway: Gateway, simulator: KlingSimulator) -> None:
    simulator.script(faults.stuck())
    chain = VideoGenerationConfig.from_string(NEW, timeout=60, fallback_configs=[OLDER])
    with pytest.raises(errors.TimeoutError, match="wait_job") as caught:
        gateway.generate_video(chain, prompt="A fox")
    assert caught.value.charged == "unknown"
    assert caught.value.execution_metadata is not None
    assert caught.value.execution_metadata.attempts[0].unsettled
    assert len(simulator.bought) == 1
    with pytest.raises(errors.ValidationError, match="cannot cancel"):
        gateway.cancel_job(caught.value.job)


@pytest.mark.parametrize(
    ("job", "request_of"),
    [
        (VideoJob, {"model": "kling-v2-6", "first_frame": A}),
        (VideoJob, {"model": "kling-3.0"}),
        (ImageJob, {"model": "kling-v3"}),
        (ImageJob, {"model": "kling-image-o1", "image_list": [A]}),
    ],
)
def test_a_bare_receipt_is_enough(gateway: Gateway, job: Any, request_of: dict[str, Any]) -> None:
    model = request_of.pop("model")
    submit = gateway.submit_video if job is VideoJob else gateway.submit_image
    bought = submit(f"kling/{model}", prompt="A fox", **request_of)
    bare = job(provider="kling", model=model, id=bought.id, variant=bought.variant)
    assert gateway.wait_job(bare).request_id == bought.id


@pytest.mark.parametrize("region", ["singapore", "beijing", "global"])
def test_a_region_is_kept_for_the_whole_job(gateway: Gateway, simulator: KlingSimulator, region: str) -> None:
    config = VideoGenerationConfig.from_string(NEW, provider_config={"region": region})
    gateway.generate_video(config, prompt="A fox")
    host = "api.klingai.com" if region == "global" else f"api-{region}.klingai.com"
    assert {request.url.split("/")[2] for request in simulator.log} == {host}


@pytest.mark.parametrize("settings", [{"region": "mars"}, {"host": "beijing"}])
def test_an_unknown_setting_is_refused(gateway: Gateway, simulator: KlingSimulator, settings: dict[str, str]) -> None:
    with pytest.raises(errors.ValidationError, match="region"):
        gateway.generate_video(VideoGenerationConfig.from_string(NEW, provider_config=settings), prompt="A fox")
    assert simulator.bought == []


def test_another_host_serves_everything(simulator: KlingSimulator) -> None:
    config = VideoGenerationConfig.from_string(
        NEW, base_url="http://gateway.example:8080", provider_config={"region": "beijing"}
    )
    Gateway(transport=simulator, clock=VirtualClock()).generate_video(config, prompt="A fox").video.read()
    assert {request.url.split("/")[2] for request in simulator.log} == {"gateway.example:8080"}


@pytest.mark.parametrize("maker", ["KLING", "KLINGAI"])
def test_a_key_pair_works_with_the_older_standard_alone(
    simulator: KlingSimulator, monkeypatch: pytest.MonkeyPatch, maker: str
) -> None:
    monkeypatch.delenv("KLING_API_KEY")
    monkeypatch.setenv(f"{maker}_ACCESS_KEY", "access-1")
    monkeypatch.setenv(f"{maker}_SECRET_KEY", SECRET)
    simulator.secret_keys["access-1"] = SECRET
    clock = VirtualClock()
    simulator.wall_clock = lambda: clock.now().timestamp()
    with Gateway(transport=simulator, clock=clock) as gateway:
        assert gateway.generate_video(OLDER, prompt="A fox").video
        with pytest.raises(errors.AuthenticationError, match="API key"):
            gateway.generate_video(NEW, prompt="A fox")
    assert len(simulator.bought) == 1
    assert len({request.headers["authorization"] for request in simulator.log}) > 2


def test_a_wrong_secret_is_refused_by_the_signature(simulator: KlingSimulator) -> None:
    simulator.secret_keys["access-1"] = SECRET
    account = Account(secrets={"KLING_ACCESS_KEY": "access-1", "KLING_SECRET_KEY": "t" * 32})
    config = VideoGenerationConfig.from_string(OLDER, account="a")
    with (
        Gateway(transport=simulator, clock=VirtualClock(), accounts={"a": account}) as gateway,
        pytest.raises(errors.AuthenticationError, match="1002"),
    ):
        gateway.generate_video(config, prompt="A fox")


def test_a_retired_model_is_refused_with_its_successor(gateway: Gateway, simulator: KlingSimulator) -> None:
    with pytest.raises(errors.RetiredModelError, match="2026-09-15") as caught:
        gateway.generate_video("kling/kling-v2-1", prompt="A fox", first_frame=A)
    assert caught.value.replacement == "kling-v3"
    assert simulator.bought == []
    assert gateway.generate_image("kling/kling-v2-1", prompt="A fox").image


def test_insisting_on_a_retired_model_gets_the_vendors_answer(gateway: Gateway, simulator: KlingSimulator) -> None:
    config = VideoGenerationConfig.from_string("kling/kling-v1-6", allow_retired=True)
    with pytest.raises(errors.HTTPError, match="1203"):
        gateway.generate_video(config, prompt="A fox")
    simulator.retired = False
    assert gateway.generate_video(config, prompt="A fox").video


def test_kling_4_0_is_listed_and_says_why_it_cannot_be_called(gateway: Gateway, simulator: KlingSimulator) -> None:
    with pytest.raises(errors.ValidationError, match=r"cannot be called: .*use kling-3\.0"):
        gateway.generate_video("kling/kling-4.0", prompt="A fox", duration_seconds=20, first_frame=A)
    assert simulator.log == []


def test_an_unlisted_model_goes_to_the_new_standard_with_a_warning(gateway: Gateway) -> None:
    plan = gateway.plan_video("kling/kling-5.0", prompt="A fox", duration_seconds=7)
    assert (plan.endpoint, plan.surface) == ("/text-to-video/kling-5.0", "new")
    assert [notice.code for notice in plan.notices] == ["unknown_model"]


# over sockets


@pytest.mark.parametrize("model", [NEW, OLDER])
def test_a_clip_over_sockets(simulator: KlingSimulator, model: str) -> None:
    config = VideoGenerationConfig.from_string(model, poll_interval=0)
    with background(simulator) as url, Gateway(simulators={"kling": url}) as gateway:
        response = gateway.generate_video(config, prompt="A fox")
        assert response.video.read()[4:8] == b"ftyp"
    assert simulator.bought == [response.request_id]


@pytest.mark.anyio
async def test_pictures_over_sockets_with_a_key_pair(
    simulator: KlingSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator.secret_keys["access-1"] = SECRET
    monkeypatch.delenv("KLING_API_KEY")
    monkeypatch.setenv("KLING_ACCESS_KEY", "access-1")
    monkeypatch.setenv("KLING_SECRET_KEY", SECRET)
    config = ImageGenerationConfig.from_string("kling/kling-image-o1", poll_interval=0)
    with background(simulator) as url:
        monkeypatch.setenv("TARASH_KLING_BASE_URL", url)
        async with AsyncGateway() as gateway:
            response = await gateway.generate_image(config, prompt="A fox", n=2)
            assert [(await image.read_async())[:4] for image in response.images] == [b"\x89PNG"] * 2


@pytest.mark.parametrize(("width", "height"), [(299, 600), (1000, 399)])
@pytest.mark.parametrize("model", [NEW, OLDER])
def test_a_frame_beyond_the_limits_is_refused_before_anything_is_sent(
    gateway: Gateway, simulator: KlingSimulator, model: str, width: int, height: int
) -> None:
    frame = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + width.to_bytes(4) + height.to_bytes(4) + bytes(20)
    with pytest.raises(errors.UnsupportedParameterError, match=r"at least 300 pixels.* 2\.5:1"):
        gateway.generate_video(model, prompt="A fox", first_frame=frame)
    assert simulator.log == []
