"""The two drivers: they carry out what an engine generator asks, blocking or on an event loop.

Interruption (Ctrl-C, cancellation, a scope's deadline) is thrown into the generator as :class:`Interrupted`. It may
still ask for a few things, within ``grace_seconds``; then the driver raises the original exception again. A purchase
that is on its way when the interruption comes is given the same grace, so that its id is not lost.
"""

from __future__ import annotations

import functools
import inspect
from contextlib import closing
from typing import Any, Protocol, TypeVar

from tarash_core.engine.asks import Ask, Flow, Interrupted, Received, Send, Sleep, Tell
from tarash_core.engine.clocks import Clock
from tarash_core.engine.interruption import AsyncDeparture, BlockingDeparture
from tarash_core.errors import ValidationError
from tarash_core.plugins.http import HttpResponse
from tarash_core.plugins.provider import Blocking

T = TypeVar("T")


class Blocks(Protocol):
    """A transport of the sync driver."""

    def send(self, ask: Send) -> HttpResponse | Received:
        """Carries out one exchange."""


class Awaits(Protocol):
    """A transport of the async driver."""

    async def send(self, ask: Send) -> HttpResponse | Received:
        """Carries out one exchange."""


class Turn:
    """What the generator is given next: an answer or an exception."""

    def __init__(self) -> None:
        self.answer: Any = None
        self.failure: BaseException | None = None

    def next_ask(self, steps: Flow[T]) -> Ask:
        """Hands over what there is and returns the next ask; StopIteration holds the result."""
        answer, failure, self.answer, self.failure = self.answer, self.failure, None, None
        return steps.throw(failure) if failure is not None else steps.send(answer)


def run(steps: Flow[T], transport: Blocks, clock: Clock) -> T:
    """Runs a generator to its end, blocking.

    Raises:
        TarashException: What the generator raises.
        BaseException: The interruption that came from outside, after the generator has had its say.
    """
    turn = Turn()
    with BlockingDeparture() as departure, closing(steps):
        while True:
            try:
                ask = turn.next_ask(steps)
            except StopIteration as stop:
                departure.leave(stop.value)
                return stop.value  # type: ignore[no-any-return]
            except BaseException as error:
                departure.leave(error)
                raise
            try:
                turn.answer = departure.guard(ask, functools.partial(carry_out, ask, transport, clock))
            except (Exception, Interrupted) as error:
                turn.failure = error


def carry_out(ask: Ask, transport: Blocks, clock: Clock) -> Any:
    """Does one ask, blocking."""
    match ask:
        case Send():
            return transport.send(ask)
        case Sleep():
            return clock.sleep(ask.seconds)
        case Tell():
            return told(ask)
        case Blocking():
            return ask.function()


def told(ask: Tell) -> Exception | None:
    """Calls the user's function; what it raises is the answer, never the end of a paid job."""
    try:
        result = ask.function(ask.argument)
        if inspect.isawaitable(result):
            getattr(result, "close", lambda: None)()
            raise ValidationError("An async callback needs the async API; use a plain function here.")
    except Exception as error:
        return error
    return None


async def run_async(steps: Flow[T], transport: Awaits, clock: Clock) -> T:
    """Runs a generator to its end on the running event loop, asyncio or trio; errors as in :func:`run`."""
    turn, departure = Turn(), AsyncDeparture()
    try:
        while True:
            try:
                ask = turn.next_ask(steps)
            except StopIteration as stop:
                departure.leave(stop.value)
                return stop.value  # type: ignore[no-any-return]
            except BaseException as error:
                departure.leave(error)
                raise
            try:
                turn.answer = await departure.guard(ask, functools.partial(carry_out_async, ask, transport, clock))
            except (Exception, Interrupted) as error:
                turn.failure = error
    finally:
        steps.close()


async def carry_out_async(ask: Ask, transport: Awaits, clock: Clock) -> Any:
    """Does one ask on the running event loop."""
    match ask:
        case Send():
            return await transport.send(ask)
        case Sleep():
            return await clock.sleep_async(ask.seconds)
        case Tell():
            return await told_async(ask)
        case Blocking():
            import anyio.to_thread

            return await anyio.to_thread.run_sync(ask.function)


async def told_async(ask: Tell) -> Exception | None:
    """Calls the user's function and awaits it where it is async; what it raises is the answer."""
    try:
        result = ask.function(ask.argument)
        if inspect.isawaitable(result):
            await result
    except Exception as error:
        return error
    return None
