"""What stands behind ``Media.save``, ``read`` and ``open``: the right account, the right connections, one driver."""

from __future__ import annotations

import contextlib
import copy
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from os import PathLike
from pathlib import Path
from typing import BinaryIO, TypeVar, cast

from tarash_core.engine import delivery, drivers
from tarash_core.engine.access import Access
from tarash_core.engine.asks import Flow
from tarash_core.engine.clocks import SystemClock
from tarash_core.engine.opening import Connections, StandIn, on_its_own, stand_in
from tarash_core.engine.session import Session
from tarash_core.errors import AuthenticationError, TarashException, complete
from tarash_core.models.job import Job
from tarash_core.models.media import Media
from tarash_core.plugins.credentials import Credentials
from tarash_core.plugins.provider import Provider, Steps
from tarash_core.plugins.updates import Update

T = TypeVar("T")
_IN_MEMORY_BYTES = 8 << 20
_CHUNK_BYTES = 1 << 20


class Nobody(Provider):
    """Stands in for the provider of a medium that no job made, or of one whose account is not known here."""

    name = "web"
    origins = ()
    credentials = Credentials(optional=True)

    def poll(self, job: Job) -> Steps[Update]:
        """Can ask for no job."""
        raise AuthenticationError(f"No key for {job.provider} is known here.")


def access_of(media: Media) -> Access:
    """The way to a medium: as it was in this process, else through the account of its job.

    Raises:
        TarashException: The account is not known here, and the medium is for nobody else.
    """
    if isinstance(media.access, Access):
        return media.access
    instead = stand_in() or StandIn(clock=SystemClock())
    if media.job is not None and media.scheme == "http":
        try:
            return Session(accounts=instead.accounts, clock=instead.clock).access_of(media.job)
        except TarashException as error:
            if media.authenticated:
                raise _elsewhere(error, media.job) from error
    return Access(provider=Nobody(), clock=instead.clock)


def _elsewhere(error: TarashException, job: Job) -> TarashException:
    """The same error of a result that came from JSON, with the way out that this has."""
    told = copy.copy(error)
    told.message = f"{error.message} With that, gateway.wait_job(response.job) gives the result again."
    told.args = (told.message,)
    return complete(told, job=job, charged="yes")


def _connections(access: Access, is_async: bool) -> Connections:
    session = access.session
    found = session.connections if isinstance(session, Session) else None
    return found or on_its_own(is_async)


def _blamed(media: Media, steps: Flow[T]) -> Flow[T]:
    """The same steps; their error says which job's result it is, which is paid for."""
    try:
        return (yield from steps)
    except TarashException as error:
        raise complete(error, job=media.job, charged="yes" if media.job else None) from error.__cause__


def _run(media: Media, make: Callable[[Access], Flow[T]]) -> T:
    access = access_of(media)
    connections = _connections(access, False)
    lent = connections.lent(False)
    transport = lent or connections.make(False)
    try:
        return drivers.run(_blamed(media, make(access)), transport, access.clock)
    finally:
        if lent is None:
            transport.close()


async def _run_async(media: Media, make: Callable[[Access], Flow[T]]) -> T:
    access = access_of(media)
    connections = _connections(access, True)
    lent = connections.lent(True)
    transport = lent or connections.make(True)
    try:
        return await drivers.run_async(_blamed(media, make(access)), transport, access.clock)
    finally:
        if lent is None:
            await transport.close()


def save(media: Media, path: str | PathLike[str], max_bytes: int | None) -> Path:
    """Streams a medium to a path."""
    return _path_of(_run(media, lambda access: delivery.into(media, access, Path(path), max_bytes)))


async def save_async(media: Media, path: str | PathLike[str], max_bytes: int | None) -> Path:
    """Streams a medium to a path, on an event loop."""
    return _path_of(await _run_async(media, lambda access: delivery.into(media, access, Path(path), max_bytes)))


def _path_of(stored: Media) -> Path:
    return cast("Path", stored.source)


def read(media: Media, max_bytes: int | None) -> bytes:
    """The whole medium in memory."""
    return _run(media, lambda access: delivery.read(media, access, max_bytes=max_bytes))


async def read_async(media: Media, max_bytes: int | None) -> bytes:
    """The whole medium in memory, on an event loop."""
    return await _run_async(media, lambda access: delivery.read(media, access, max_bytes=max_bytes))


@contextlib.contextmanager
def open_stream(media: Media) -> Iterator[BinaryIO]:
    """The medium as a readable stream; it was fetched whole before the first byte is handed out."""
    with _spooled() as file:
        sink = delivery.FileSink(file)
        _run(media, lambda access: delivery.fetch(media, access, sink))
        sink.rewind()
        yield file


@contextlib.asynccontextmanager
async def open_stream_async(media: Media) -> AsyncIterator[AsyncIterator[bytes]]:
    """The same as an asynchronous iterator of chunks."""
    with _spooled() as file:
        sink = delivery.FileSink(file)
        await _run_async(media, lambda access: delivery.fetch(media, access, sink))
        sink.rewind()
        yield _chunks(file)


@contextlib.contextmanager
def _spooled() -> Iterator[BinaryIO]:
    file = cast("BinaryIO", tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES))  # noqa: SIM115 - closed below
    try:
        yield file
    finally:
        with contextlib.suppress(OSError):  # a full disk refuses it again, and was told before
            file.close()


async def _chunks(file: BinaryIO) -> AsyncIterator[bytes]:
    import anyio.to_thread

    while chunk := await anyio.to_thread.run_sync(file.read, _CHUNK_BYTES):
        yield chunk
