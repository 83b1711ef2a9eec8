"""What is delivered is what was asked for: files of the simulator, measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tarash_kling.simulator import KlingSimulator

from tarash_core import Gateway
from tarash_core.testing import VirtualClock

av = pytest.importorskip("av")


@pytest.fixture
def rendering() -> Gateway:
    return Gateway(transport=KlingSimulator(), clock=VirtualClock())


@pytest.mark.parametrize(
    ("model", "fields", "size", "seconds", "sound"),
    [
        ("kling-3.0", {"duration_seconds": 3, "aspect_ratio": "9:16"}, (720, 1280), 3.0, False),
        ("kling-3.0-turbo", {"duration_seconds": 4}, (1280, 720), 4.0, True),
        ("kling-v3", {"duration_seconds": 3, "aspect_ratio": "1:1", "generate_audio": True}, (720, 720), 3.0, True),
    ],
)
def test_a_clip(
    rendering: Gateway, tmp_path: Path, model: str, fields: dict[str, Any], size: Any, seconds: float, sound: bool
) -> None:
    response = rendering.generate_video(f"kling/{model}", prompt="A fox", **fields)
    with av.open(str(response.video.save(tmp_path / "fox.mp4"))) as clip:
        stream = clip.streams.video[0]
        assert (stream.width, stream.height) == size
        assert float(stream.duration * stream.time_base) == pytest.approx(seconds, abs=0.2)
        assert bool(clip.streams.audio) is sound


def test_a_picture(rendering: Gateway, tmp_path: Path) -> None:
    response = rendering.generate_image("kling/kling-v3", prompt="A fox", aspect_ratio="1:1", resolution="1k")
    with av.open(str(response.image.save(tmp_path / "fox.png"))) as picture:
        assert (picture.streams.video[0].width, picture.streams.video[0].height) == (1024, 1024)
