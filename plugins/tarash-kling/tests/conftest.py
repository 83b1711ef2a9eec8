from __future__ import annotations

import pytest
from tarash_kling import provider
from tarash_kling.provider import _PAIRS
from tarash_kling.simulator import KlingSimulator

from tarash_core import Gateway
from tarash_core.plugins import Credential
from tarash_core.testing import Driven, VirtualClock

KEY = Credential(api_key="api-key-kling-test")
NAMES = ("KLING_API_KEY", "KLINGAI_API_KEY", *(name for pair in _PAIRS for name in pair))


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*NAMES, "KLING_WEBHOOK_SECRET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KLING_API_KEY", "api-key-kling-test")
    monkeypatch.setenv("TARASH_TODAY", "2026-11-22")


@pytest.fixture
def simulator() -> KlingSimulator:
    return KlingSimulator(render=False)


@pytest.fixture
def gateway(simulator: KlingSimulator) -> Gateway:
    return Gateway(transport=simulator, clock=VirtualClock())


@pytest.fixture
def driver(simulator: KlingSimulator) -> Driven:
    """Drives the provider against the simulator."""
    return Driven(provider, simulator, KEY)
