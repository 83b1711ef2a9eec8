from __future__ import annotations

import pytest
from tarash_replicate import provider
from tarash_replicate.simulator import ReplicateSimulator

from tarash_core.plugins import Credential
from tarash_core.testing import Driven

KEY = Credential(api_key="r8_test")


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_test")


@pytest.fixture
def simulator() -> ReplicateSimulator:
    return ReplicateSimulator(render=False)


@pytest.fixture
def driver(simulator: ReplicateSimulator) -> Driven:
    """Drives the provider against the simulator."""
    return Driven(provider, simulator, KEY)
