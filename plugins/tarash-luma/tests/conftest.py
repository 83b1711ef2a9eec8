from __future__ import annotations

import pytest
from tarash_luma import provider
from tarash_luma.simulator import LumaSimulator

from tarash_core import Gateway
from tarash_core.plugins import Credential
from tarash_core.testing import Driven, VirtualClock

SECRETS = {"LUMA_AGENTS_API_KEY": "luma-api-test", "LUMAAI_API_KEY": "luma-test"}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**SECRETS, "TARASH_TODAY": "2026-11-22"}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def simulator() -> LumaSimulator:
    return LumaSimulator(render=False)


@pytest.fixture
def gateway(simulator: LumaSimulator) -> Gateway:
    return Gateway(transport=simulator, clock=VirtualClock())


@pytest.fixture
def driver(simulator: LumaSimulator) -> Driven:
    """Drives the provider against the simulator."""
    return Driven(provider, simulator, Credential(secrets=SECRETS))
