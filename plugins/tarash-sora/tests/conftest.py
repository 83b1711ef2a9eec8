from __future__ import annotations

from collections.abc import Iterator

import pytest
from tarash_sora import provider
from tarash_sora.simulator import SoraSimulator

from tarash_core import Gateway, VideoGenerationConfig
from tarash_core.catalog.lifecycle import set_today
from tarash_core.plugins import Credential
from tarash_core.testing import Driven, VirtualClock

KEY = Credential(api_key="sk-openai-test")
ELSEWHERE = "https://proxy.test/v1"


def elsewhere(model: str = "sora-2", base_url: str = ELSEWHERE, **known: object) -> VideoGenerationConfig:
    """A config for a server that goes on with the Videos API."""
    return VideoGenerationConfig(provider="sora", model=model, base_url=base_url, **known)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AZURE_OPENAI_API_KEY", "AZURE_OPENAI_AD_TOKEN", "OPENAI_WEBHOOK_SECRET", "TARASH_SORA_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-openai-test")
    set_today("2026-11-22")
    yield
    set_today(None)


@pytest.fixture
def simulator() -> SoraSimulator:
    return SoraSimulator(render=False)


@pytest.fixture
def gateway(simulator: SoraSimulator) -> Gateway:
    return Gateway(transport=simulator, clock=VirtualClock())


@pytest.fixture
def driver(simulator: SoraSimulator) -> Driven:
    """Drives the provider against the simulator."""
    return Driven(provider, simulator, KEY)
