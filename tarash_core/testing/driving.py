"""Driving a provider's generators by hand: what it asks and what it makes of the answers, without the engine."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import UTC, datetime
from typing import Any, TypeVar

from attrs import evolve

from tarash_core.engine.access import Access
from tarash_core.errors import TarashException
from tarash_core.models.job import Kind
from tarash_core.models.plan import Plan
from tarash_core.models.request import request_of
from tarash_core.plugins.credentials import Credential
from tarash_core.plugins.http import Headers, HttpRequest, HttpResponse
from tarash_core.plugins.provider import Attempt, Blocking, Phase, Provider
from tarash_core.testing.clock import VirtualClock
from tarash_core.testing.simulator import Simulator

T = TypeVar("T")


class Driven:
    """Carries out what a provider asks, and keeps the requests as they would leave.

    Args:
        provider: The provider.
        answer: Answers each request: a function, or a simulator. An error of our tree that it raises is thrown into
            the generator, as the engine does with a lost connection.
        credential: The key that ``authorize`` is given.
        now: The moment that ``authorize`` is given.
        base_url: The host to which everything below the provider's origins is moved; None leaves it.

    Attributes:
        answer: What answers a request, also outside of a generator.
        asked: Every request with its key, in order.
    """

    def __init__(
        self,
        provider: Provider,
        answer: Callable[[HttpRequest], HttpResponse] | Simulator,
        credential: Credential | None = None,
        now: datetime = datetime(2026, 11, 22, tzinfo=UTC),
        base_url: str | None = None,
    ) -> None:
        self._provider, self._now = provider, now
        self._place = Access(provider=provider, clock=VirtualClock(now), base_url=base_url)
        self.answer = _by_simulator(answer) if isinstance(answer, Simulator) else answer
        self._credential = credential or Credential(api_key="test-key")
        self.asked: list[HttpRequest] = []

    def __call__(self, steps: Generator[Any, Any, T], phase: Phase = "submit") -> T:
        """The result of a generator; an error answer that is not expected is thrown into it.

        Args:
            steps: What a method of the provider returned.
            phase: What its requests are for, as ``Provider.error`` is told.
        """
        try:
            request = next(steps)
            while True:
                request = self._go_on(steps, request, phase)
        except StopIteration as stop:
            result: T = stop.value
            return result

    def _go_on(self, steps: Generator[Any, Any, Any], ask: Any, phase: Phase) -> Any:
        """What the generator asks next."""
        if isinstance(ask, Blocking):
            return steps.send(ask.function())
        try:
            response = self._carried_out(ask)
        except TarashException as error:
            return steps.throw(error)
        bad = response.status >= 400 and response.status not in ask.expect
        return steps.throw(self._provider.error(response, phase)) if bad else steps.send(response)

    def _carried_out(self, request: HttpRequest) -> HttpResponse:
        keys = self._provider.authorize(request, self._credential, self._now) if request.signed else {}
        url = self._place.moved(request.url)
        ready = evolve(request, url=url, headers=Headers({**request.headers, **keys}))
        self.asked.append(ready)
        return self.answer(ready)


def _by_simulator(simulator: Simulator) -> Callable[[HttpRequest], HttpResponse]:
    def answer(request: HttpRequest) -> HttpResponse:
        response = simulator.handle(request).response
        assert response is not None, "a lost answer is a matter for the engine"
        return response

    return answer


def in_turn(*answers: HttpResponse) -> Callable[[HttpRequest], HttpResponse]:
    """Answers for :class:`Driven`, given in their order whatever is asked."""
    left = iter(answers)
    return lambda request: next(left)


def attempt_of(
    provider: str,
    model: str,
    payload: dict[str, Any],
    *,
    kind: Kind = "video",
    variant: str = "text-to-video",
    endpoint: str = "",
    **known: Any,
) -> Attempt:
    """An attempt at a payload that is given as it is; ``known`` are further fields of :class:`Attempt`."""
    request = request_of(kind, {"prompt": payload.get("prompt", "A fox")})
    plan = Plan(
        kind=kind, provider=provider, model=model, variant=variant, endpoint=endpoint, payload=payload, request=request
    )
    return Attempt(id="a1", plan=plan, fingerprint="f", idempotency_key="k", **known)
