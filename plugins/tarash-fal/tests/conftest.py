from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import UTC, datetime
from typing import Any

import pytest
from tarash_fal import provider
from tarash_fal.simulator import FalSimulator

from tarash_core.models.job import Job, VideoJob
from tarash_core.models.plan import Plan
from tarash_core.models.request import VideoGenerationRequest
from tarash_core.plugins import Attempt, Credential, Headers, HttpRequest, HttpResponse, Phase

NOW = datetime(2026, 11, 22, tzinfo=UTC)
KEY = Credential(api_key="kid:ksec")
Answer = Callable[[HttpRequest], HttpResponse]


class Driven:
    """Drives the provider's generators by hand, as the engine does, and keeps what was asked."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked: list[HttpRequest] = []

    def __call__(self, steps: Generator[Any, Any, Any], phase: Phase = "poll") -> Any:
        try:
            request = next(steps)
            while True:
                response = self._answered(request)
                if response.status >= 400 and response.status not in request.expect:
                    request = steps.throw(provider.error(response, phase))
                else:
                    request = steps.send(response)
        except StopIteration as stop:
            return stop.value

    def _answered(self, request: HttpRequest) -> HttpResponse:
        keys = provider.authorize(request, KEY, NOW) if request.signed else {}
        ready = HttpRequest(
            request.method, request.url, json=request.json, content=request.content,
            headers=Headers({**request.headers, **keys}), effect=request.effect, signed=request.signed,
        )  # fmt: skip
        self.asked.append(ready)
        return self.answer(ready)


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAL_KEY", "kid:ksec")


@pytest.fixture
def simulator() -> FalSimulator:
    return FalSimulator(render=False)


@pytest.fixture
def drive(simulator: FalSimulator) -> Driven:
    """Drives the provider against the simulator."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = simulator.handle(request).response
        assert response is not None
        return response

    return Driven(answer)


@pytest.fixture
def told() -> Callable[..., Driven]:
    """Drives the provider against answers that are given in their order."""

    def make(*answers: HttpResponse) -> Driven:
        left = iter(answers)
        return Driven(lambda request: next(left))

    return make


@pytest.fixture
def make_plan() -> Callable[..., Plan]:
    def make(endpoint: str = "fal-ai/veo3.1", **payload: Any) -> Plan:
        return Plan(
            kind="video", provider="fal", model=endpoint, variant="text-to-video", endpoint=endpoint,
            payload={"prompt": "A fox", **payload}, request=VideoGenerationRequest(prompt="A fox"),
        )  # fmt: skip

    return make


@pytest.fixture
def make_attempt(make_plan: Callable[..., Plan]) -> Callable[..., Attempt]:
    def make(**known: Any) -> Attempt:
        return Attempt(id="a1", plan=make_plan(), fingerprint="f", idempotency_key="k", **known)

    return make


@pytest.fixture
def bought(drive: Driven, make_plan: Callable[..., Plan], make_attempt: Callable[..., Attempt]) -> Callable[..., Job]:
    """Buys a job from the simulator and returns its receipt."""

    def buy(endpoint: str = "fal-ai/veo3.1", webhook_url: str | None = None, **payload: Any) -> Job:
        accepted = drive(
            provider.submit(make_plan(endpoint, **payload), make_attempt(webhook_url=webhook_url)), "submit"
        )
        return VideoJob(provider="fal", model=endpoint, id=accepted.id, state=accepted.state)

    return buy
