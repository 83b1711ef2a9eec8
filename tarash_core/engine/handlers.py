"""A transport without any network: a simulator in this process answers, on the same clock as the engine."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Protocol
from urllib.parse import urlencode

from attrs import evolve, frozen

from tarash_core.engine.asks import Received, Send, headers_of
from tarash_core.engine.clocks import Clock
from tarash_core.errors import DeliveryError, HTTPConnectionError, LostAnswerError
from tarash_core.plugins.http import FilePart, HttpRequest, HttpResponse

_BOUNDARY = "tarash-boundary-7f3a1c"


class Reply(Protocol):
    """What a handler answers: see ``tarash_core.testing.Reply``."""

    @property
    def response(self) -> HttpResponse | None:
        """The answer; None when it is lost."""

    @property
    def after(self) -> float:
        """Seconds that pass before it starts."""

    @property
    def is_cut(self) -> bool:
        """Whether it is cut short."""

    def pieces(self) -> Iterator[tuple[float, bytes]]:
        """The body as seconds to wait and bytes."""


class Handler(Protocol):
    """Anything that answers requests in this process, such as a simulator."""

    def handle(self, request: HttpRequest) -> Any:
        """A reply to the request; a ConnectionError means that nothing was sent."""


def as_on_the_wire(request: HttpRequest) -> HttpRequest:
    """The request with its body as bytes, as a server would read it."""
    if request.json is not None:
        content, kind = json.dumps(request.json, separators=(",", ":")).encode(), "application/json"
    elif request.files is not None:
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
        answer = self._asked(ask)
        if answer.seconds:
            self._clock.sleep(answer.seconds)
        return answer.result(ask)

    async def send_async(self, ask: Send) -> HttpResponse | Received:
        """The same on the running event loop; waiting can be cancelled."""
        answer = self._asked(ask)
        await self._clock.sleep_async(answer.seconds)
        return answer.result(ask)

    def _asked(self, ask: Send) -> Answer:
        try:
            reply: Reply = self._handler.handle(as_on_the_wire(ask.request))
        except ConnectionError as error:
            raise HTTPConnectionError(f"{ask.request.url} could not be reached: {error}.") from error
        pieces = list(reply.pieces())
        seconds = reply.after + sum(pause for pause, _ in pieces)
        content = b"".join(piece for _, piece in pieces)
        return Answer(reply.response, content, min(seconds, ask.seconds), reply.is_cut, seconds >= ask.seconds)


@frozen
class Answer:
    """A reply as it arrives: its body, the time that it takes, and whether it arrives at all."""

    response: HttpResponse | None
    content: bytes
    seconds: float
    is_cut: bool
    is_late: bool

    def result(self, ask: Send) -> HttpResponse | Received:
        """What the engine is sent.

        Raises:
            LostAnswerError: The answer was lost, late or cut short.
            DeliveryError: It is larger than allowed.
        """
        url = ask.request.url
        if self.response is None or self.is_late:
            raise LostAnswerError(f"The answer of {url} was lost: the connection was reset or too slow.")
        sink = ask.sink if self.response.status < 300 else None
        if sink is not None:
            sink.begin()
            sink.write(self.content)
        if self.is_cut:
            raise LostAnswerError(f"The answer of {url} was cut short after {len(self.content)} bytes.")
        if len(self.content) > ask.max_bytes:
            raise DeliveryError(f"{url} is larger than {ask.max_bytes} bytes; raise max_bytes.", retryable=False)
        if sink is not None:
            return Received(self.response.status, self.response.headers, url, len(self.content))
        return evolve(self.response, content=self.content, url=url)


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
