"""The one file that imports httpx: sends a request, reads the answer against the clock, and names what went wrong."""

from __future__ import annotations

import contextlib
import functools
import ipaddress
import logging
import ssl
import threading
from collections.abc import AsyncIterator, Iterator
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from tarash_core.engine.asks import Received, Send
from tarash_core.engine.clocks import Clock, Deadline
from tarash_core.engine.redaction import redact_text, redact_url
from tarash_core.errors import DeliveryError, HTTPConnectionError, LostAnswerError, ValidationError
from tarash_core.plugins.http import Headers, HttpRequest, HttpResponse

_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
_CONNECT_SECONDS = 15.0
_POOL = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=5.0)
_OUR_EXCHANGE: ContextVar[bool] = ContextVar("tarash_exchange", default=False)


class _Quiet(logging.Filter):
    """Keeps httpcore's debug lines about our exchanges out of the logs: they hold keys and signed URLs."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not _OUR_EXCHANGE.get()


@contextlib.contextmanager
def _our_exchange() -> Iterator[None]:
    token = _OUR_EXCHANGE.set(True)
    try:
        yield
    finally:
        _OUR_EXCHANGE.reset(token)


for _part in ("connection", "http11", "http2", "proxy", "socks"):
    logging.getLogger(f"httpcore.{_part}").addFilter(_Quiet())


@functools.cache
def shared_ssl_context() -> ssl.SSLContext:
    """One TLS context for the process; making one takes some 20 ms."""
    return httpx.create_ssl_context()


@functools.cache
def _no_tls() -> ssl.SSLContext:
    """A context that trusts nobody, for plain HTTP; httpx makes one for each transport that is given none."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _proxy_of(url: str) -> str | None:
    """The proxy that the environment names for a URL; none for this machine itself."""
    parts = urlsplit(url)
    if is_private(parts.hostname or "") or proxy_bypass(parts.netloc):
        return None
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    return proxy if proxy is None or "://" in proxy else f"http://{proxy}"


def _origin(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.split('/', 1)[0].split('?', 1)[0]}"


def _settings(origin: str, context: ssl.SSLContext | None) -> dict[str, Any]:
    """How the connections to one origin are made; plain HTTP needs no TLS context."""
    verify = (context or shared_ssl_context()) if origin.startswith("https") else _no_tls()
    return {"verify": verify, "limits": _POOL, "proxy": _proxy_of(origin)}


def is_private(host: str) -> bool:
    """Whether a host is this machine or in a private, link-local or otherwise not public network."""
    if host.lower().rstrip(".") in ("localhost", "metadata.google.internal") or host.endswith(
        (".localhost", ".internal")
    ):
        return True
    try:
        return not ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        return False


def _check_address(url: str) -> None:
    host = urlsplit(url).hostname or ""
    if is_private(host):
        raise DeliveryError(f"{redact_url(url)} points into a private network; set base_url if that is meant.")


_parsed = functools.lru_cache(maxsize=64)(httpx.URL)  # a job is asked about at one URL, many times


def _request(ask: Send) -> httpx.Request:
    request = ask.request
    files = {name: (part.filename, part.content, part.content_type) for name, part in (request.files or {}).items()}
    limit = min(ask.seconds, 3600.0)
    timeout = {"connect": min(_CONNECT_SECONDS, limit), "read": limit, "write": limit, "pool": limit}
    try:
        return httpx.Request(
            request.method,
            _parsed(request.url),
            headers=dict(request.headers),
            json=request.json,
            content=request.content,
            data=dict(request.form) if request.form else None,
            files=files or None,
            extensions={"timeout": timeout},
        )
    except (httpx.InvalidURL, UnicodeError) as error:
        raise HTTPConnectionError(f"{redact_url(request.url)} is no URL that can be asked: {error}.") from error


def _failure(error: Exception, request: HttpRequest) -> HTTPConnectionError:
    where, why = redact_url(request.url), redact_text(str(error)) or type(error).__name__
    if isinstance(error, _NOT_SENT):
        return HTTPConnectionError(f"{where} could not be reached: {why}.")
    return LostAnswerError(f"The answer of {where} was lost: {why}.")


def _too_slow(ask: Send) -> LostAnswerError:
    return LostAnswerError(f"{redact_url(ask.request.url)} did not answer fully in {ask.seconds:g} s.")


class _Body:
    """Collects a body, in memory or into a sink, within its limits of size and time."""

    def __init__(self, ask: Send, status: int, deadline: Deadline) -> None:
        self._ask, self._deadline, self.size = ask, deadline, 0
        self.sink = ask.sink if ask.sink is not None and status < 300 else None
        self._chunks: list[bytes] = []
        if self.sink is not None:
            self.sink.begin()

    def check(self, chunk: bytes) -> None:
        """Refuses a body that is too large or too slow: a read timeout alone lets a dripping server pass."""
        self.size += len(chunk)
        if self.size > self._ask.max_bytes:
            raise DeliveryError(f"{redact_url(self._ask.request.url)} is larger than {self._ask.max_bytes} bytes.")
        if self._deadline.over():
            raise LostAnswerError(
                f"{redact_url(self._ask.request.url)} did not answer fully in {self._ask.seconds:g} s."
            )

    def keep(self, chunk: bytes) -> None:
        """Keeps a chunk in memory."""
        self._chunks.append(chunk)

    def answer(self, response: httpx.Response) -> HttpResponse | Received:
        """What the engine is sent."""
        headers = Headers(dict(response.headers.items()))
        if self.sink is not None:
            return Received(response.status_code, headers, self._ask.request.url, self.size)
        return HttpResponse(response.status_code, headers, b"".join(self._chunks), self._ask.request.url)


def _decoded(response: httpx.Response) -> bool:
    return "content-encoding" in response.headers


class SyncTransport:
    """Blocking exchanges over one pool of connections; safe to share between threads.

    Args:
        clock: Where deadlines take their time from.
        ssl_context: A TLS context of the user's; the shared one when None.
        inner: An ``httpx.BaseTransport`` of the user's to send through.
    """

    def __init__(self, clock: Clock, ssl_context: ssl.SSLContext | None, inner: httpx.BaseTransport | None) -> None:
        self._clock, self._ssl, self._inner = clock, ssl_context, inner
        self._pools: dict[str, httpx.BaseTransport] = {}
        self._lock = threading.Lock()

    def send(self, ask: Send) -> HttpResponse | Received:
        """Carries out one exchange.

        Raises:
            HTTPConnectionError: Nothing was sent.
            LostAnswerError: Something was sent and no full answer came back.
            DeliveryError: The body is larger than allowed.
        """
        if ask.guarded:
            _check_address(ask.request.url)
        deadline, request = Deadline.after(self._clock, ask.seconds), _request(ask)
        try:
            with _our_exchange():
                return self._exchange(ask, request, deadline)
        except (httpx.HTTPError, OSError, ssl.SSLError) as error:
            raise _failure(error, ask.request) from error

    def _exchange(self, ask: Send, request: httpx.Request, deadline: Deadline) -> HttpResponse | Received:
        response = self._pool(ask.request.url).handle_request(request)
        response.request = request
        body = _Body(ask, response.status_code, deadline)
        with contextlib.closing(response):
            for chunk in response.iter_bytes() if _decoded(response) else _raw(response):
                body.check(chunk)
                (body.sink.write if body.sink is not None else body.keep)(chunk)
        return body.answer(response)

    def _pool(self, url: str) -> httpx.BaseTransport:
        if self._inner is not None:
            return self._inner
        origin = _origin(url)
        if origin not in self._pools:
            with self._lock:
                if origin not in self._pools:
                    self._pools[origin] = httpx.HTTPTransport(**_settings(origin, self._ssl))
        return self._pools[origin]

    def close(self) -> None:
        """Closes every connection."""
        with _our_exchange():
            for pool in self._pools.values():
                pool.close()
        self._pools.clear()


def _raw(response: httpx.Response) -> Iterator[bytes]:
    return iter(response.stream)  # type: ignore[arg-type]


class AsyncTransport:
    """Exchanges on asyncio or trio over one pool of connections; bound to the event loop that first uses it.

    Args:
        clock: Where deadlines take their time from.
        ssl_context: A TLS context of the user's; the shared one when None.
        inner: An ``httpx.AsyncBaseTransport`` of the user's to send through.
    """

    def __init__(
        self, clock: Clock, ssl_context: ssl.SSLContext | None, inner: httpx.AsyncBaseTransport | None
    ) -> None:
        self._clock, self._ssl, self._inner = clock, ssl_context, inner
        self._pools: dict[str, httpx.AsyncBaseTransport] = {}
        self._loop: Any = None

    async def send(self, ask: Send) -> HttpResponse | Received:
        """Carries out one exchange; errors as in :meth:`SyncTransport.send`.

        Raises:
            ValidationError: Another event loop opened the connections.
        """
        self.check_loop()
        if ask.guarded:
            _check_address(ask.request.url)
        deadline, request = Deadline.after(self._clock, ask.seconds), _request(ask)
        try:
            with _our_exchange():
                return await self._in_time(ask, request, deadline)
        except (httpx.HTTPError, OSError, ssl.SSLError) as error:
            raise _failure(error, ask.request) from error

    def check_loop(self) -> None:
        """Remembers the running event loop, and refuses to serve another one."""
        import anyio.lowlevel

        loop = anyio.lowlevel.current_token()
        if self._loop is None:
            self._loop = loop
        elif self._loop != loop:
            raise ValidationError("This AsyncGateway belongs to another event loop; open one gateway per loop.")

    async def _in_time(self, ask: Send, request: httpx.Request, deadline: Deadline) -> HttpResponse | Received:
        import anyio

        if ask.seconds > 3600:
            return await self._exchange(ask, request, deadline)
        with anyio.move_on_after(ask.seconds):
            return await self._exchange(ask, request, deadline)
        raise _too_slow(ask)

    async def _exchange(self, ask: Send, request: httpx.Request, deadline: Deadline) -> HttpResponse | Received:
        response = await self._pool(ask.request.url).handle_async_request(request)
        response.request = request
        body = _Body(ask, response.status_code, deadline)
        try:
            async for chunk in response.aiter_bytes() if _decoded(response) else _raw_async(response):
                body.check(chunk)
                await _keep(body, chunk)
        finally:
            await response.aclose()
        return body.answer(response)

    def _pool(self, url: str) -> httpx.AsyncBaseTransport:
        if self._inner is not None:
            return self._inner
        origin = _origin(url)
        if origin not in self._pools:
            self._pools[origin] = httpx.AsyncHTTPTransport(**_settings(origin, self._ssl))
        return self._pools[origin]

    async def close(self) -> None:
        """Closes every connection."""
        with _our_exchange():
            for pool in self._pools.values():
                await pool.aclose()
        self._pools.clear()


async def _keep(body: _Body, chunk: bytes) -> None:
    if body.sink is None:
        body.keep(chunk)
        return
    import anyio.to_thread

    await anyio.to_thread.run_sync(body.sink.write, chunk)


def _raw_async(response: httpx.Response) -> AsyncIterator[bytes]:
    return aiter(response.stream)  # type: ignore[arg-type]
