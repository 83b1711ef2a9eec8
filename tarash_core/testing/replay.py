"""A recording in the place of the network: what was answered once is answered again, without key, network or cost."""

from __future__ import annotations

import threading
from os import PathLike
from typing import Self
from urllib.parse import urlsplit

from attrs import evolve

from tarash_core.engine.recording import Exchange, Recording, record
from tarash_core.engine.redaction import redact_url
from tarash_core.errors import ValidationError
from tarash_core.plugins.credentials import Credential
from tarash_core.plugins.http import HttpRequest, HttpResponse
from tarash_core.plugins.provider import Provider
from tarash_core.testing.driving import Driven
from tarash_core.testing.rendering import sample_image, sample_video
from tarash_core.testing.reply import Reply

__all__ = ["Replay", "record", "replayed"]

_MOST_ZEROS = 4096


class Replay:
    """Answers requests as they were recorded: for each method and path in the order of the recording.

    Give it to a gateway, with a clock that does not wait::

        with Gateway(transport=Replay.read("fox.json"), clock=VirtualClock()) as gateway:
            gateway.generate_video("fal/fal-ai/veo3.1", prompt="A fox")

    Host, query and body of a request are not compared. A file is a small sample of its type, as recordings hold none.

    Args:
        recording: The exchanges.
    """

    def __init__(self, recording: Recording) -> None:
        self._left = list(recording.exchanges)
        self._lock = threading.Lock()

    @classmethod
    def read(cls, path: str | PathLike[str]) -> Self:
        """A replay of the recording in a file.

        Raises:
            ValidationError: There is no such file, or it is no recording.
        """
        return cls(Recording.read(path))

    @property
    def left(self) -> tuple[Exchange, ...]:
        """The exchanges that nobody has asked for yet, in order."""
        return tuple(self._left)

    def handle(self, request: HttpRequest) -> Reply:
        """The recorded answer.

        Raises:
            ValidationError: None is left for this method and path; the sentence says what comes next.
        """
        wanted = _key(request.method, request.url)
        with self._lock:
            found = next((exchange for exchange in self._left if _key_of(exchange) == wanted), None)
            if found is None:
                raise ValidationError(self._missing(request))
            self._left.remove(found)
        return Reply(_answer(found))

    def _missing(self, request: HttpRequest) -> str:
        following = " ".join(_key_of(self._left[0])) if self._left else "nothing more"
        return (
            f"The recording has no answer left for {request.method} {redact_url(request.url)}; "
            f"next it holds {following}. Record it anew if the requests have changed."
        )


def replayed(provider: Provider, path: str | PathLike[str], credential: Credential | None = None) -> Driven:
    """Drives a provider by hand against a recording: it is answered if it asks exactly what was recorded.

    Args:
        provider: The provider.
        path: The file of the recording.
        credential: The key that ``authorize`` is given.
    """
    left = iter(Recording.read(path).exchanges)

    def answer(request: HttpRequest) -> HttpResponse:
        exchange = next(left, None)
        assert exchange is not None, f"the recording has no answer left for {request.method} {request.url}"
        wanted = exchange.request
        for name in ("method", "url", "json", "form"):
            asked = getattr(request, name)
            assert asked == wanted.get(name), f"{name} is {asked!r}, recorded is {wanted.get(name)!r}"
        missing = (wanted.get("headers") or {}).items() - dict(request.headers).items()
        assert not missing, f"the headers lack {sorted(missing)}"
        return exchange.answer()

    return Driven(provider, answer, credential)


def _key(method: str, url: str) -> tuple[str, str]:
    return method.upper(), urlsplit(url).path or "/"


def _key_of(exchange: Exchange) -> tuple[str, str]:
    return _key(str(exchange.request["method"]), str(exchange.request["url"]))


def _answer(exchange: Exchange) -> HttpResponse:
    response = exchange.answer()
    size = exchange.response.get("size_bytes", 0)
    return evolve(response, content=_sample(response.headers.get("content-type", ""), size)) if size else response


def _sample(content_type: str, size_bytes: int) -> bytes:
    if content_type.startswith("image/"):
        return sample_image()
    return sample_video() if content_type.startswith("video/") else bytes(min(size_bytes, _MOST_ZEROS))
