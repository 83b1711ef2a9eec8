"""A driver small enough to read: it carries out a provider's requests against anything that answers them."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
from attrs import evolve, field, frozen
from tarash_replicate import provider
from tarash_replicate.simulator import ReplicateSimulator

from tarash_core.models.plan import Plan
from tarash_core.models.request import request_of
from tarash_core.plugins import Attempt, Credential, Headers, HttpRequest, HttpResponse, Phase

T = TypeVar("T")
Answer = Callable[[HttpRequest], HttpResponse]
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@frozen
class Driver:
    """Runs a provider's generators, and keeps the requests that they made."""

    answer: Answer
    asked: list[HttpRequest] = field(factory=list)

    def run(self, steps: Generator[Any, HttpResponse, T], phase: Phase = "submit") -> T:
        """Carries out every request; an error answer that is not expected is thrown into the generator."""
        try:
            request = next(steps)
            while True:
                response = self._carried_out(request)
                bad = response.status >= 400 and response.status not in request.expect
                request = steps.throw(provider.error(response, phase)) if bad else steps.send(response)
        except StopIteration as stop:
            result: T = stop.value
            return result

    def _carried_out(self, request: HttpRequest) -> HttpResponse:
        keys = provider.authorize(request, Credential(api_key="r8_test"), NOW) if request.signed else {}
        ready = evolve(request, headers=Headers({**request.headers, **keys}))
        self.asked.append(ready)
        return self.answer(ready)


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_test")


@pytest.fixture
def simulator() -> ReplicateSimulator:
    return ReplicateSimulator(render=False)


@pytest.fixture
def driver(simulator: ReplicateSimulator) -> Driver:
    def answer(request: HttpRequest) -> HttpResponse:
        response = simulator.handle(request).response
        assert response is not None
        return response

    return Driver(answer)


def attempt_of(model: str, webhook_url: str | None = None, **payload: Any) -> Attempt:
    """An attempt at one video, its payload given as it is."""
    request = request_of("video", {"prompt": payload.get("prompt", "A fox")})
    plan = Plan(
        kind="video",
        provider="replicate",
        model=model,
        variant="text-to-video",
        endpoint="",
        payload=payload,
        request=request,
    )
    return Attempt(id="a1", plan=plan, fingerprint="f", idempotency_key="k", webhook_url=webhook_url)
