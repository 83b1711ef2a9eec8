"""Files that were made and measured: one clip of each codec and surface, and a picture."""

from __future__ import annotations

import io
from typing import Any

import pytest
from tarash_veo.simulator import VeoSimulator

from tarash_core import Gateway, VideoGenerationConfig
from tarash_core.engine.measure import Measured, measure
from tarash_core.testing import VirtualClock

av = pytest.importorskip("av")


@pytest.fixture
def rendering(signed_in: None) -> Gateway:
    return Gateway(transport=VeoSimulator(), clock=VirtualClock())


OMNI, VEO = "gemini-omni-1.2-flash", "veo-3.1-fast-generate-001"
LITE = {"duration_seconds": 8, "resolution": "1080p"}


@pytest.mark.parametrize(
    ("model", "settings", "fields", "size", "sound"),
    [
        (OMNI, {}, {"duration_seconds": 3, "aspect_ratio": "9:16"}, (720, 1280), True),
        (OMNI, {"surface": "vertex"}, {"duration_seconds": 4}, (1280, 720), True),
        (VEO, {}, {"duration_seconds": 4, "generate_audio": False}, (1280, 720), False),
        ("veo-3.1-lite-generate-001", {"output_uri": "gs://b/o/"}, LITE, (1920, 1080), True),
    ],
)
def test_a_clip(rendering: Gateway, model: str, settings: Any, fields: dict[str, Any], size: Any, sound: bool) -> None:
    config = VideoGenerationConfig.from_string(f"veo/{model}", provider_config=settings)
    content = rendering.generate_video(config, prompt="A fox", **fields).video.read()
    clip = measure(content)
    assert clip and (clip.width, clip.height) == size
    assert clip.duration_seconds == pytest.approx(fields["duration_seconds"], abs=0.2)
    with av.open(io.BytesIO(content)) as opened:
        assert bool(opened.streams.audio) is sound


def test_a_picture(rendering: Gateway) -> None:
    response = rendering.generate_image("google/gemini-nano-banana-2.1", prompt="A fox", resolution="1K")
    assert measure(response.image.read()) == Measured(None, 1024, 1024, "image/png")
