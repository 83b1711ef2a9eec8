"""Whole generations by the engine, against the simulator in this process: no network, no key, no waiting."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import av
import pytest
from tarash_runway.simulator import RunwaySimulator

from tarash_core import Gateway, VideoGenerationConfig
from tarash_core import errors as ours
from tarash_core.models.job import VideoJob
from tarash_core.testing import VirtualClock, faults
from tarash_core.testing.scripts import Target, check_scripts, table

MODEL = "runway/gen4.5"


@pytest.fixture
def gateway(simulator: RunwaySimulator) -> Gateway:
    return Gateway(transport=simulator, clock=VirtualClock())


def test_a_video_is_bought_once_and_read_without_the_key(gateway: Gateway, simulator: RunwaySimulator) -> None:
    response = gateway.generate_video(MODEL, prompt="A fox", duration_seconds=8)
    assert response.video.read()[4:8] == b"ftyp"
    assert simulator.bought == [response.request_id]
    assert response.cost is not None
    assert (response.cost.amount, response.cost.unit) == (96, "credits")
    assert response.job is not None
    assert response.job.estimated_cost.amount == 96
    assert [request.headers.get("authorization") for request in simulator.asked("download")] == [None]
    assert {request.headers["x-runway-version"] for request in simulator.asked("poll")} == {"2024-11-06"}


def test_images_come_from_one_purchase(gateway: Gateway, simulator: RunwaySimulator) -> None:
    response = gateway.generate_image("runway/gpt_image_2", prompt="A fox", n=3)
    assert [image.read()[:4] for image in response.images] == [b"\x89PNG"] * 3
    assert len(simulator.bought) == 1


@pytest.mark.parametrize(
    ("model", "fields", "size", "seconds"),
    [
        ("gen4.5", {"duration_seconds": 3, "aspect_ratio": "9:16"}, (720, 1280), 3),
        ("seedance2", {"duration_seconds": 4, "aspect_ratio": "1:1", "resolution": "480p"}, (640, 640), 4),
        ("grok_imagine_1_5", {"duration_seconds": 2, "aspect_ratio": "3:2", "resolution": "480p"}, (720, 480), 2),
    ],
)
def test_a_saved_clip_measures_what_was_asked_for(
    model: str, fields: dict[str, Any], size: tuple[int, int], seconds: float, tmp_path: Path
) -> None:
    gateway = Gateway(transport=RunwaySimulator(), clock=VirtualClock())
    path = gateway.generate_video(f"runway/{model}", prompt="A fox", **fields).video.save(tmp_path / "fox.mp4")
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == size
        assert container.duration is not None
        assert container.duration / 1e6 == pytest.approx(seconds, abs=0.2)


def test_a_picture_measures_what_was_asked_for() -> None:
    gateway = Gateway(transport=RunwaySimulator(), clock=VirtualClock())
    response = gateway.generate_image("runway/gen4_image", prompt="A fox", aspect_ratio="16:9", resolution="720p")
    with av.open(io.BytesIO(response.image.read())) as container:
        assert (container.streams.video[0].width, container.streams.video[0].height) == (1280, 720)


def test_a_small_picture_goes_inline_and_a_large_one_is_uploaded(gateway: Gateway, simulator: RunwaySimulator) -> None:
    small, large = b"\x89PNG\r\n\x1a\n" + bytes(100), b"\x89PNG\r\n\x1a\n" + bytes(1_000_000)
    response = gateway.generate_video("runway/veo3.1", prompt="A fox", first_frame=small, last_frame=large)
    first, last = simulator.jobs[response.request_id].body["promptImage"]
    assert first["uri"].startswith("data:image/png;base64,")
    assert (first["position"], last["position"]) == ("first", "last")
    assert simulator.files[last["uri"]].read() == large
    assert [request.signed for request in simulator.asked("upload")].count(True) >= 1


def test_every_host_moves_to_the_base_url(simulator: RunwaySimulator) -> None:
    config = VideoGenerationConfig.from_string("runway/veo3.1", base_url="http://127.0.0.1:9")
    gateway = Gateway(transport=simulator, clock=VirtualClock())
    gateway.generate_video(config, prompt="A fox", first_frame=b"\x89PNG" + bytes(1_000_001)).video.read()
    assert {request.url.split("/")[2] for request in simulator.log} == {"127.0.0.1:9"}


def test_a_throttled_task_is_waited_for(simulator: RunwaySimulator) -> None:
    simulator.concurrency = 1
    gateway = Gateway(transport=simulator, clock=VirtualClock())
    first, second = (gateway.submit_video(MODEL, prompt="A fox") for _ in range(2))
    seen = []
    for update in gateway.watch_job(second):
        seen.append(update.update["status"])
        if len(seen) == 2:
            gateway.wait_job(first)
    assert seen[:2] == ["THROTTLED"] * 2
    assert seen[-1] == "SUCCEEDED"
    assert len(simulator.bought) == 2


def test_a_cancel_that_no_status_confirms_leaves_the_attempt_unsettled(simulator: RunwaySimulator) -> None:
    simulator.script(faults.stuck())
    gateway = Gateway(transport=simulator, clock=VirtualClock())
    config = VideoGenerationConfig.from_string(MODEL, timeout=60, fallback_configs=["runway/veo3.1"])
    with pytest.raises(ours.TimeoutError, match="may still deliver and bill") as caught:
        gateway.generate_video(config, prompt="A fox")
    assert caught.value.charged == "unknown"
    assert caught.value.execution_metadata is not None
    assert [attempt.unsettled for attempt in caught.value.execution_metadata.attempts] == [True]
    assert len(simulator.asked("cancel")) == 1
    assert len(simulator.bought) == 1


def test_a_task_that_finishes_as_the_clock_runs_out_is_delivered(simulator: RunwaySimulator) -> None:
    simulator.polls_to_finish = 4
    gateway = Gateway(transport=simulator, clock=VirtualClock())
    config = VideoGenerationConfig.from_string(MODEL, max_poll_attempts=3)
    assert gateway.generate_video(config, prompt="A fox").video.read()
    assert simulator.asked("cancel") == []


def test_a_job_is_taken_up_again_by_its_id_alone(gateway: Gateway, simulator: RunwaySimulator) -> None:
    job = gateway.submit_video(MODEL, prompt="A fox")
    assert "key_test" not in job.to_json()
    bare = VideoJob(provider="runway", model="gen4.5", id=job.id)
    assert gateway.wait_job(bare).request_id == job.id


def test_a_url_that_has_expired_is_had_anew(gateway: Gateway, simulator: RunwaySimulator) -> None:
    response = gateway.generate_video(MODEL, prompt="A fox")
    looks = len(simulator.asked("poll"))
    simulator.advance(25 * 3600)
    assert response.video.read()[4:8] == b"ftyp"
    assert len(simulator.asked("poll")) == looks + 1


def test_every_job_is_answered_for_when_an_upload_goes_wrong() -> None:
    target = Target(provider="runway", model="gen4.5", upload_model="veo3.1")
    uploads = [seed for seed, row in enumerate(table()) if row.upload]
    assert uploads and check_scripts([target], uploads) == len(uploads)
