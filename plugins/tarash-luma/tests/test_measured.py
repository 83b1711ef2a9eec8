"""What is delivered is what was asked for: files of the simulator, measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tarash_luma.simulator import LumaSimulator

from tarash_core import Gateway
from tarash_core.testing import VirtualClock

av = pytest.importorskip("av")


@pytest.fixture
def rendering() -> Gateway:
    return Gateway(transport=LumaSimulator(), clock=VirtualClock())


@pytest.mark.parametrize(
    ("model", "fields", "size", "seconds"),
    [
        ("ray-3.2", {"duration_seconds": 5, "aspect_ratio": "9:16", "resolution": "540p"}, (540, 960), 5.0),
        ("ray-3.2", {"duration_seconds": 10, "resolution": "360p"}, (640, 360), 10.0),
        ("ray-2", {"duration_seconds": 9, "aspect_ratio": "1:1", "resolution": "540p"}, (540, 540), 9.0),
    ],
)
def test_a_clip(
    rendering: Gateway, tmp_path: Path, model: str, fields: dict[str, Any], size: Any, seconds: float
) -> None:
    response = rendering.generate_video(f"luma/{model}", prompt="A fox", **fields)
    with av.open(str(response.video.save(tmp_path / "fox.mp4"))) as clip:
        stream = clip.streams.video[0]
        assert (stream.width, stream.height) == size
        assert float(stream.duration * stream.time_base) == pytest.approx(seconds, abs=0.2)
        assert not clip.streams.audio


def test_sound_is_added_to_a_clip(rendering: Gateway, tmp_path: Path) -> None:
    silent = rendering.generate_video("luma/ray-2", prompt="A fox", resolution="540p").job
    loud = rendering.generate_video("luma/ray-2", prompt="rain", video=silent, mode="remix-video")
    with av.open(str(loud.video.save(tmp_path / "fox.mp4"))) as clip:
        assert clip.streams.audio


@pytest.mark.parametrize(
    ("model", "ratio", "size"), [("uni-1", "1:1", (2048, 2048)), ("photon-1", "16:9", (2048, 1152))]
)
def test_a_picture(rendering: Gateway, tmp_path: Path, model: str, ratio: str, size: Any) -> None:
    response = rendering.generate_image(f"luma/{model}", prompt="A fox", aspect_ratio=ratio)
    with av.open(str(response.image.save(tmp_path / "fox"))) as picture:
        assert (picture.streams.video[0].width, picture.streams.video[0].height) == size
