"""Simulators on a loopback port, over real sockets: for vendors' own SDKs, for `tarash simulate`, for users' CI.

Only 127.0.0.1 listens and only loopback addresses are called back. Needs the extra ``simulate``.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
import ssl
import struct
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

import anyio
from anyio.abc import ByteStream, SocketAttribute
from anyio.from_thread import start_blocking_portal
from anyio.streams.tls import TLSListener, TLSStream

from tarash_core.plugins.http import Headers, HttpRequest, HttpResponse
from tarash_core.testing.bodies import encoded_body
from tarash_core.testing.reply import Reply

try:
    import h11
except ImportError as error:
    raise ImportError("The loopback host needs h11; install it with: pip install 'tarash-core[simulate]'") from error

logger = logging.getLogger(__name__)

_GONE = (anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream, h11.RemoteProtocolError, OSError)
_NO_BODY = (204, 304)
_TICK_SECONDS = 0.02
_DELIVERY_SECONDS = 10


class Served(Protocol):
    """What the host can serve; every `Simulator` is one."""

    @property
    def speed(self) -> float | None:
        """Seconds of the simulator's clock per real second; None counts as 1."""

    def handle(self, request: HttpRequest) -> Reply:
        """Answers a request; a ConnectionError refuses the connection."""

    def due(self) -> list[HttpRequest]:
        """Hands out the callbacks that are to be delivered."""


@asynccontextmanager
async def serving(served: Served, port: int = 0, *, ssl_context: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """Serves a simulator on 127.0.0.1 while the block runs.

    Args:
        served: The simulator.
        port: The port, 0 for any free one.
        ssl_context: Serves https with this context.

    Yields:
        The URL, without a slash at the end.
    """
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=port)
    port = listener.extra(SocketAttribute.local_port)
    secured = TLSListener(listener, ssl_context, standard_compatible=False) if ssl_context else listener
    host = _Host(served, f"{'https' if ssl_context else 'http'}://127.0.0.1:{port}")
    failure: BaseException | None = None
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(secured.serve, host.connection)
            tasks.start_soon(host.deliver_callbacks)
            yield host.url
            tasks.cancel_scope.cancel()
    except BaseExceptionGroup as group:
        failure = group.exceptions[0] if len(group.exceptions) == 1 else group
    finally:
        await listener.aclose()
    # Raised here and not above, so that the caller's own exception leaves the block with its own cause.
    if failure is not None:
        raise failure


@contextmanager
def background(served: Served, port: int = 0, *, ssl_context: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serves a simulator from a thread with its own event loop while the block runs, and yields its URL.

    Args:
        served: The simulator.
        port: The port, 0 for any free one.
        ssl_context: Serves https with this context.
    """
    host = serving(served, port, ssl_context=ssl_context)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(host) as url:
        yield url


async def serve_forever(
    simulators: Mapping[str, Served], ready: Callable[[Mapping[str, str]], object], port: int = 0
) -> None:
    """Serves several simulators, each on a port of its own, until it is cancelled.

    Args:
        simulators: Simulator by name.
        ready: Called once with the URL of each name when all of them listen.
        port: The first port, with the following ones for the others; 0 for any free ones.
    """
    async with AsyncExitStack() as stack:
        urls = {
            name: await stack.enter_async_context(serving(served, port and port + place))
            for place, (name, served) in enumerate(simulators.items())
        }
        ready(urls)
        await anyio.sleep_forever()


class _Host:
    def __init__(self, served: Served, url: str) -> None:
        self.served = served
        self.url = url

    async def connection(self, stream: ByteStream) -> None:
        with suppress(*_GONE):
            async with stream:
                await self._converse(h11.Connection(h11.SERVER), stream)

    async def deliver_callbacks(self) -> None:
        async with anyio.create_task_group() as tasks:
            while True:
                for callback in self.served.due():
                    tasks.start_soon(deliver, callback)
                await anyio.sleep(_TICK_SECONDS)

    async def _converse(self, wire: h11.Connection, stream: ByteStream) -> None:
        while (request := await self._request(wire, stream)) is not None:
            reply = self._handled(request)
            await self._wait(reply.after)
            if reply.response is None or not await self._answer(wire, stream, request, reply, reply.response):
                return await _reset(stream)
            if wire.our_state is not h11.DONE or wire.their_state is not h11.DONE:
                return
            wire.start_next_cycle()

    async def _request(self, wire: h11.Connection, stream: ByteStream) -> HttpRequest | None:
        head, body = None, bytearray()
        while True:
            event = wire.next_event()
            if event is h11.NEED_DATA:
                await _receive(wire, stream)
            elif isinstance(event, h11.Request):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage) and head is not None:
                return self._read(head, bytes(body))
            else:
                return None

    def _read(self, head: h11.Request, body: bytes) -> HttpRequest:
        headers = Headers({name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers})
        scheme, _, address = self.url.partition("://")
        target = head.target.decode("latin-1")
        url = target if target.startswith("http") else f"{scheme}://{headers.get('host', address)}{target}"
        return HttpRequest(head.method.decode(), url, content=body or None, headers=headers)

    def _handled(self, request: HttpRequest) -> Reply:
        try:
            return self.served.handle(request)
        except ConnectionError:
            return Reply(None)
        except Exception:
            logger.exception("The simulator failed on %s %s", request.method, urlsplit(request.url).path)
            return Reply(
                HttpResponse(500, Headers({"content-type": "text/plain"}), b"The simulator failed; see its log.")
            )

    async def _answer(
        self, wire: h11.Connection, stream: ByteStream, request: HttpRequest, reply: Reply, response: HttpResponse
    ) -> bool:
        """Sends an answer and returns whether the connection may go on."""
        length = {} if response.status in _NO_BODY else {"content-length": str(len(response.content))}
        headers = list({**length, **response.headers}.items())
        await _send(stream, wire.send(h11.Response(status_code=response.status, headers=headers)))
        if request.method != "HEAD" and response.status not in _NO_BODY:
            for pause, piece in reply.pieces():
                await self._wait(pause)
                await _send(stream, wire.send(h11.Data(data=piece)))
        if reply.is_cut:
            return False
        await _send(stream, wire.send(h11.EndOfMessage()))
        return True

    async def _wait(self, seconds: float) -> None:
        if seconds:
            await anyio.sleep(seconds / (self.served.speed or 1.0))


async def deliver(callback: HttpRequest) -> None:
    """Posts a callback to a loopback address; one that fails, or goes elsewhere, is logged and dropped."""
    target = urlsplit(callback.url)
    if target.scheme != "http" or not _is_loopback(target.hostname or ""):
        logger.warning("A callback to %s was not sent: only http on loopback addresses is called", target.hostname)
        return
    try:
        with anyio.fail_after(_DELIVERY_SECONDS):
            status = await _post(callback, target)
    except (*_GONE, TimeoutError) as error:
        logger.warning("A callback to %s failed: %s", target.netloc, type(error).__name__)
    else:
        logger.info("A callback to %s was answered with status %s", target.netloc, status)


async def _post(callback: HttpRequest, target: SplitResult) -> int | None:
    body = encoded_body(callback)
    given = {"host": target.netloc, "content-length": str(len(body)), "content-type": "application/json"}
    path = (target.path or "/") + (f"?{target.query}" if target.query else "")
    wire = h11.Connection(h11.CLIENT)
    head = h11.Request(method=callback.method, target=path, headers=list({**given, **callback.headers}.items()))
    async with await anyio.connect_tcp(target.hostname or "", target.port or 80) as stream:
        await _send(stream, wire.send(head))
        await _send(stream, wire.send(h11.Data(data=body)))
        await _send(stream, wire.send(h11.EndOfMessage()))
        while (event := wire.next_event()) is h11.NEED_DATA:
            await _receive(wire, stream)
        return event.status_code if isinstance(event, h11.Response) else None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def _receive(wire: h11.Connection, stream: ByteStream) -> None:
    if wire.they_are_waiting_for_100_continue:
        await _send(stream, wire.send(h11.InformationalResponse(status_code=100, headers=[])))
    try:
        wire.receive_data(await stream.receive())
    except anyio.EndOfStream:
        wire.receive_data(b"")


async def _send(stream: ByteStream, data: bytes | None) -> None:
    if data:
        await stream.send(data)


async def _reset(stream: ByteStream) -> None:
    """Closes with a TCP reset, so that the client cannot take it for an orderly end."""
    bare = stream.transport_stream if isinstance(stream, TLSStream) else stream
    linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
    bare.extra(SocketAttribute.raw_socket).setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    await bare.aclose()
