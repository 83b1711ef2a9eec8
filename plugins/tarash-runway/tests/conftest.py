from __future__ import annotations

import pytest
from tarash_runway import provider
from tarash_runway.simulator import RunwaySimulator

from tarash_core.plugins import Credential
from tarash_core.testing import Driven

KEY = Credential(api_key="key_test")


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNWAYML_API_SECRET", "key_test")


@pytest.fixture
def simulator() -> RunwaySimulator:
    return RunwaySimulator(render=False)


@pytest.fixture
def drive(simulator: RunwaySimulator) -> Driven:
    """Drives the provider against the simulator."""
    return Driven(provider, simulator, KEY)
