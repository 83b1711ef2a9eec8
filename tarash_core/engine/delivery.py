"""Fetching a result: with the key where needed, in chunks, within limits, whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import functools
import io
import itertools
import mimetypes
import os
import re
import secrets
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urljoin, urlsplit

from attrs import evolve

from tarash_core import errors
from tarash_core.engine.access import Access
from tarash_core.engine.asks import Flow, Received, Sink, Sleep
from tarash_core.engine.clocks import Deadline
from tarash_core.engine.exchange import Line, converse, redirected, send
from tarash_core.engine.measure import HEAD_BYTES, Measured, measure, sniff
from tarash_core.engine.polling import ONE_TRY
from tarash_core.engine.redaction import redact_text, redact_url
from tarash_core.engine.results import media_of
from tarash_core.models.job import Job
from tarash_core.models.media import Media
from tarash_core.plugins import updates
from tarash_core.plugins.http import HttpRequest, HttpResponse
from tarash_core.plugins.provider import Blocking

MAX_BYTES = 2 << 30
DOWNLOAD_SECONDS = 600.0
_GONE = frozenset({401, 403, 404, 410})
_WORDS = ("text/", "application/json", "application/problem+json", "application/xml")
_PAGES = (b"<!doctype html", b"<html")


class Memory:
    """A sink that keeps everything in memory."""

    def __init__(self) -> None:
        self._buffer = io.BytesIO()

    def begin(self) -> None:
        """Forgets what an earlier try has written."""
        self._buffer = io.BytesIO()

    def write(self, chunk: bytes) -> None:
        """Takes the next chunk."""
        self._buffer.write(chunk)

    def content(self) -> bytes:
        """All that was written."""
        return self._buffer.getvalue()


class FileSink:
    """A sink that writes to an open file; what the disk refuses is a DeliveryError, which no try will mend.

    Args:
        file: The file.
        name: What the error calls it.
    """

    def __init__(self, file: BinaryIO, name: object = "The temporary file") -> None:
        self._file, self._name = file, name

    def begin(self) -> None:
        """Forgets what an earlier try has written."""
        with _writing(self._name):
            self._file.seek(0)
            self._file.truncate()

    def write(self, chunk: bytes) -> None:
        """Takes the next chunk."""
        with _writing(self._name):
            self._file.write(chunk)

    def rewind(self) -> None:
        """Writes what is still in memory, and goes back to the beginning for a reader."""
        with _writing(self._name):
            self._file.seek(0)


@contextlib.contextmanager
def _writing(name: object, job: Job | None = None) -> Iterator[None]:
    """What the disk refuses, told as such: never to be taken for a failure of the network, which is tried again."""
    try:
        yield
    except errors.TarashException:  # some are OSErrors too
        raise
    except OSError as error:
        text = f"{name} cannot be written: {error.strerror or error}."
        raise errors.DeliveryError(text, job=job, retryable=False) from error


class Peek:
    """A sink that passes everything on and remembers how it began.

    Attributes:
        head: The first bytes, enough to tell what the file is.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.head = b""

    def begin(self) -> None:
        """Forgets what an earlier try has written."""
        self.head = b""
        self._sink.begin()

    def write(self, chunk: bytes) -> None:
        """Takes the next chunk."""
        if len(self.head) < HEAD_BYTES:
            self.head += chunk[: HEAD_BYTES - len(self.head)]
        self._sink.write(chunk)


def read(
    media: Media, access: Access, *, deadline: Deadline | None = None, max_bytes: int | None = None
) -> Flow[bytes]:
    """The whole of a medium in memory; errors as in :func:`fetch`."""
    sink = Memory()
    yield from fetch(media, access, sink, deadline=deadline, max_bytes=max_bytes)
    return sink.content()


def fetch(
    media: Media, access: Access, sink: Sink, *, deadline: Deadline | None = None, max_bytes: int | None = None
) -> Flow[Media]:
    """Streams a medium into a sink; an expired URL is asked for anew, once.

    Returns:
        The medium that was fetched, with the type that its first bytes show and its size; it has another URL than
        ``media`` when that one had expired.

    Raises:
        DeliveryError: The file cannot be had whole; the result itself is not lost while the job is known.
    """
    peek = Peek(sink)
    if media.scheme != "http":
        size = _copy(media, peek)
    else:
        line = Line(
            access=access, phase="download", deadline=deadline or Deadline.after(access.clock, DOWNLOAD_SECONDS)
        )
        media, size = yield from _fetched(line, media, peek, max_bytes or MAX_BYTES)
    return evolve(media, content_type=sniff(peek.head) or media.content_type, size_bytes=size)


def _copy(media: Media, sink: Sink) -> int:
    size = 0
    sink.begin()
    for chunk in media.chunks():
        size += len(chunk)
        sink.write(chunk)
    return size


def _fetched(line: Line, media: Media, sink: Peek, max_bytes: int) -> Flow[tuple[Media, int]]:
    try:
        return media, (yield from _tried(line, media, sink, max_bytes))
    except _Gone as gone:
        fresh = yield from _refreshed(line, media, gone)
    try:
        return fresh, (yield from _tried(line, fresh, sink, max_bytes))
    except _Gone as gone:
        raise _expired(fresh, gone) from gone


class _Gone(Exception):
    """The URL is refused; perhaps it has expired."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def _tried(line: Line, media: Media, sink: Peek, max_bytes: int) -> Flow[int]:
    """Fetches with a few tries, each from the beginning, and returns the size."""
    tried = 0
    while True:
        tried += 1
        try:
            return (yield from _once(line, media, sink, max_bytes))
        except errors.DeliveryError as error:
            wait = line.retry.wait("read", error, tried)
            if wait is None or wait >= line.deadline.left():
                raise
        except errors.HTTPConnectionError as error:
            wait = line.retry.wait("read", errors.DeliveryError(str(error)), tried)
            if wait is None or wait >= line.deadline.left():
                raise errors.DeliveryError(
                    f"The result could not be fetched: {error} Try save() again later."
                ) from error
        yield Sleep(wait)


def _once(line: Line, media: Media, sink: Peek, max_bytes: int) -> Flow[int]:
    url = str(media.source)
    request = HttpRequest("GET", url, signed=media.authenticated and line.access.owns(line.access.moved(url)))
    for _ in range(6):
        answer: HttpResponse | Received = yield from send(line, request, sink, max_bytes)
        if isinstance(answer, Received):
            _check_whole(answer)
            _check_kind(line, media, answer, sink.head)
            return answer.size_bytes
        target = answer.headers.get("location")
        if answer.status < 400 and target:
            request = _next_hop(line.access, request, answer.url or request.url, target)
            continue
        raise _refusal(answer)
    raise errors.DeliveryError("The file's URL redirects without end.", retryable=False)


def _next_hop(access: Access, request: HttpRequest, here: str, target: str) -> HttpRequest:
    try:
        return redirected(access, request, urljoin(here, target))
    except ValueError as error:
        text = "The file's host redirects to what is no URL; the job is finished, so try save() again later."
        raise errors.DeliveryError(text, retryable=False) from error


def _refusal(answer: HttpResponse) -> Exception:
    if answer.status in _GONE:
        return _Gone(answer.status)
    passing = answer.status in (408, 429) or answer.status >= 500
    text = f"The file's host answered {answer.status}; the job is finished, so try save() again later."
    return errors.DeliveryError(text, retryable=passing)


def _check_whole(answer: Received) -> None:
    told = answer.headers.get("content-length", "")
    if told.isdigit() and "content-encoding" not in answer.headers and int(told) != answer.size_bytes:
        raise errors.DeliveryError(f"The file was cut short: {answer.size_bytes} of {told} bytes came.")
    if answer.size_bytes == 0:
        raise errors.DeliveryError("The file's host answered with an empty body; try save() again later.")


def _check_kind(line: Line, media: Media, answer: Received, head: bytes) -> None:
    """Refuses words in the place of a file: an error with status 200, a page to log in on."""
    told = answer.headers.get("content-type", "").split(";", 1)[0].strip().lower()
    if sniff(head) is not None or (told == media.content_type and told.startswith(_WORDS)):
        return
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if told == "image/svg+xml" and start[:1] == b"<" and not start.lower().startswith(_PAGES):
        return
    if told.startswith(_WORDS) or start[:1] in (b"<", b"{", b"["):
        shown = _shown(head, line.access.secrets)
        raise errors.DeliveryError(
            f"The file's host answered with {told or 'words'}, not the file: {shown!r}; try save() again later."
        )


def _shown(head: bytes, known: tuple[str, ...]) -> str:
    """How an answer begins, redacted before it is cut: what is left of a key that was cut through is not known as one.

    The end of a full head may run through a key as well, whose characters may be written with three each.
    """
    text = redact_text(head.decode(errors="replace"), known)
    unsure = 3 * max(map(len, known), default=0) if len(head) >= HEAD_BYTES else 0
    return text[: max(0, len(text) - unsure)][:200].strip()


def _refreshed(line: Line, media: Media, gone: _Gone) -> Flow[Media]:
    """The same output with a fresh URL, from one more look at its job."""
    job = media.job
    if job is None or job.result is not None:
        raise _expired(media, gone) from gone
    asking = Line(access=line.access, phase="poll", deadline=line.deadline, retry=ONE_TRY)
    try:
        update = yield from converse(asking, line.access.provider.poll(job))
    except errors.TarashException as error:
        raise _expired(media, gone) from error
    if not isinstance(update, updates.Done) or not update.outputs:
        raise _expired(media, gone) from gone
    return _same_output(media, [media_of(output, job, line.access) for output in update.outputs], gone)


def _same_output(media: Media, fresh: list[Media], gone: _Gone) -> Media:
    """The one output, or the only one of several with the same URL, or with the same but for its query.

    Raises:
        DeliveryError: Any of several may be it; another than was asked for is not handed out.
    """
    if len(fresh) == 1:
        return fresh[0]
    for form in (str, _without_query):
        alike = [other for other in fresh if form(other.source) == form(media.source)]
        if len(alike) == 1:
            return alike[0]
    raise errors.DeliveryError(
        f"{redact_url(str(media.source))} answers {gone.status}, and which of the job's {len(fresh)} outputs it was "
        "cannot be told; gateway.wait_job(media.job) gives all of them again.",
        job=media.job,
        retryable=False,
    ) from gone


def _without_query(source: object) -> str:
    return str(source).partition("#")[0].partition("?")[0]


def _expired(media: Media, gone: _Gone) -> errors.DeliveryError:
    return errors.DeliveryError(
        f"{redact_url(str(media.source))} answers {gone.status}: the URL has expired or needs another key.",
        job=media.job,
        retryable=False,
    )


def into(media: Media, access: Access, path: Path, max_bytes: int | None, prefix: str = "") -> Flow[Media]:
    """Streams a medium to a path, through a temporary file that is renamed at the end.

    Args:
        media: The medium.
        access: The way to it.
        path: A file, which is replaced; or a folder, in which no file is.
        max_bytes: The largest size.
        prefix: What the name in a folder begins with.

    Returns:
        The medium as that file.

    Raises:
        DeliveryError: The file cannot be had whole, or the disk refuses it.
    """
    with _writing(path, media.job):
        is_folder = _is_folder(path)
        folder = path if is_folder else path.parent
        with _temporary(folder) as temporary:
            with temporary.open("xb+") as file:
                fetched = yield from fetch(media, access, FileSink(file, path), max_bytes=max_bytes)
            target = _unused(folder / (prefix + file_name(fetched))) if is_folder else path
            _moved(temporary, target, is_folder)
    return evolve(fetched, source=target, authenticated=False, expires_at=None)


def _is_folder(path: Path) -> bool:
    """Whether a path is a folder; what can be no path at all is an OSError, told before anything is fetched."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except FileNotFoundError:
        return False
    except ValueError as error:  # a NUL, or half a surrogate pair
        raise OSError(errno.EINVAL, str(error)) from error


@contextlib.contextmanager
def _temporary(folder: Path) -> Iterator[Path]:
    """A name for a temporary file, of which nothing is left."""
    path = folder / f".{secrets.token_hex(8)}.part"
    try:
        yield path
    finally:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def _moved(temporary: Path, target: Path, is_reserved: bool) -> None:
    try:
        os.replace(temporary, target)
    except OSError:
        if is_reserved:
            target.unlink(missing_ok=True)
        raise


def _unused(path: Path) -> Path:
    """The path, or the first with a number behind its name: vendors give the files of all jobs one name.

    The name is reserved with an empty file, so that no other save into the folder takes it as well.
    """
    numbered = (path.with_stem(f"{path.stem}-{number}") for number in itertools.count(2))
    return next(found for found in itertools.chain([path], numbered) if _is_reserved(found))


def _is_reserved(path: Path) -> bool:
    try:
        path.open("xb").close()
    except FileExistsError:
        return False
    return True


def file_name(media: Media) -> str:
    """A safe file name for a medium: the provider's own, or one of its type."""
    clean = _clean(unquote(urlsplit(media.url or "").path).rsplit("/", 1)[-1])
    if clean and "." in clean:
        return clean
    suffix = mimetypes.guess_extension(media.content_type or "") or (".mp4" if media.duration_seconds else ".bin")
    return (clean or _clean(media.job.id if media.job else "") or "result") + suffix


def _clean(name: str) -> str:
    """A name without what means something to a disk, and no longer than disks take: they count bytes."""
    stem, suffix = os.path.splitext(re.sub(r"[^\w.-]+", "_", name).strip("._"))
    return _cut(stem, 120) + _cut(suffix, 20)


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode(errors="ignore")


def saved_all(
    outputs: tuple[Media, ...], access_of: Callable[[Media], Access], folder: Path
) -> Flow[tuple[Media, ...]]:
    """Every output of a response in a folder; each medium becomes one of a local file, and is measured.

    Raises:
        DeliveryError: A file cannot be had whole, or the disk refuses it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        text = f"The folder {folder} cannot be made: {getattr(error, 'strerror', None) or error}."
        raise errors.DeliveryError(text, retryable=False) from error
    kept: list[Media] = []
    for number, media in enumerate(outputs):
        prefix = "" if len(outputs) == 1 else f"{number:02}-"
        stored = yield from into(media, access_of(media), folder, None, prefix)
        kept.append((yield from _measured(stored)))
    return tuple(kept)


def _measured(media: Media) -> Flow[Media]:
    """The medium with its size and length as the file itself tells them."""
    found: Measured | None = yield Blocking(functools.partial(_measure, media))
    if found is None:
        return media
    return evolve(
        media,
        width=found.width or media.width,
        height=found.height or media.height,
        duration_seconds=found.duration_seconds or media.duration_seconds,
    )


def _measure(media: Media) -> Measured | None:
    try:
        return measure(str(media.source))
    except Exception:  # the file is there and paid for, whatever its insides do to a reader of media
        return None
