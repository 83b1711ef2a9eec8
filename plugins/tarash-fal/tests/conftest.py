from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tarash_fal import provider
from tarash_fal.simulator import FalSimulator

from tarash_core.models.job import Job, VideoJob
from tarash_core.models.plan import Plan
from tarash_core.plugins import Attempt, Credential
from tarash_core.testing import Driven, attempt_of, in_turn

KEY = Credential(api_key="kid:ksec")


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAL_KEY", "kid:ksec")


@pytest.fixture
def simulator() -> FalSimulator:
    return FalSimulator(render=False)


@pytest.fixture
def drive(simulator: FalSimulator) -> Driven:
    """Drives the provider against the simulator."""
    return Driven(provider, simulator, KEY)


@pytest.fixture
def told() -> Callable[..., Driven]:
    """Drives the provider against answers that are given in their order."""
    return lambda *answers: Driven(provider, in_turn(*answers), KEY)


@pytest.fixture
def make_attempt() -> Callable[..., Attempt]:
    def make(endpoint: str = "fal-ai/veo3.1", payload: dict[str, Any] | None = None, **known: Any) -> Attempt:
        return attempt_of("fal", endpoint, {"prompt": "A fox", **(payload or {})}, endpoint=endpoint, **known)

    return make


@pytest.fixture
def make_plan(make_attempt: Callable[..., Attempt]) -> Callable[..., Plan]:
    return lambda endpoint="fal-ai/veo3.1", **payload: make_attempt(endpoint, payload).plan


@pytest.fixture
def bought(drive: Driven, make_plan: Callable[..., Plan], make_attempt: Callable[..., Attempt]) -> Callable[..., Job]:
    """Buys a job from the simulator and returns its receipt."""

    def buy(endpoint: str = "fal-ai/veo3.1", webhook_url: str | None = None, **payload: Any) -> Job:
        accepted = drive(
            provider.submit(make_plan(endpoint, **payload), make_attempt(webhook_url=webhook_url)), "submit"
        )
        return VideoJob(provider="fal", model=endpoint, id=accepted.id, state=accepted.state)

    return buy
