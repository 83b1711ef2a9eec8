"""The bench: one provider against its own simulator, with a made-up key and a clock that nobody waits for."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Mapping
from typing import Any
from unittest import mock

from attrs import define, evolve, field

from tarash_core.engine.access import simulated_credential
from tarash_core.errors import TarashException
from tarash_core.gateway import AsyncGateway, Gateway
from tarash_core.models.config import CONFIGS, Config
from tarash_core.models.job import Job
from tarash_core.models.plan import Plan
from tarash_core.plugins.credentials import Credential
from tarash_core.plugins.http import HttpRequest, HttpResponse
from tarash_core.plugins.provider import Attempt, Phase, Provider
from tarash_core.testing.clock import VirtualClock
from tarash_core.testing.contract.samples import Sample
from tarash_core.testing.contract.teaching import broken, no_crash, told
from tarash_core.testing.driving import Driven
from tarash_core.testing.reply import Reply
from tarash_core.testing.simulated import simulated_account, simulator_of
from tarash_core.testing.simulator import Simulator

CALLER = "https://caller.example/callback"
MOST_LOOKS = 60
_SECTIONS = {"submit": "errors", "schema": "catalogue"}


class Tape:
    """Passes requests on to a simulator and keeps each with its answer.

    Args:
        simulator: Who answers.
        alter: Changes an answer on its way; None leaves it.

    Attributes:
        exchanges: What was asked and answered, in order; an answer that was lost is None.
    """

    def __init__(
        self, simulator: Simulator, alter: Callable[[HttpRequest, HttpResponse], HttpResponse] | None = None
    ) -> None:
        self.simulator, self._alter = simulator, alter
        self.exchanges: list[tuple[HttpRequest, HttpResponse | None]] = []
        self._lock = threading.Lock()

    def handle(self, request: HttpRequest) -> Reply:
        """The simulator's reply."""
        with self._lock:
            reply = self.simulator.handle(request)
            if reply.response is not None and self._alter is not None:
                reply = Reply(self._alter(request, reply.response), reply.after, reply.cut_after)
            self.exchanges.append((request, reply.response))
            return reply

    def of(self, *phases: str) -> list[tuple[HttpRequest, HttpResponse]]:
        """The answered exchanges that were for some phases."""
        return [(asked, got) for asked, got in self.exchanges if got and self.simulator.phase_of(asked) in phases]


@define(eq=False)
class Bench:
    """One provider at test.

    Attributes:
        provider: The provider.
        settings: What its simulator is made with beside ``render=False``.
    """

    provider: Provider
    settings: Mapping[str, Any] = field(factory=dict)

    @property
    def name(self) -> str:
        """The class of the provider, for sentences."""
        return type(self.provider).__name__

    @property
    def credential(self) -> Credential:
        """The made-up key."""
        return simulated_credential(self.provider)

    def simulator(self, sample: Sample | None = None) -> Simulator:
        """A fresh simulator for a sample, whose clock stands where that of the gateway does."""
        usual = {"render": False, "start": VirtualClock().now().timestamp()}
        return simulator_of(self.provider.name, **{**usual, **self.settings, **(sample.simulator if sample else {})})

    def gateway(self, transport: Any, make: type[Any] = Gateway, clock: VirtualClock | None = None) -> Any:
        """A gateway whose every request goes to a simulator or a tape."""
        return make(transport=transport, clock=clock or VirtualClock(), accounts=simulated_account)

    def config(self, sample: Sample, **more: Any) -> Config:
        """The config of a sample."""
        kind = sample.kind or "video"
        return CONFIGS[kind](provider=self.provider.name, model=sample.model, **{**sample.config, **more})

    def config_to_wait(self, sample: Sample) -> Config | None:
        """The config with which a job of a sample is taken up; None where it needs none."""
        return self.config(sample) if sample.config else None

    def generate(self, sample: Sample, transport: Any, **more: Any) -> Any:
        """A whole generation; ``more`` are settings of the config."""
        with self.gateway(transport) as gateway:
            return getattr(gateway, f"generate_{sample.kind}")(self.config(sample, **more), **sample.asked)

    async def generate_async(self, sample: Sample, transport: Any) -> Any:
        """A whole generation on an event loop, its first output read."""
        async with self.gateway(transport, AsyncGateway) as gateway:
            response = await getattr(gateway, f"generate_{sample.kind}")(self.config(sample), **sample.asked)
            return response, await response.outputs[0].read_async()

    def submit(self, sample: Sample, transport: Any, **more: Any) -> Job:
        """Buys a job; ``more`` are settings of the config."""
        __tracebackhide__ = True
        with self.gateway(transport) as gateway:
            try:
                job: Job = getattr(gateway, f"submit_{sample.kind}")(self.config(sample, **more), **sample.asked)
            except TarashException as error:
                broken(
                    f"{self.name}.submit() could not buy {sample.model!r} from its own simulator: {told(error)}.",
                    rule="the provider and its simulator speak the same protocol.",
                    change="make the two agree, or name other models: samples = (…,) in the test class.",
                    see="submit",
                )
        return job

    def attempt(self, sample: Sample, **more: Any) -> Attempt:
        """The attempt at a sample as submit() is given it, with the plan whose payload is filled."""
        given: list[tuple[Plan, Attempt]] = []
        submit = self.provider.submit

        def spied(plan: Plan, attempt: Attempt) -> Any:
            given.append((plan.replace(payload=copy.deepcopy(plan.payload)), attempt))
            return submit(plan, attempt)

        with mock.patch.object(self.provider, "submit", spied):
            self.submit(sample, self.simulator(sample), **more)
        plan, attempt = given[-1]
        return evolve(attempt, plan=plan)

    def drive(
        self,
        steps: Any,
        phase: Phase,
        answer: Callable[[HttpRequest], HttpResponse] | Simulator,
        sample: Sample | None = None,
    ) -> Any:
        """What a method of the provider returns, driven by hand; an error that is none of ours fails the test."""
        base_url = sample.config.get("base_url") if sample else None
        driven = Driven(self.provider, answer, self.credential, VirtualClock().now(), base_url)
        with no_crash(f"{self.name}.{phase}()", _SECTIONS.get(phase, phase)):
            return driven(steps, phase)


def answers_of(simulator: Simulator) -> Callable[[HttpRequest], HttpResponse]:
    """A simulator as a function of requests."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = simulator.handle(request).response
        assert response is not None, "no fault was scripted"
        return response

    return answer
