"""Which transport serves a gateway: real connections, the user's own, or a simulator in this process."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tarash_core.engine.asks import Received, Send
from tarash_core.engine.clocks import Clock, SystemClock
from tarash_core.engine.handlers import AsyncHandlerTransport, SyncHandlerTransport
from tarash_core.plugins.http import HttpResponse

if TYPE_CHECKING:
    import ssl

MOCK_ORIGIN = "https://mock.tarash.invalid"
"""Where the mock's files lie; served in this process, never asked for on a network."""


@frozen(kw_only=True)
class StandIn:
    """What tests put in the place of the network, the time and the accounts of every gateway that names none itself.

    Attributes:
        clock: The clock.
        transport: Answers every request; None leaves the network.
        accounts: Finds accounts by provider and alias; None leaves the vendors' variables.
    """

    clock: Clock
    transport: Any = None
    accounts: Callable[[str, str | None], Any] | None = None


_stand_ins: list[StandIn] = []


@contextlib.contextmanager
def standing_in(stand_in: StandIn) -> Iterator[None]:
    """Puts it there for the gateways that are opened meanwhile, also by the module functions."""
    _stand_ins.append(stand_in)
    try:
        yield
    finally:
        _stand_ins.remove(stand_in)


def stand_in() -> StandIn | None:
    """What stands in now, each part as it was put there last; None in any program but a test."""
    if not _stand_ins:
        return None
    return StandIn(clock=_stand_ins[-1].clock, transport=_last("transport"), accounts=_last("accounts"))


def _last(part: str) -> Any:
    return next((found for one in reversed(_stand_ins) if (found := getattr(one, part)) is not None), None)


class Connections:
    """Makes the transport of a gateway, keeps it while the gateway is open, and lends it to its results.

    Args:
        is_async: Whether the gateway is the async one.
        clock: The clock.
        ssl_context: A TLS context of the user's.
        inner: An httpx transport of the user's, or a simulator.
    """

    def __init__(self, is_async: bool, clock: Clock, ssl_context: ssl.SSLContext | None, inner: Any) -> None:
        self.is_async, self.clock = is_async, clock
        self._ssl, self._inner = ssl_context, inner
        self._open: Any = None
        self._lock = threading.Lock()

    @property
    def in_process(self) -> bool:
        """Whether a simulator answers in this process."""
        return hasattr(self._inner, "handle")

    def pool(self) -> Any:
        """The transport of the open gateway."""
        with self._lock:
            if self._open is None:
                self._open = self.make(self.is_async)
            return self._open

    def lent(self, is_async: bool) -> Any:
        """The open transport, if it is of that kind; else None."""
        return self._open if is_async == self.is_async else None

    def release(self) -> Any:
        """Forgets the open transport and gives it to whoever closes it."""
        transport, self._open = self._open, None
        return transport

    def make(self, is_async: bool) -> Any:
        """A new transport like the gateway's, for one or the other driver."""
        inner: Any = self._inner
        if self.in_process:
            return (AsyncHandlerTransport if is_async else SyncHandlerTransport)(inner, self.clock)
        own_kind = hasattr(inner, "handle_async_request" if is_async else "handle_request")
        return (AsyncRoutes if is_async else SyncRoutes)(self.clock, self._ssl, inner if own_kind else None)


class SyncRoutes:
    """The network, and the mock's files beside it."""

    def __init__(self, clock: Clock, ssl_context: ssl.SSLContext | None, inner: Any) -> None:
        from tarash_core.engine.transport import SyncTransport

        self._network = SyncTransport(clock, ssl_context, inner)
        self._clock = clock
        self.close = self._network.close

    def send(self, ask: Send) -> HttpResponse | Received:
        """Carries out one exchange."""
        if ask.request.url.startswith(MOCK_ORIGIN):
            return SyncHandlerTransport(mock_files(), self._clock).send(ask)
        return self._network.send(ask)


class AsyncRoutes:
    """The network, and the mock's files beside it, on an event loop."""

    def __init__(self, clock: Clock, ssl_context: ssl.SSLContext | None, inner: Any) -> None:
        from tarash_core.engine.transport import AsyncTransport

        self._network = AsyncTransport(clock, ssl_context, inner)
        self._clock = clock
        self.close = self._network.close

    async def send(self, ask: Send) -> HttpResponse | Received:
        """Carries out one exchange."""
        if ask.request.url.startswith(MOCK_ORIGIN):
            return await AsyncHandlerTransport(mock_files(), self._clock).send(ask)
        return await self._network.send(ask)


def mock_files() -> Any:
    """The handler that serves the mock's files."""
    from tarash_core.mock import MockFiles

    return MockFiles()


def on_its_own(is_async: bool) -> Connections:
    """Connections for a result that no gateway looks after."""
    instead = stand_in() or StandIn(clock=SystemClock())
    return Connections(is_async, instead.clock, None, instead.transport)
