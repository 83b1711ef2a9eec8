"""The one file that imports httpx: sends a request, reads the answer against the clock, and names what went wrong."""

from __future__ import annotations

import contextlib
import functools
import json
import logging
import re
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextvars import ContextVar
from typing import Any, TypeVar
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from tarash_core.engine.addresses import check_host, has_name, is_private, lookup_of, public_addresses
from tarash_core.engine.asks import Received, Send, Sink
from tarash_core.engine.clocks import Clock, Deadline
from tarash_core.engine.pools import Pool, Pools, origin_of
from tarash_core.engine.redaction import redact_text, redact_url
from tarash_core.errors import DeliveryError, HTTPConnectionError, LostAnswerError, ValidationError
from tarash_core.plugins.http import Headers, HttpRequest, HttpResponse

T = TypeVar("T")

_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
_NOT_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout)
_CONNECT_SECONDS = 15.0
_LONGEST_SECONDS = 3600.0
_MOST_ADDRESSES = 3
_POOL = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=5.0)
_OUR_EXCHANGE: ContextVar[bool] = ContextVar("tarash_exchange", default=False)


class _Quiet(logging.Filter):
    """Keeps httpcore's debug lines about our exchanges out of the logs: they hold keys and signed URLs."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not _OUR_EXCHANGE.get()


class _our_exchange:
    """Marks what happens within as one of our exchanges; a class, as every exchange makes one."""

    __slots__ = ("_token",)

    def __enter__(self) -> None:
        self._token = _OUR_EXCHANGE.set(True)

    def __exit__(self, *problem: object) -> None:
        _OUR_EXCHANGE.reset(self._token)


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


def _settings(origin: str, context: ssl.SSLContext | None) -> dict[str, Any]:
    """How the connections to one origin are made; plain HTTP needs no TLS context."""
    verify = (context or shared_ssl_context()) if origin.startswith("https") else _no_tls()
    return {"verify": verify, "limits": _POOL, "proxy": _proxy_of(origin)}


def _opened(make: Callable[..., T], origin: str, context: ssl.SSLContext | None) -> Pool[T]:
    settings = _settings(origin, context)
    return Pool(make(**settings), is_direct=settings["proxy"] is None)


def _looks_up(ask: Send, pool: Pool[Any]) -> bool:
    """Whether a host's name is looked up and checked here; a proxy, or the user's own transport, looks it up itself."""
    return ask.guarded and pool.is_direct and has_name(ask.request.url)


def _requests(
    ask: Send, addresses: tuple[str, ...], is_direct: bool = False, is_bounded: bool = False
) -> list[httpx.Request]:
    """The request for each address that was checked, to be tried in turn; by its name where none was.

    Connecting to the address itself leaves a name no second chance to point somewhere else.
    """
    if not addresses:
        return [_request(ask, is_direct, is_bounded)]
    return [_pinned(_request(ask, is_direct, is_bounded), address) for address in addresses[:_MOST_ADDRESSES]]


def _pinned(request: httpx.Request, address: str) -> httpx.Request:
    """The request sent to an address; its Host header and the name in the certificate stay those of the URL."""
    request.extensions["sni_hostname"] = request.url.raw_host.decode("ascii")
    request.url = request.url.copy_with(host=address)
    return request


_parsed = functools.lru_cache(maxsize=64)(httpx.URL)
_AS_IT_IS = re.compile(r"/(?:[\w!$&'()*+,;=:@/?~.-]++|%[0-9A-Fa-f]{2})*+", re.ASCII)


@functools.cache
def _takes_target() -> bool:
    """Whether the connections send a target that is given beside the URL, as they do from httpcore 1.0.4 on."""
    import httpcore

    return httpcore.Request("GET", "http://a.example", extensions={"target": b"/b"}).url.target == b"/b"


def _placed(url: str, is_direct: bool) -> tuple[httpx.URL, dict[str, Any]]:
    """The URL for httpx. Where the path needs no quoting it goes beside that of the host, which is parsed only once.

    Every job has addresses of its own, and to parse one costs as much as the rest of its request. Through a proxy, or
    the user's own transport, the whole URL is needed.
    """
    origin = origin_of(url)
    target = url[len(origin) :]
    if is_direct and "/." not in target and _AS_IT_IS.fullmatch(target) and _takes_target():
        return _parsed(origin), {"target": target.encode("ascii")}
    return httpx.URL(url), {}


def _request(ask: Send, is_direct: bool = False, is_bounded: bool = False) -> httpx.Request:
    """The request for httpx; where the whole exchange is bounded, each read and write needs no timer of its own."""
    request, limit = ask.request, min(ask.seconds, _LONGEST_SECONDS)
    each = None if is_bounded else limit
    timeout = {"connect": min(_CONNECT_SECONDS, limit), "read": each, "write": each, "pool": limit}
    try:
        url, target = _placed(request.url, is_direct)
        build = _with_parts if request.form is not None or request.files is not None else _plain
        made = build(request, url, {"timeout": timeout, **target})
    except (httpx.InvalidURL, UnicodeError) as error:
        raise HTTPConnectionError(f"{redact_url(request.url)} is no URL that can be asked: {error}.") from error
    if ask.guarded:  # there are many hosts of others: a connection that waits at each is never used again
        made.headers["connection"] = "close"
    return made


def _plain(request: HttpRequest, url: httpx.URL, extensions: dict[str, Any]) -> httpx.Request:
    """A request with no body, JSON or raw bytes; httpx looks long for what a body might be."""
    body, kind = _body_of(request)
    headers = {"host": url.netloc.decode("ascii"), **kind, **request.headers.plain()}
    if body or request.method in _WITH_BODY:
        headers["content-length"] = str(len(body))
    return httpx.Request(request.method, url, headers=headers, stream=httpx.ByteStream(body), extensions=extensions)


def _body_of(request: HttpRequest) -> tuple[bytes, dict[str, str]]:
    if request.json is None:
        return request.content or b"", {}
    return _to_json(request.json).encode(), {"content-type": "application/json"}


_WITH_BODY = ("POST", "PUT", "PATCH")
_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def _with_parts(request: HttpRequest, url: httpx.URL, extensions: dict[str, Any]) -> httpx.Request:
    is_multipart = request.files is not None
    return httpx.Request(
        request.method,
        url,
        headers=request.headers.plain(),
        data=dict(request.form) if request.form and not is_multipart else None,
        files=_parts(request) if is_multipart else None,
        extensions=extensions,
    )


def _parts(request: HttpRequest) -> list[tuple[str, Any]]:
    """Texts and files alike as parts: httpx would send texts alone as an urlencoded body."""
    texts = [(name, (None, text)) for name, text in (request.form or {}).items()]
    files = [(name, (part.filename, part.content, part.content_type)) for name, part in (request.files or {}).items()]
    return [*texts, *files]


def _failure(error: Exception, request: HttpRequest) -> HTTPConnectionError:
    where, why = redact_url(request.url), redact_text(str(error)).rstrip(".") or type(error).__name__
    if isinstance(error, (*_NOT_SENT, socket.gaierror)):
        return HTTPConnectionError(f"{where} could not be reached: {why}.")
    return LostAnswerError(f"The answer of {where} was lost: {why}.")


def _too_slow(ask: Send) -> LostAnswerError:
    return LostAnswerError(f"{redact_url(ask.request.url)} did not answer fully in {ask.seconds:g} s.")


def _headers_of(response: httpx.Response) -> Headers:
    """The headers of an answer, a repeated one joined; httpx would look at all of them for each one's encoding."""
    told: dict[str, str] = {}
    for raw_name, raw_value in response.headers.raw:
        name, value = raw_name.decode("latin-1").lower(), _decoded(raw_value)
        told[name] = f"{told[name]}, {value}" if name in told else value
    return Headers.of_lower(told)


def _decoded(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


class _Body:
    """Collects a body, in memory or into a sink, within its limits of size and time."""

    _is_late = False

    def __init__(self, ask: Send, response: httpx.Response, deadline: Deadline) -> None:
        self._ask, self._deadline, self.size = ask, deadline, 0
        self._status, self._headers = response.status_code, _headers_of(response)
        self.is_encoded = "content-encoding" in self._headers
        self.sink = ask.sink if ask.sink is not None and self._status < 300 else None
        self._chunks: list[bytes] = []
        if self.sink is not None:
            self.sink.begin()

    def check(self, chunk: bytes) -> None:
        """Refuses a body that is too large or too slow: a read timeout alone lets a dripping server pass."""
        self.size += len(chunk)
        if self.size > self._ask.max_bytes:
            text = f"{redact_url(self._ask.request.url)} is larger than {self._ask.max_bytes} bytes; raise max_bytes."
            raise DeliveryError(text, retryable=False)
        if self._deadline.over() and not self._may_be_whole():
            raise _too_slow(self._ask)

    def _may_be_whole(self) -> bool:
        """Whether the chunk that came too late may be the last: an answer that is in hand is not thrown away."""
        is_first, self._is_late = not self._is_late, True
        length = "" if self.is_encoded else self._headers.get("content-length", "")
        return self.size >= int(length) if length.isdecimal() else is_first

    def keep(self, chunk: bytes) -> None:
        """Keeps a chunk in memory."""
        self._chunks.append(chunk)

    def answer(self) -> HttpResponse | Received:
        """What the engine is sent."""
        if self.sink is not None:
            return Received(self._status, self._headers, self._ask.request.url, self.size)
        return HttpResponse(self._status, self._headers, b"".join(self._chunks), self._ask.request.url)


class SyncTransport:
    """Blocking exchanges over one pool of connections; safe to share between threads.

    Args:
        clock: Where deadlines take their time from.
        ssl_context: A TLS context of the user's; the shared one when None.
        inner: An ``httpx.BaseTransport`` of the user's to send through.
    """

    def __init__(self, clock: Clock, ssl_context: ssl.SSLContext | None, inner: httpx.BaseTransport | None) -> None:
        self._clock = clock
        self._pools = Pools[httpx.BaseTransport](lambda to: _opened(httpx.HTTPTransport, to, ssl_context), inner)

    def send(self, ask: Send) -> HttpResponse | Received:
        """Carries out one exchange.

        Raises:
            HTTPConnectionError: Nothing was sent.
            LostAnswerError: Something was sent and no full answer came back.
            DeliveryError: The body is larger than allowed.
        """
        if ask.guarded:
            check_host(ask.request.url)
        deadline = Deadline.after(self._clock, ask.seconds)
        try:
            with _our_exchange():
                return self._exchange(ask, deadline)
        except (httpx.HTTPError, OSError, ssl.SSLError) as error:
            raise _failure(error, ask.request) from error

    def _exchange(self, ask: Send, deadline: Deadline) -> HttpResponse | Received:
        response = self._answered(ask)
        body = _Body(ask, response, deadline)
        try:
            for chunk in response.iter_bytes() if body.is_encoded else _raw(response):
                body.check(chunk)
                (body.sink.write if body.sink is not None else body.keep)(chunk)
        finally:
            response.close()
        return body.answer()

    def _answered(self, ask: Send) -> httpx.Response:
        pool = self._pools.of(ask.request.url)
        addresses = self._looked_up(ask) if _looks_up(ask, pool) else ()
        *others, last = _requests(ask, addresses, pool.is_direct)
        for request in others:
            with contextlib.suppress(*_NOT_CONNECTED):
                return pool.transport.handle_request(request)
        return pool.transport.handle_request(last)

    def _looked_up(self, ask: Send) -> tuple[str, ...]:
        url = ask.request.url
        return public_addresses(url, socket.getaddrinfo(**lookup_of(url)))

    def close(self) -> None:
        """Closes every connection."""
        with _our_exchange():
            for transport in self._pools.leave():
                transport.close()


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
        self._clock = clock
        self._pools = Pools[httpx.AsyncBaseTransport](
            lambda to: _opened(httpx.AsyncHTTPTransport, to, ssl_context), inner
        )
        self._loop: Any = None

    async def send(self, ask: Send) -> HttpResponse | Received:
        """Carries out one exchange; errors as in :meth:`SyncTransport.send`.

        Raises:
            ValidationError: Another event loop opened the connections.
        """
        self.check_loop()
        if ask.guarded:
            check_host(ask.request.url)
        deadline = Deadline.after(self._clock, ask.seconds)
        try:
            with _our_exchange():
                return await self._in_time(ask, deadline)
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

    async def _in_time(self, ask: Send, deadline: Deadline) -> HttpResponse | Received:
        import anyio

        if not _is_bounded(ask):
            return await self._exchange(ask, deadline)
        with anyio.move_on_after(ask.seconds):
            return await self._exchange(ask, deadline)
        raise _too_slow(ask)

    async def _exchange(self, ask: Send, deadline: Deadline) -> HttpResponse | Received:
        response = await self._answered(ask)
        body = _Body(ask, response, deadline)
        try:
            async for chunk in response.aiter_bytes() if body.is_encoded else _raw_async(response):
                body.check(chunk)
                if body.sink is None:
                    body.keep(chunk)
                else:
                    await _write(body.sink, chunk)
        finally:
            await response.aclose()
        return body.answer()

    async def _answered(self, ask: Send) -> httpx.Response:
        pool = self._pools.of(ask.request.url)
        addresses = await self._looked_up(ask) if _looks_up(ask, pool) else ()
        *others, last = _requests(ask, addresses, pool.is_direct, _is_bounded(ask))
        for request in others:
            with contextlib.suppress(*_NOT_CONNECTED):
                return await pool.transport.handle_async_request(request)
        return await pool.transport.handle_async_request(last)

    async def _looked_up(self, ask: Send) -> tuple[str, ...]:
        import anyio

        url = ask.request.url
        return public_addresses(url, await anyio.getaddrinfo(**lookup_of(url)))

    async def close(self) -> None:
        """Closes every connection."""
        with _our_exchange():
            for transport in self._pools.leave():
                await transport.aclose()


def _is_bounded(ask: Send) -> bool:
    """Whether an event loop ends the whole exchange in time; a very long one is left to each read and write."""
    return ask.seconds <= _LONGEST_SECONDS


async def _write(sink: Sink, chunk: bytes) -> None:
    import anyio.to_thread

    await anyio.to_thread.run_sync(sink.write, chunk)


def _raw_async(response: httpx.Response) -> AsyncIterator[bytes]:
    return aiter(response.stream)  # type: ignore[arg-type]
