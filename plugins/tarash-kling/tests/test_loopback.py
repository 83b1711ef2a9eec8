"""Over real sockets: the simulator on a loopback host, and what Kling's users run against it.

Kling has no official Python client; what independent clients were recorded to send is in ``test_simulator.py``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tarash_kling.simulator import KlingSimulator

from tarash_core import AsyncGateway, Gateway, ImageGenerationConfig, VideoGenerationConfig
from tarash_core.testing import background

SECRET = "s" * 32


@pytest.fixture
def served() -> Iterator[tuple[KlingSimulator, str]]:
    simulator = KlingSimulator(render=False)
    with background(simulator) as url:
        yield simulator, url


@pytest.mark.parametrize("model", ["kling-3.0", "kling-v3"])
def test_a_clip(served: tuple[KlingSimulator, str], model: str) -> None:
    simulator, url = served
    config = VideoGenerationConfig.from_string(f"kling/{model}", poll_interval=0)
    with Gateway(simulators={"kling": url}) as gateway:
        response = gateway.generate_video(config, prompt="A fox")
        assert response.video.read()[4:8] == b"ftyp"
    assert simulator.bought == [response.request_id]


@pytest.mark.anyio
async def test_pictures_on_an_event_loop_with_a_key_pair(
    served: tuple[KlingSimulator, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator, url = served
    simulator.secret_keys["ak"] = SECRET
    monkeypatch.delenv("KLING_API_KEY")
    monkeypatch.setenv("KLING_ACCESS_KEY", "ak")
    monkeypatch.setenv("KLING_SECRET_KEY", SECRET)
    monkeypatch.setenv("TARASH_KLING_BASE_URL", url)
    async with AsyncGateway() as gateway:
        config = ImageGenerationConfig.from_string("kling/kling-image-o1", poll_interval=0)
        response = await gateway.generate_image(config, prompt="A fox", n=2)
        assert [(await image.read_async())[:4] for image in response.images] == [b"\x89PNG"] * 2
