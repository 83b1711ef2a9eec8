"""Whole generations by the engine, against the simulator in this process: no network, no key, no waiting."""

from __future__ import annotations

from tarash_fal.simulator import FalSimulator

from tarash_core.gateway import Gateway
from tarash_core.models.config import VideoGenerationConfig
from tarash_core.testing import VirtualClock

VEO = "fal/fal-ai/veo3.1"


def test_a_video_is_bought_once_and_read_without_the_key(simulator: FalSimulator) -> None:
    with Gateway(transport=simulator, clock=VirtualClock()) as gateway:
        response = gateway.generate_video(VEO, prompt="A fox", duration_seconds=8)
        assert response.video.read()[4:8] == b"ftyp"
    assert simulator.bought == [response.request_id]
    assert [dict(request.headers).get("authorization") for request in simulator.asked("download")] == [None]
    assert {request.headers.get("authorization") for request in simulator.asked("poll")} == {"Key kid:ksec"}


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


def test_a_job_is_taken_up_again_by_its_id_alone(simulator: FalSimulator) -> None:
    from tarash_core.models.job import VideoJob

    with Gateway(transport=simulator, clock=VirtualClock()) as gateway:
        job = gateway.submit_video(f"{VEO}/fast", prompt="A fox")
        bare = VideoJob(provider="fal", model="fal-ai/veo3.1/fast", id=job.id)
        assert gateway.wait_job(bare).request_id == job.id


def test_a_cancel_is_confirmed_by_the_status(simulator: FalSimulator) -> None:
    with Gateway(transport=simulator, clock=VirtualClock()) as gateway:
        job = gateway.submit_video(VEO, prompt="A fox")
        gateway.cancel_job(job)
        assert gateway.refresh_job(job).status == "cancelled"
