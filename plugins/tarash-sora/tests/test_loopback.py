"""Over real sockets: our own requests, whole forms included, against the simulator on a loopback host."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tarash_sora.simulator import SoraSimulator

from tarash_core import AsyncGateway, Gateway, ImageGenerationConfig
from tarash_core.testing import background, sample_image

from .conftest import elsewhere

PNG = sample_image()


@pytest.fixture
def served() -> Iterator[tuple[SoraSimulator, str]]:
    simulator = SoraSimulator(render=False)
    with background(simulator) as url:
        yield simulator, url


@pytest.mark.parametrize("dialect", ["compatible", "vllm"])
def test_a_clip(served: tuple[SoraSimulator, str], dialect: str) -> None:
    simulator, url = served
    simulator.dialect = "vllm" if dialect == "vllm" else "openai"
    config = elsewhere(base_url=f"{url}/v1", poll_interval=0, provider_config={"dialect": dialect})
    with Gateway() as gateway:
        response = gateway.generate_video(config, prompt="A fox")
        assert response.video.read()[4:8] == b"ftyp"
    assert simulator.bought == [response.request_id]


@pytest.mark.anyio
async def test_an_edit_of_two_pictures_on_an_event_loop(
    served: tuple[SoraSimulator, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator, url = served
    monkeypatch.setenv("TARASH_SORA_BASE_URL", url)
    async with AsyncGateway() as gateway:
        config = ImageGenerationConfig(provider="sora", model="gpt-image-2")
        response = await gateway.generate_image(config, prompt="Both", image_list=[PNG, PNG], mask_image=PNG)
        assert (await response.image.read_async())[:4] == b"\x89PNG"
    body = simulator.jobs[simulator.bought[0]].body
    assert [part.content for part in body["image"]] == [PNG, PNG] and body["mask"].content == PNG
