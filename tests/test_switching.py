"""One request through every video provider, by changing provider and model only."""

import importlib

import pytest

from tarash_core import Gateway, GenerationFailedError, VideoGenerationConfig, VideoGenerationRequest
from tarash_core.plugins.loader import load_provider
from tarash_core.testing import InProcess, Simulator, VirtualClock, faults

REQUEST = VideoGenerationRequest(prompt="A red fox in fresh snow", duration_seconds=8, aspect_ratio="16:9")
MODELS = {
    "fal": "fal-ai/veo3.1",
    "replicate": "google/veo-3.1",
    "runway": "gen4.5",
    "luma": "ray-3.2",
    "veo": "gemini-omni-1.2-flash",
    "kling": "kling-3.0",
}


def simulator_of(provider: str) -> Simulator:
    module, _, name = str(load_provider(provider).simulator).partition(":")
    made: Simulator = getattr(importlib.import_module(module), name)(render=False)
    return made


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARASH_TODAY", "2026-11-22")
    for provider in (*MODELS, "sora"):
        for names in load_provider(provider).credentials.alternatives[:1]:
            for name in names:
                monkeypatch.setenv(name, f"test-key-of-{provider}")


@pytest.mark.parametrize("provider", MODELS)
def test_one_request_moves_through_the_video_providers(provider: str) -> None:
    config = VideoGenerationConfig(provider="fal", model=MODELS["fal"], on_unsupported="nearest")
    simulator = simulator_of(provider)
    with Gateway(transport=simulator, clock=VirtualClock()) as gateway:
        response = gateway.generate_video(config.replace(provider=provider, model=MODELS[provider]), REQUEST)
        assert b"ftyp" in response.video.read()[:16]
    assert len(simulator.bought) == 1


ORIGIN_OF_REPLICATE = "https://api.replicate.com"
CHAIN = ["fal/fal-ai/veo3.1", "replicate/google/veo-3.1"]
WISH = {"prompt": "A red fox in fresh snow", "duration_seconds": 8}


def test_a_chain_passes_over_sora_as_retired(monkeypatch: pytest.MonkeyPatch) -> None:
    fal, replicate = simulator_of("fal"), simulator_of("replicate")
    fal.script(faults.failed())
    replicate.script(faults.failed())
    network = InProcess({origin: fal for origin in load_provider("fal").origins} | {ORIGIN_OF_REPLICATE: replicate})
    with Gateway(transport=network, clock=VirtualClock()) as gateway, pytest.raises(GenerationFailedError) as caught:
        gateway.generate_video([*CHAIN, "sora/sora-2"], **WISH)
    attempts = caught.value.execution_metadata.attempts
    assert [attempt.status for attempt in attempts] == ["failed", "failed", "skipped"]
    assert attempts[-1].error_type == "RetiredModelError"


def test_a_chain_uses_sora_at_a_compatible_host() -> None:
    fal, replicate, sora = simulator_of("fal"), simulator_of("replicate"), simulator_of("sora")
    fal.script(faults.failed())
    replicate.script(faults.failed())
    host = "https://videos.example"
    network = InProcess(
        {origin: fal for origin in load_provider("fal").origins} | {ORIGIN_OF_REPLICATE: replicate, host: sora}
    )
    compatible = VideoGenerationConfig(provider="sora", model="sora-2", base_url=f"{host}/v1", api_key="test-key")
    with Gateway(transport=network, clock=VirtualClock()) as gateway:
        response = gateway.generate_video([*CHAIN, compatible], **WISH)
    assert response.execution_metadata.successful_attempt == 3
    assert sora.bought == [response.request_id]
