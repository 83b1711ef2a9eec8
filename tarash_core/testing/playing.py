"""Playing a script: one call against simulators, on a clock that moves when it is asked, until it ends or is ended."""

from __future__ import annotations

import functools
import signal
from collections.abc import Callable, Generator
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

from attrs import evolve, frozen

from tarash_core.engine import retry
from tarash_core.engine.asks import Flow, Interrupted
from tarash_core.engine.drivers import Turn, carry_out
from tarash_core.errors import TarashException
from tarash_core.gateway import AsyncGateway, Gateway
from tarash_core.ledger import Ledger
from tarash_core.models.config import CONFIGS, Config
from tarash_core.plugins.http import HttpRequest
from tarash_core.plugins.loader import load_provider
from tarash_core.testing.clock import VirtualClock
from tarash_core.testing.reply import Reply
from tarash_core.testing.routing import Phase, origin_of
from tarash_core.testing.scripting import Script, Stop, Target, picture_of
from tarash_core.testing.simulated import simulated_account

LATENCY_SECONDS = 0.05
"""How long the simulated vendors take to answer."""

_PROMPT_SECONDS = 1.0
PROMPT = "A red fox in fresh snow"


class Killed(BaseException):
    """The process has ended: nothing of it runs any more."""


@frozen
class Exchange:
    """One request that reached a simulator.

    Attributes:
        provider: Whose simulator.
        phase: What it was for.
        status: The status of the answer; None when the answer was lost or the connection refused.
        denied: Whether it is clear that nothing was bought: the connection was refused, or the answer says so.
        sold: The id of the job that it bought.
        seconds: How long the answer took.
    """

    provider: str
    phase: Phase
    status: int | None
    denied: bool = False
    sold: str | None = None
    seconds: float = 0.0


class World:
    """One script at play, and everything that became of it.

    Args:
        script: The script.
        folder: A folder of its own for files.

    Attributes:
        clock: The clock of the caller.
        simulators: The vendors by provider.
        trail: What passed between, in order.
        results: The receipts and responses that the caller was given.
        raised: What the call raised; None when it returned.
        flows: The engine's generators.
        asks: How much was asked so far.
        cancel: Makes the caller go away.
        left: Whether the caller has gone away.
        hangs: Whether the vendors have stopped answering.
        calm: Whether nothing goes wrong any more.
        ledger: Where the purchases are written down; None without one.
    """

    def __init__(self, script: Script, folder: Path) -> None:
        self.script, self.folder = script, folder
        self.clock = _Clock(self)
        self.simulators = {target.provider: target.make_simulator() for target in script.chain}
        for simulator, given in zip(self.simulators.values(), script.faults, strict=True):
            simulator.script(*given)
        self._origins = {origin_of(url): t.provider for t in script.chain for url in t.origins}
        self.trail: list[Exchange] = []
        self.results: list[Any] = []
        self.raised: BaseException | None = None
        self.flows: list[Flow[Any]] = []
        self.asks = 0
        self.cancel: Callable[[], Any] = _press
        self.left = self.hangs = self.calm = False
        self.ledger = Ledger(folder / "jobs.db", clock=self.clock) if script.ledger else None

    def handle(self, request: HttpRequest) -> Reply:
        """Answers for every vendor of the chain; any other host refuses the connection."""
        self.tick()
        provider = self._origins.get(origin_of(request.url))
        if provider is None:
            raise ConnectionRefusedError("nobody lives there")
        simulator = self.simulators[provider]
        before = len(simulator.bought)
        try:
            reply = simulator.handle(request)
        except ConnectionRefusedError:
            self.trail.append(Exchange(provider, simulator.phase_of(request), None, denied=True))
            raise
        sold = simulator.bought[-1] if len(simulator.bought) > before else None
        status = reply.response.status if reply.response is not None and not reply.is_cut else None
        phase, denied = simulator.phase_of(request), _denied(provider, reply)
        self.trail.append(Exchange(provider, phase, status, denied, sold, reply.seconds))
        return evolve(reply, after=reply.after + LATENCY_SECONDS)

    def tick(self) -> None:
        """Counts what is asked, and lets happen what the script has for this ask."""
        if self.calm:
            return
        self.asks += 1
        if self.asks == self.script.vanish_at:
            for simulator in self.simulators.values():
                simulator.forget_jobs()
        stop = self.script.stop
        if stop is not None and not stop.kills and self.asks in (stop.at, stop.again):
            self._go_away(stop)

    def _go_away(self, stop: Stop) -> None:
        if stop.how == "hard":
            self.left = True
            raise KeyboardInterrupt
        self.hangs, self.left = stop.hangs, True
        self.cancel()

    @property
    def config(self) -> Config:
        """The chain as a config."""
        head, *others = [_config_of(target, self.script.upload) for target in self.script.chain]
        return head.replace(**self.script.settings, fallback_configs=tuple(others))

    def config_for(self, provider: str) -> Config | None:
        """The config with which a job of a provider is taken up; None where it needs none."""
        target = next(target for target in self.script.chain if target.provider == provider)
        return _config_of(target, self.script.upload) if target.config else None

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of the request, and the caller's callbacks."""
        fields: dict[str, Any] = {"prompt": PROMPT, **self.script.chain[0].fields}
        if self.script.callbacks != "none":
            fields |= {"on_progress": self.told, "on_accepted": self.told}
        if self.script.upload:
            fields |= self._picture
        return fields

    @property
    def _picture(self) -> dict[str, Any]:
        size = max(target.contract.inline_limit_bytes for target in self.script.chain)
        return picture_of(self.script.chain[0].kind, size)

    @property
    def pictures(self) -> list[bytes]:
        """The pictures that have to be uploaded."""
        given = self._picture.values() if self.script.upload else ()
        return [one for value in given for one in (value if isinstance(value, list) else [value])]

    def told(self, what: Any) -> None:
        """The caller's callback."""
        self.tick()
        if self.script.callbacks == "raise":
            raise RuntimeError("a bug in the caller's callback")

    def gateway(self, make: Callable[..., Any], **more: Any) -> Any:
        """A gateway whose every request comes here."""
        return make(transport=self, clock=self.clock, accounts=simulated_account, **more)

    def story(self, gateway: Any) -> Generator[Any, Any, None]:
        """What the caller does, sync or async: each call is yielded, its result is sent back."""
        script, kind, is_async = self.script, self.script.chain[0].kind, isinstance(gateway, AsyncGateway)
        if script.act == "submit":
            fields = {name: value for name, value in self.fields.items() if name != "on_progress"}
            self.results.append((yield getattr(gateway, f"submit_{kind}")(self.config, **fields)))
            response = yield gateway.wait_job(self.results[-1], timeout=self.config.timeout)
        else:
            folder = {"download_to": self.folder / "results"} if script.act == "download" else {}
            response = yield getattr(gateway, f"generate_{kind}")(self.config, **self.fields, **folder)
        self.results.append(response)
        if script.act == "save":
            yield response.outputs[0].read_async() if is_async else response.outputs[0].read()

    def after_the_storm(self) -> Gateway:
        """A gateway of a new process, when nothing goes wrong any more."""
        self.calm, self.hangs = True, False
        for simulator in self.simulators.values():
            simulator.forget_script()
        gateway: Gateway = self.gateway(Gateway)
        return gateway


def _denied(provider: str, reply: Reply) -> bool:
    response = reply.response
    if response is None or reply.is_cut or response.status < 400 or reply.seconds > _PROMPT_SECONDS:
        return False
    return retry.bought_nothing(load_provider(provider).error(response, "submit"))


class _Clock(VirtualClock):
    """A clock on which every wait is an ask of the script."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def sleep(self, seconds: float) -> None:
        self._world.tick()
        super().sleep(seconds)

    async def sleep_async(self, seconds: float) -> None:
        import anyio

        self._world.tick()
        await anyio.sleep(60 if self._world.hangs else 0)
        self.slept.append(seconds)
        self.advance(seconds)


def _press() -> None:
    signal.raise_signal(signal.SIGINT)


def _config_of(target: Target, upload: bool) -> Config:
    model = target.upload_model if upload and target.upload_model else target.model
    return CONFIGS[target.kind](provider=target.provider, model=model, **target.config)


class _Watched(Gateway):
    """A gateway that hands its generators to the world, and whose process may be killed."""

    world: World

    def _run(self, flow: Flow[Any]) -> Any:
        self.world.flows.append(flow)
        stop = self.world.script.stop
        if stop is None or not stop.kills:
            return super()._run(flow)
        return self._run_until_killed(flow, stop)

    def _run_until_killed(self, flow: Flow[Any], stop: Stop) -> Any:
        """Drives a generator without any care, and leaves it where it stands at the fatal ask."""
        turn, transport = Turn(), self._transport()
        while True:
            try:
                ask = turn.next_ask(flow)
            except StopIteration as end:
                return end.value
            fatal = self.world.asks >= stop.at
            if fatal and stop.how == "kill":
                raise Killed
            try:
                turn.answer = carry_out(ask, transport, self.world.clock)
            except TarashException as error:
                turn.failure = error
            if fatal:
                raise Killed


class _WatchedAsync(AsyncGateway):
    world: World

    async def _run(self, flow: Flow[Any]) -> Any:
        self.world.flows.append(flow)
        return await super()._run(flow)


def play(script: Script, folder: Path) -> World:
    """Plays a script to its end.

    Args:
        script: The script.
        folder: A folder of its own for downloads and the ledger.
    """
    world = World(script, folder)
    with mock.patch.object(retry, "os", _Dice(script.seed)):
        if script.driver == "sync":
            _play(world)
        else:
            import anyio

            anyio.run(_play_async, world, backend=script.driver, backend_options=_options(script.driver))
    return world


class _Dice:
    """Takes the place of the system's randomness in the waits between tries, so that a seed says all."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def urandom(self, size: int) -> bytes:
        """So many random bytes."""
        return self._random.randbytes(size)


def _options(driver: str) -> dict[str, Any]:
    """On trio the grace passes at once, once nothing else can happen."""
    if driver != "trio":
        return {}
    from trio.testing import MockClock

    return {"clock": MockClock(autojump_threshold=0)}


def _play(world: World) -> None:
    gateway = world.gateway(_Watched, ledger=world.ledger)
    gateway.world = world
    try:
        for _ in _told(world.story(gateway)):
            pass
    except (Exception, KeyboardInterrupt, Interrupted, Killed) as error:
        world.raised = error
    if not isinstance(world.raised, Killed):
        gateway.close()


def _told(story: Generator[Any, Any, None]) -> Generator[None, None, None]:
    """Runs a story whose calls block: what they return is sent back."""
    value: Any = None
    while True:
        try:
            value = story.send(value)
        except StopIteration:
            return
        yield


async def _play_async(world: World) -> None:
    import anyio

    stop = world.script.stop
    if stop is not None and stop.how == "cancel":
        import asyncio

        task = asyncio.ensure_future(_call(world))
        world.cancel = task.cancel
        await asyncio.wait([task])
        return
    with anyio.CancelScope() as scope:
        world.cancel = scope.cancel
        await _call(world)


async def _call(world: World) -> None:
    try:
        async with world.gateway(_WatchedAsync, ledger=world.ledger) as gateway:
            gateway.world = world
            await _tell(world.story(gateway))
    except Exception as error:
        world.raised = error
    except BaseException as error:
        world.raised = error
        raise


async def _tell(story: Generator[Any, Any, None]) -> None:
    """Runs a story whose calls are awaited."""
    step: Callable[[], Any] = functools.partial(next, story)
    while True:
        try:
            call = step()
        except StopIteration:
            return
        try:
            step = functools.partial(story.send, await call)
        except BaseException as error:
            step = functools.partial(story.throw, error)
