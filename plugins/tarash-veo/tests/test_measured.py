"""Files that were made, saved and measured: one clip of each codec and surface, and a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tarash_veo.simulator import VeoSimulator

from tarash_core import Gateway, VideoGenerationConfig
from tarash_core.testing import VirtualClock

av = pytest.importorskip("av")


@pytest.fixture
def rendering(signed_in: None) -> Gateway:
    return Gateway(transport=VeoSimulator(), clock=VirtualClock())


@pytest.mark.parametrize(
    ("model", "settings", "fields", "size", "seconds", "sound"),
    [
        ("gemini-omni-1.2-flash", {}, {"duration_seconds": 3, "aspect_ratio": "9:16"}, (720, 1280), 3.0, True),
        ("gemini-omni-1.2-flash", {"surface": "vertex"}, {"duration_seconds": 4}, (1280, 720), 4.0, True),
        ("veo-3.1-fast-generate-001", {}, {"duration_seconds": 4, "generate_audio": False}, (1280, 720), 4.0, False),
        (
            "veo-3.1-lite-generate-001",
            {"output_uri": "gs://b/o/"},
            {"duration_seconds": 8, "resolution": "1080p"},
            (1920, 1080),
            8.0,
            True,
        ),
    ],
)
def test_a_clip(
    rendering: Gateway,
    tmp_path: Path,
    model: str,
    settings: dict[str, Any],
    fields: dict[str, Any],
    size: Any,
    seconds: float,
    sound: bool,
) -> None:
    config = VideoGenerationConfig.from_string(f"veo/{model}", provider_config=settings)
    response = rendering.generate_video(config, prompt="A fox", **fields)
    with av.open(str(response.video.save(tmp_path / "fox.mp4"))) as clip:
        stream = clip.streams.video[0]
        assert (stream.width, stream.height) == size
        assert float(stream.duration * stream.time_base) == pytest.approx(seconds, abs=0.2)
        assert bool(clip.streams.audio) is sound


def test_a_picture(rendering: Gateway, tmp_path: Path) -> None:
    response = rendering.generate_image("google/gemini-nano-banana-2.1", prompt="A fox", resolution="1K")
    with av.open(str(response.image.save(tmp_path / "fox.png"))) as picture:
        assert (picture.streams.video[0].width, picture.streams.video[0].height) == (1024, 1024)
