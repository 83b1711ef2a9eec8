from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tarash_runway import provider
from tarash_runway.simulator import RunwaySimulator

from tarash_core.models.job import VideoJob
from tarash_core.plugins import Attempt, Credential
from tarash_core.testing import Driven, attempt_of, in_turn

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


@pytest.fixture
def told() -> Callable[..., Driven]:
    """Drives the provider against answers that are given in their order."""
    return lambda *answers: Driven(provider, in_turn(*answers), KEY)


@pytest.fixture
def make_attempt() -> Callable[..., Attempt]:
    """An attempt at gen4.5."""

    def make(**known: Any) -> Attempt:
        payload = {"model": "gen4.5", "promptText": "A fox", "ratio": "1280:720", "duration": 5}
        return attempt_of("runway", "gen4.5", payload, endpoint="/v1/text_to_video", **known)

    return make


@pytest.fixture
def bought(drive: Driven, make_attempt: Callable[..., Attempt]) -> VideoJob:
    """A job from the simulator."""
    attempt = make_attempt()
    accepted = drive(provider.submit(attempt.plan, attempt), "submit")
    return VideoJob(provider="runway", model="gen4.5", id=accepted.id, state=accepted.state)
