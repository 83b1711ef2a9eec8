"""Exchanges as JSON: what observers see, what a switch records, and what a test replays. Always redacted."""

from __future__ import annotations

import base64
import contextlib
import functools
import json
import logging
import os
import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen

from tarash_core.engine.access import RECORD_VARIABLE, Access
from tarash_core.engine.asks import Received, Send
from tarash_core.engine.redaction import redact, redact_headers, redact_request, redact_text
from tarash_core.errors import ValidationError
from tarash_core.models.base import to_tuple
from tarash_core.plugins import hooks
from tarash_core.plugins.http import FilePart, Headers, HttpRequest, HttpResponse
from tarash_core.plugins.warnings import warn

logger = logging.getLogger("tarash")


def show(access: Access, ask: Send, answer: HttpResponse | Received, seconds: float) -> None:
    """Shows an exchange to the observers, to the log and to what is switched on to record it."""
    if logger.isEnabledFor(logging.DEBUG):
        shown = redact_text(ask.request.url, access.secrets)
        logger.debug("%s %s -> %d in %.3f s", ask.request.method, shown, answer.status, seconds)
    hooks.exchange(access.provider.name, ask.request, head_of(answer), seconds, access.secrets)
    if _switched_on or access.record_to:
        for recorder in recorders(access.record_to):
            recorder.keep(ask.request, answer, access.secrets)


def head_of(answer: HttpResponse | Received) -> HttpResponse:
    """An answer whose body went into a sink, as one without a body."""
    return HttpResponse(answer.status, answer.headers, b"", answer.url) if isinstance(answer, Received) else answer


@frozen
class Exchange:
    """One request and its answer, as they are written to a file.

    Attributes:
        request: ``method``, ``url``, ``headers`` and ``json``, ``form``, ``files`` or ``text``.
        response: ``status``, ``headers`` and ``json``, ``text``, ``base64``, or ``size_bytes`` of a file that is not
            kept.
    """

    request: Mapping[str, Any]
    response: Mapping[str, Any]

    @classmethod
    def of(cls, request: HttpRequest, answer: HttpResponse | Received, secrets: Iterable[str] = ()) -> Exchange:
        """The exchange of a request and its answer, redacted; files are only counted."""
        known = tuple(secrets)
        asked = redact_request(evolve(request, json=_with_short_files(request.json, known)), known)
        parts = {"json": asked.json, "form": asked.form, "files": _counted(request.files)}
        if asked.content is not None:
            parts["text"] = asked.content.decode()
        told = {"status": answer.status, "headers": _plain_headers(redact_headers(answer.headers, known))}
        head = {"method": asked.method, "url": asked.url, "headers": _plain_headers(asked.headers)}
        return cls({**head, **{name: part for name, part in parts.items() if part}}, {**told, **_body(answer, known)})

    def answer(self) -> HttpResponse:
        """The recorded answer; a file that was not kept is empty here."""
        told = self.response
        headers = Headers(_plain_headers(told.get("headers") or {}))
        return HttpResponse(int(told["status"]), headers, _content(told), str(self.request.get("url", "")))


# The recorded body is not the body that was sent, byte for byte.
_OF_THE_WIRE = ("content-length", "content-encoding", "transfer-encoding")
_SHORT_FILE = 4000


def _plain_headers(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in _OF_THE_WIRE}


def _counted(files: Mapping[str, FilePart] | None) -> dict[str, Any]:
    return {
        name: {"filename": part.filename, "content_type": part.content_type, "size_bytes": len(part.content)}
        for name, part in (files or {}).items()
    }


def _with_short_files(value: Any, secrets: tuple[str, ...]) -> Any:
    """JSON whose files, written as base64, are cut where they stay base64: a reader still finds a picture's head."""
    if isinstance(value, str):
        return value[:_SHORT_FILE] if _is_long_file(value, secrets) else value
    if isinstance(value, Mapping):
        return {key: _with_short_files(item, secrets) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_with_short_files(item, secrets) for item in value]
    return value


def _is_long_file(text: str, secrets: tuple[str, ...]) -> bool:
    """Whether a text is long base64 with no secret where it is cut: half a secret is not known as one."""
    if len(text) <= _SHORT_FILE or not _BASE64.fullmatch(text):
        return False
    return redact_text(text, secrets).startswith(text[:_SHORT_FILE])


_BASE64 = re.compile(r"[\w+/-]+={0,2}", re.ASCII)


def _body(answer: HttpResponse | Received, secrets: tuple[str, ...]) -> dict[str, Any]:
    if isinstance(answer, Received):
        return {"size_bytes": answer.size_bytes}
    try:
        return {"json": redact(_with_short_files(answer.json(), secrets), secrets)}
    except ValueError:
        pass
    try:
        return {"text": redact_text(answer.content.decode(), secrets)}
    except UnicodeDecodeError:
        return {"size_bytes": len(answer.content)}


def _content(told: Mapping[str, Any]) -> bytes:
    if "json" in told:
        return json.dumps(told["json"]).encode()
    return base64.b64decode(told["base64"]) if "base64" in told else str(told.get("text", "")).encode()


@frozen
class Recording:
    """Exchanges in order, with the source that they were taken from.

    Attributes:
        exchanges: The exchanges.
        source: The document, or the client, that they come from.
    """

    exchanges: tuple[Exchange, ...] = field(converter=to_tuple)
    source: str = ""

    @classmethod
    def read(cls, path: str | PathLike[str]) -> Recording:
        """The recording in a file.

        Raises:
            ValidationError: There is no such file, or it is no recording.
        """
        try:
            data = json.loads(Path(path).read_text("utf-8"))
            exchanges = [Exchange(item["request"], item["response"]) for item in data["exchanges"]]
        except OSError as error:
            raise ValidationError(f"The recording {path} cannot be read: {error.strerror or error}.") from error
        except (ValueError, KeyError, TypeError) as error:
            raise ValidationError(f"{path} is no recording: it needs 'source' and 'exchanges'.") from error
        return cls(exchanges, str(data.get("source", "")))

    def write(self, path: str | PathLike[str]) -> None:
        """Writes the recording to a file."""
        rows = [{"request": dict(e.request), "response": dict(e.response)} for e in self.exchanges]
        text = json.dumps({"source": self.source, "exchanges": rows}, indent=1, ensure_ascii=False, default=str)
        Path(path).write_text(text + "\n", "utf-8")


class Recorder:
    """Keeps every exchange of this process in a file, which is written anew with each; from any thread.

    Args:
        path: The file. One that is there is replaced with the first exchange.
        source: What the file says about where it comes from.
    """

    def __init__(self, path: str | PathLike[str], source: str = "") -> None:
        self._path, self._source = Path(path), source
        self._exchanges: list[Exchange] = []
        self._lock = threading.Lock()

    def keep(self, request: HttpRequest, answer: HttpResponse | Received, secrets: Iterable[str]) -> None:
        """Adds an exchange, redacted; a file that cannot be written is a warning and loses no job."""
        try:
            exchange = Exchange.of(request, answer, secrets)
            with self._lock:
                self._exchanges.append(exchange)
                self.write()
        except Exception as error:
            warn(f"The exchange could not be recorded in {self._path}: {type(error).__name__}: {error}", error)

    def write(self) -> None:
        """Writes what there is."""
        Recording(self._exchanges, self._source).write(self._path)


_switched_on: list[Recorder] = []


@contextlib.contextmanager
def record(path: str | PathLike[str], source: str = "") -> Iterator[Recorder]:
    """Records every exchange of this process while it lasts.

    Args:
        path: The file that is written.
        source: What the file says about where it comes from; "recorded" and the time when empty.

    Raises:
        OSError: The file cannot be written; nothing was sent.
    """
    recorder = Recorder(path, source or f"recorded {datetime.now(UTC):%Y-%m-%d %H:%M} UTC")
    recorder.write()
    _switched_on.append(recorder)
    try:
        yield recorder
    finally:
        _switched_on.remove(recorder)


def recorders(named: str | None) -> Sequence[Recorder]:
    """Those that are switched on: by :func:`record`, and by what ``TARASH_RECORD`` names."""
    return [*_switched_on, _of_variable(named)] if named else _switched_on


@functools.lru_cache(maxsize=8)
def _of_variable(path: str) -> Recorder:
    """The recorder of ``TARASH_RECORD``: a file, or a folder that takes a file for each process."""
    named = Path(path)
    is_folder = named.is_dir() or path.endswith(("/", os.sep))
    if is_folder:
        named.mkdir(parents=True, exist_ok=True)
    return Recorder(named / f"tarash-{os.getpid()}.json" if is_folder else named, f"recorded with {RECORD_VARIABLE}")
