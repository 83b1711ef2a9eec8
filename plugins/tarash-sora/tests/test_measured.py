"""What is delivered is what was asked for: files of the simulator, measured."""

from __future__ import annotations

from typing import Any

import pytest
from tarash_sora.simulator import SoraSimulator

from tarash_core import Gateway
from tarash_core.engine.measure import Measured, measure
from tarash_core.testing import VirtualClock

from .conftest import elsewhere

pytest.importorskip("av")


@pytest.fixture
def rendering() -> Gateway:
    return Gateway(transport=SoraSimulator(), clock=VirtualClock())


@pytest.mark.parametrize(
    ("model", "fields", "size", "seconds"),
    [
        ("sora-2", {"duration_seconds": 4}, (720, 1280), 4.0),
        ("sora-2", {"duration_seconds": 8, "aspect_ratio": "16:9"}, (1280, 720), 8.0),
        ("minimax/h3", {"duration_seconds": 5, "resolution": "1344x768"}, (1344, 768), 5.0),
    ],
)
def test_a_clip(rendering: Gateway, model: str, fields: dict[str, Any], size: tuple[int, int], seconds: float) -> None:
    url = "https://api.saygm.com/v1" if model == "minimax/h3" else "https://proxy.test/v1"
    clip = measure(rendering.generate_video(elsewhere(model, url), prompt="A fox", **fields).video.read())
    assert clip and (clip.width, clip.height) == size
    assert clip.duration_seconds == pytest.approx(seconds, abs=0.2)


@pytest.mark.parametrize(
    ("fields", "size", "kind"),
    [
        ({"aspect_ratio": "2:3"}, (1024, 1536), "png"),
        ({"size": "2048x1152", "extra_params": {"output_format": "webp"}}, (2048, 1152), "webp"),
        ({"size": "1024x1024", "extra_params": {"output_format": "jpeg"}}, (1024, 1024), "jpeg"),
    ],
)
def test_a_picture(rendering: Gateway, fields: dict[str, Any], size: tuple[int, int], kind: str) -> None:
    image = rendering.generate_image("sora/gpt-image-2", prompt="A fox", **fields).image
    assert (image.width, image.height, image.content_type) == (*size, f"image/{kind}")
    assert measure(image.read()) == Measured(None, *size, f"image/{kind}")
