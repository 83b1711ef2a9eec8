"""Driving a provider's generators by hand: what it asks and what it makes of the answers, without the engine."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import UTC, datetime
from typing import Any, TypeVar

from attrs import evolve

from tarash_core.models.job import Kind
from tarash_core.models.plan import Plan
from tarash_core.models.request import request_of
from tarash_core.plugins.credentials import Credential
from tarash_core.plugins.http import Headers, HttpRequest, HttpResponse
from tarash_core.plugins.provider import Attempt, Phase, Provider
from tarash_core.testing.simulator import Simulator

T = TypeVar("T")


class Driven:
    """Carries out what a provider asks, and keeps the requests as they would leave.

    Args:
        provider: The provider.
        answer: Answers each request: a function, or a simulator.
        credential: The key that ``authorize`` is given.
        now: The moment that ``authorize`` is given.

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
    ) -> None:
        self._provider, self._now = provider, now
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
                response = self._carried_out(request)
                bad = response.status >= 400 and response.status not in request.expect
                request = steps.throw(self._provider.error(response, phase)) if bad else steps.send(response)
        except StopIteration as stop:
            result: T = stop.value
            return result

    def _carried_out(self, request: HttpRequest) -> HttpResponse:
        keys = self._provider.authorize(request, self._credential, self._now) if request.signed else {}
        ready = evolve(request, headers=Headers({**request.headers, **keys}))
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
