from __future__ import annotations

from collections.abc import Iterator

import pytest
from tarash_stability import provider
from tarash_stability.simulator import StabilitySimulator

from tarash_core import Gateway
from tarash_core.catalog.lifecycle import set_today
from tarash_core.plugins import Credential
from tarash_core.testing import Driven, VirtualClock

KEY = Credential(api_key="sk-stability-test")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("STABILITY_API_KEY", "sk-stability-test")
    monkeypatch.delenv("TARASH_STABILITY_BASE_URL", raising=False)
    set_today("2026-11-22")
    yield
    set_today(None)


@pytest.fixture
def simulator() -> StabilitySimulator:
    return StabilitySimulator(render=False)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def gateway(simulator: StabilitySimulator, clock: VirtualClock) -> Gateway:
    return Gateway(transport=simulator, clock=clock)


@pytest.fixture
def driver(simulator: StabilitySimulator) -> Driven:
    """Drives the provider against the simulator."""
    return Driven(provider, simulator, KEY)
