"""A transport without any network: a simulator in this process answers, on the same clock as the engine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlencode

from attrs import evolve

from tarash_core.engine.asks import Received, Send, headers_of
from tarash_core.engine.clocks import Clock
from tarash_core.errors import DeliveryError, HTTPConnectionError, LostAnswerError
from tarash_core.plugins.http import FilePart, HttpRequest, HttpResponse

_BOUNDARY = "tarash-boundary-7f3a1c"


class Reply(Protocol):
    """What a handler answers: see ``tarash_core.testing.Reply``."""

    response: HttpResponse | None
    after: float
    cut_after: int | None


class Handler(Protocol):
    """Anything that answers requests in this process, such as a simulator."""

    def handle(self, request: HttpRequest) -> Any:
        """A reply to the request; a ConnectionError means that nothing was sent."""


def as_on_the_wire(request: HttpRequest) -> HttpRequest:
    """The request with its body as bytes, as a server would read it."""
    if request.json is not None:
        content, kind = json.dumps(request.json, separators=(",", ":")).encode(), "application/json"
    elif request.files:
        content, kind = _multipart(request.form or {}, request.files), f"multipart/form-data; boundary={_BOUNDARY}"
    elif request.form:
        content, kind = urlencode(request.form).encode(), "application/x-www-form-urlencoded"
    else:
        content, kind = request.content or b"", ""
    headers = headers_of({"content-type": kind} if kind else {}, request.headers, {"content-length": str(len(content))})
    return evolve(request, content=content, json=None, form=None, files=None, headers=headers)


def _multipart(form: Mapping[str, str], files: Mapping[str, FilePart]) -> bytes:
    lines = bytearray()
    for name, text in form.items():
        lines += f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()
    for name, part in files.items():
        head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{part.filename}"\r\n'
        lines += f"{head}Content-Type: {part.content_type}\r\n\r\n".encode() + part.content + b"\r\n"
    return bytes(lines + f"--{_BOUNDARY}--\r\n".encode())


class HandlerTransport:
    """Sends every request to a handler, in the sync and in the async driver alike."""

    def __init__(self, handler: Handler, clock: Clock) -> None:
        self._handler, self._clock = handler, clock

    def send(self, ask: Send) -> HttpResponse | Received:
        """Carries out one exchange; the errors are those of a real transport."""
        reply, wait = self._asked(ask)
        if wait:
            self._clock.sleep(wait)
        return _answered(ask, reply)

    async def send_async(self, ask: Send) -> HttpResponse | Received:
        """The same on the running event loop; waiting can be cancelled."""
        reply, wait = self._asked(ask)
        await self._clock.sleep_async(wait)
        return _answered(ask, reply)

    def _asked(self, ask: Send) -> tuple[Reply, float]:
        try:
            reply = self._handler.handle(as_on_the_wire(ask.request))
        except ConnectionError as error:
            raise HTTPConnectionError(f"{ask.request.url} could not be reached: {error}.") from error
        return reply, min(reply.after, ask.seconds)


def _answered(ask: Send, reply: Reply) -> HttpResponse | Received:
    url, response = ask.request.url, reply.response
    if response is None or reply.after >= ask.seconds:
        raise LostAnswerError(f"The answer of {url} was lost: the connection was reset or too slow.")
    content = response.content if reply.cut_after is None else response.content[: reply.cut_after]
    if ask.sink is not None and response.status < 300:
        ask.sink.begin()
        ask.sink.write(content)
    if reply.cut_after is not None:
        raise LostAnswerError(f"The answer of {url} was cut short after {len(content)} bytes.")
    if len(content) > ask.max_bytes:
        raise DeliveryError(f"{url} is larger than {ask.max_bytes} bytes.")
    if ask.sink is not None and response.status < 300:
        return Received(response.status, response.headers, url, len(content))
    return evolve(response, url=url)


class SyncHandlerTransport(HandlerTransport):
    """The shape of a blocking transport."""

    def close(self) -> None:
        """Nothing to close."""


class AsyncHandlerTransport:
    """The shape of an async transport."""

    def __init__(self, handler: Handler, clock: Clock) -> None:
        self._inner = HandlerTransport(handler, clock)

    async def send(self, ask: Send) -> HttpResponse | Received:
        """Carries out one exchange."""
        return await self._inner.send_async(ask)

    async def close(self) -> None:
        """Nothing to close."""
