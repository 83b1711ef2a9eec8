"""Whole generations by the engine, against the simulator in this process: no network, no key, no waiting."""

from __future__ import annotations

from typing import Any

import pytest
from tarash_fal.simulator import FalSimulator

from tarash_core import errors
from tarash_core.gateway import AsyncGateway, Gateway
from tarash_core.models.config import VideoGenerationConfig
from tarash_core.testing import VirtualClock, faults

VEO = "fal/fal-ai/veo3.1"


def test_a_video_is_bought_once_and_read_without_the_key(simulator: FalSimulator) -> None:
    with Gateway(transport=simulator, clock=VirtualClock()) as gateway:
        response = gateway.generate_video(VEO, prompt="A fox", duration_seconds=8)
        assert response.video.read()[4:8] == b"ftyp"
    assert simulator.bought == [response.request_id]
    assert [dict(request.headers).get("authorization") for request in simulator.asked("download")] == [None]
    assert {request.headers.get("authorization") for request in simulator.asked("poll")} == {"Key kid:ksec"}


@pytest.mark.anyio
async def test_the_same_on_an_event_loop(simulator: FalSimulator) -> None:
    async with AsyncGateway(transport=simulator, clock=VirtualClock()) as gateway:
        response = await gateway.generate_video(VEO, prompt="A fox", duration_seconds=8)
        assert (await response.video.read_async())[4:8] == b"ftyp"


def test_a_local_picture_is_uploaded_and_a_tiny_one_goes_inline(simulator: FalSimulator) -> None:
    def sent(picture: bytes) -> str:
        with Gateway(transport=simulator, clock=VirtualClock()) as gateway:
            gateway.generate_video(f"{VEO}/image-to-video", prompt="A fox", first_frame=picture)
        url: str = simulator.jobs[simulator.bought[-1]].body["image_url"]
        return url

    assert sent(b"\x89PNG\r\n\x1a\n").startswith("data:image/png;base64,")
    assert simulator.asked("upload") == []
    url = sent(b"\x89PNG\r\n\x1a\n" + bytes(5000))
    assert len(simulator.files[url.rpartition("/")[2]].read()) == 5008


def test_every_host_of_fal_moves_to_the_base_url(simulator: FalSimulator) -> None:
    config = VideoGenerationConfig.from_string(f"{VEO}/image-to-video", base_url="http://127.0.0.1:9")
    with Gateway(transport=simulator, clock=VirtualClock()) as gateway:
        response = gateway.generate_video(config, prompt="A fox", first_frame=b"\x89PNG" + bytes(5000))
    assert {request.url.split("/")[2] for request in simulator.log} == {"127.0.0.1:9"}
    assert str(response.video).startswith("http://127.0.0.1:9/")


@pytest.mark.parametrize(
    ("fault", "purchases"),
    [
        (faults.too_many_requests(retry_after=2, on="submit"), 1),
        (faults.server_error(503, on="submit"), 1),
        (faults.server_error(500, on="poll", times=3), 1),
        (faults.server_error(502, html=True, on="result"), 1),
        (faults.server_error(503, on="result"), 1),
        (faults.too_many_requests(on="result"), 1),
        (faults.garbage(on="poll"), 1),
        (faults.empty(on="result"), 1),
    ],
)
def test_passing_trouble_is_survived_and_nothing_is_bought_twice(
    fault: faults.Fault, purchases: int, simulator: FalSimulator
) -> None:
    simulator.script(fault)
    with Gateway(transport=simulator, clock=VirtualClock()) as gateway:
        assert gateway.generate_video(VEO, prompt="A fox").video
    assert len(simulator.bought) == purchases
    assert simulator.unused_faults == []


@pytest.mark.parametrize("fault", [faults.server_error(504, on="submit", handled=True), faults.lost_answer()])
def test_a_purchase_whose_answer_is_lost_is_not_repeated(fault: faults.Fault, simulator: FalSimulator) -> None:
    simulator.script(fault)
    with Gateway(transport=simulator, clock=VirtualClock()) as gateway, pytest.raises(errors.TarashException):
        gateway.generate_video(VEO, prompt="A fox")
    assert len(simulator.bought) == 1


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (faults.moderated(), errors.ContentModerationError),
        (faults.failed("runner_server_error"), errors.GenerationFailedError),
        (faults.called_off(), errors.JobCancelledError),
    ],
)
def test_a_job_that_ends_badly_is_our_error_with_its_job(
    fault: faults.Fault, kind: Any, simulator: FalSimulator
) -> None:
    simulator.script(fault)
    with Gateway(transport=simulator, clock=VirtualClock()) as gateway, pytest.raises(kind) as caught:
        gateway.generate_video(VEO, prompt="A fox")
    assert caught.value.job is not None
    assert caught.value.request_id == simulator.bought[0]


def test_a_job_is_taken_up_again_by_its_id_alone(simulator: FalSimulator) -> None:
    from tarash_core.models.job import VideoJob

    with Gateway(transport=simulator, clock=VirtualClock()) as gateway:
        job = gateway.submit_video(f"{VEO}/fast", prompt="A fox")
        bare = VideoJob(provider="fal", model="fal-ai/veo3.1/fast", id=job.id)
        assert gateway.wait_job(bare).request_id == job.id


def test_a_tampered_receipt_does_not_lead_the_key_astray(simulator: FalSimulator) -> None:
    with Gateway(transport=simulator, clock=VirtualClock()) as gateway:
        job = gateway.submit_video(VEO, prompt="A fox")
        evil = job.replace(state={**job.state, "status_url": "https://evil.example/status"}, access=None)
        with pytest.raises(errors.TarashException):
            gateway.refresh_job(evil)
    assert not any("evil" in request.url for request in simulator.log)


def test_a_cancel_is_confirmed_by_the_status(simulator: FalSimulator) -> None:
    with Gateway(transport=simulator, clock=VirtualClock()) as gateway:
        job = gateway.submit_video(VEO, prompt="A fox")
        gateway.cancel_job(job)
        assert gateway.refresh_job(job).status == "cancelled"
