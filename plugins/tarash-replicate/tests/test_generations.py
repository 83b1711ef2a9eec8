"""Whole generations through the engine: the simulator in the network's place, on every driver."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from tarash_replicate.simulator import ReplicateSimulator

from tarash_core import AsyncGateway, Gateway
from tarash_core.errors import (
    ContentModerationError,
    HTTPError,
    JobExpiredError,
    LostAnswerError,
    TarashException,
    TimeoutError,
)
from tarash_core.models.job import VideoJob
from tarash_core.testing import faults
from tarash_core.testing.clock import VirtualClock

MODEL = "replicate/google/veo-3.1"
VERSION = "5c7d" * 16


@pytest.fixture
def gateway(simulator: ReplicateSimulator) -> Gateway:
    return Gateway(transport=simulator, clock=VirtualClock())


def test_a_video_is_bought_once_and_can_be_read(gateway: Gateway, simulator: ReplicateSimulator) -> None:
    response = gateway.generate_video(MODEL, prompt="A fox", duration_seconds=8)
    assert [response.request_id] == simulator.bought
    assert response.video.read()[4:8] == b"ftyp"
    assert simulator.jobs[response.request_id].body == {"input": {"prompt": "A fox", "duration": 8}}


@pytest.mark.anyio
async def test_the_same_on_an_event_loop(simulator: ReplicateSimulator) -> None:
    async with AsyncGateway(transport=simulator, clock=VirtualClock()) as gateway:
        response = await gateway.generate_video(MODEL, prompt="A fox")
        assert (await response.video.read_async())[4:8] == b"ftyp"


@pytest.mark.parametrize("model", [f"owner/fox:{VERSION}", VERSION, "owner/fox", "deployments/acme/fox"])
def test_every_form_of_model_id_generates(gateway: Gateway, simulator: ReplicateSimulator, model: str) -> None:
    gateway.generate_video(f"replicate/{model}", prompt="A fox")
    assert len(simulator.bought) == 1


def test_several_images_come_from_one_purchase(gateway: Gateway, simulator: ReplicateSimulator) -> None:
    response = gateway.generate_image("replicate/black-forest-labs/flux-schnell", prompt="A fox", n=3)
    assert [image.read()[:4] for image in response.images] == [b"\x89PNG"] * 3
    assert len(simulator.bought) == 1


def test_a_small_picture_goes_inline_and_a_large_one_is_uploaded(
    gateway: Gateway, simulator: ReplicateSimulator, tmp_path: Path
) -> None:
    small, large = b"\x89PNG\r\n\x1a\n" + bytes(100), b"\x89PNG\r\n\x1a\n" + bytes(300_000)
    (tmp_path / "large.png").write_bytes(large)
    response = gateway.generate_video(MODEL, prompt="A fox", first_frame=small, last_frame=tmp_path / "large.png")
    given = simulator.jobs[response.request_id].body["input"]
    assert given["image"] == f"data:image/png;base64,{base64.b64encode(small).decode()}"
    assert given["last_frame"].startswith("https://api.replicate.com/v1/files/")
    assert len(simulator.asked("upload")) == 1


def test_a_throttled_purchase_is_repeated_after_the_wait(simulator: ReplicateSimulator) -> None:
    clock = VirtualClock()
    simulator.script(faults.too_many_requests(7))
    Gateway(transport=simulator, clock=clock).generate_video(MODEL, prompt="A fox")
    assert clock.slept[0] >= 7
    assert len(simulator.bought) == 1


@pytest.mark.parametrize(
    "fault", [faults.lost_answer(), faults.server_error(502, html=True, handled=True, on="submit")]
)
def test_a_purchase_that_may_have_happened_is_never_repeated(
    gateway: Gateway, simulator: ReplicateSimulator, fault: faults.Fault
) -> None:
    simulator.script(fault)
    with pytest.raises((LostAnswerError, HTTPError)) as caught:
        gateway.generate_video(MODEL, prompt="A fox")
    assert isinstance(caught.value, TarashException)
    assert caught.value.charged == "unknown"
    assert len(simulator.bought) == len(simulator.asked("submit")) == 1


def test_trouble_while_polling_loses_nothing(gateway: Gateway, simulator: ReplicateSimulator) -> None:
    simulator.script(
        faults.server_error(500, on="poll"),
        faults.reset(on="poll"),
        faults.garbage(on="poll"),
        faults.too_many_requests(1, on="poll"),
    )
    response = gateway.generate_video(MODEL, prompt="A fox")
    assert simulator.bought == [response.request_id]
    assert simulator.unused_faults == []


def test_a_job_is_taken_up_again_from_its_receipt(gateway: Gateway, simulator: ReplicateSimulator) -> None:
    text = gateway.submit_video(MODEL, prompt="A fox").to_json()
    assert "r8_test" not in text
    other = Gateway(transport=simulator, clock=VirtualClock())
    assert other.wait_job(VideoJob.from_json(text)).video.read()
    assert len(simulator.bought) == 1


def test_a_stuck_job_is_cancelled_and_confirmed(gateway: Gateway, simulator: ReplicateSimulator) -> None:
    from tarash_core import VideoGenerationConfig

    simulator.script(faults.stuck())
    with pytest.raises(TimeoutError) as caught:
        gateway.generate_video(VideoGenerationConfig.from_string(MODEL, timeout=60), prompt="A fox")
    assert caught.value.job is not None
    assert simulator.stage(simulator.jobs[caught.value.job.id]) == "cancelled"


def test_a_moderated_prompt_is_a_moderation_error_with_its_job(gateway: Gateway, simulator: ReplicateSimulator) -> None:
    simulator.script(faults.moderated("The input or output was flagged as sensitive. (E005)"))
    with pytest.raises(ContentModerationError, match="E005") as caught:
        gateway.generate_video(MODEL, prompt="A fox")
    assert caught.value.job is not None
    assert not caught.value.retryable


def test_a_result_that_was_deleted_is_said_to_be_gone(gateway: Gateway, simulator: ReplicateSimulator) -> None:
    job = gateway.submit_video(MODEL, prompt="A fox")
    gateway.wait_job(job)
    simulator.advance(3600)
    with pytest.raises(JobExpiredError, match="no longer"):
        gateway.wait_job(job)


def test_another_host_serves_everything(simulator: ReplicateSimulator) -> None:
    from tarash_core import VideoGenerationConfig

    config = VideoGenerationConfig.from_string(MODEL, base_url="http://gateway.example:8080")
    Gateway(transport=simulator, clock=VirtualClock()).generate_video(config, prompt="A fox").video.read()
    assert {request.url.partition("/v1/")[0].partition("/files/")[0] for request in simulator.log} == {
        "http://gateway.example:8080"
    }
