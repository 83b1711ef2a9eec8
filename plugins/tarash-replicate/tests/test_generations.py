"""Whole generations through the engine: the simulator in the network's place, on every driver."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from tarash_replicate.simulator import ReplicateSimulator

from tarash_core import Gateway
from tarash_core.errors import (
    JobExpiredError,
)
from tarash_core.testing.clock import VirtualClock

MODEL = "replicate/google/veo-3.1"
VERSION = "5c7d" * 16


@pytest.fixture
def gateway(simulator: ReplicateSimulator) -> Gateway:
    return Gateway(transport=simulator, clock=VirtualClock())


@pytest.mark.parametrize("model", [f"owner/fox:{VERSION}", VERSION, "owner/fox", "deployments/acme/fox"])
def test_every_form_of_model_id_generates(gateway: Gateway, simulator: ReplicateSimulator, model: str) -> None:
    response = gateway.generate_video(f"replicate/{model}", prompt="A fox")
    assert response.video.read()[4:8] == b"ftyp"
    assert simulator.bought == [response.request_id]


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


def test_a_result_that_was_deleted_is_said_to_be_gone(gateway: Gateway, simulator: ReplicateSimulator) -> None:
    job = gateway.submit_video(MODEL, prompt="A fox")
    gateway.wait_job(job)
    simulator.advance(3600)
    with pytest.raises(JobExpiredError, match="no longer"):
        gateway.wait_job(job)
