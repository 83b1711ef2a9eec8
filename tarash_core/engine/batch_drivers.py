"""The two drivers of a batch: threads, and tasks of an event loop. What to do is in :mod:`tarash_core.engine.batch`."""

from __future__ import annotations

import sys
import threading
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from tarash_core.engine.asks import Flow, Received, Send
from tarash_core.engine.batch import CURRENT_ROW, Given, Rows, Schedule, failed, left_behind, mention
from tarash_core.engine.clocks import Clock
from tarash_core.engine.drivers import Blocks, run
from tarash_core.engine.interruption import GRACE_SECONDS, Left
from tarash_core.errors import ValidationError
from tarash_core.models.batch import BatchItem
from tarash_core.models.response import Response
from tarash_core.plugins.http import HttpResponse

if TYPE_CHECKING:
    import anyio
    import anyio.abc

_SLICE_SECONDS = 0.1
_LEAVE_SECONDS = 3 * GRACE_SECONDS
# Where Ctrl-C does not end the wait for a lock, it is waited for in slices.
_TICK_SECONDS = 0.5 if sys.platform == "win32" else None


class _Common:
    """What both batches hold."""

    def __init__(self, rows: Rows, requests: Any) -> None:
        self._rows, self._requests = rows, requests
        self._schedule = Schedule(rows.most)
        self._entered = self._left = False

    @property
    def unread(self) -> tuple[BatchItem, ...]:
        """Once the batch was left: the rows that had begun and whose item was not handed out.

        The error of an interrupted row carries its job, if there is one, and says whether it goes on.
        """
        return tuple(self._schedule.ended) if self._left else ()

    def _enter(self) -> None:
        if self._entered:
            raise ValidationError("A batch runs once; make another one with the gateway.")
        self._entered = True

    def _check(self) -> None:
        if not self._entered:
            raise ValidationError(
                "A batch runs within its block: with gateway.batch_video(...) as batch, then iterate."
            )


class _Exit:
    """The way of one row to network and time, which ends once when the batch is left."""

    def __init__(self, transport: Blocks, clock: Clock, leaving: threading.Event) -> None:
        self._transport, self._clock, self._leaving = transport, clock, leaving
        self._told = False
        self.monotonic, self.now, self.sleep_async = clock.monotonic, clock.now, clock.sleep_async

    def send(self, ask: Send) -> HttpResponse | Received:
        """Carries out one exchange, unless the batch was left before it."""
        self._tell()
        return self._transport.send(ask)

    def sleep(self, seconds: float) -> None:
        """Waits until the time is over or the batch is left."""
        while seconds > 0:
            self._tell()
            self._clock.sleep(min(seconds, _SLICE_SECONDS))
            seconds -= _SLICE_SECONDS
        self._tell()

    def _tell(self) -> None:
        if self._leaving.is_set() and not self._told:
            self._told = True
            raise Left


def _iterated(requests: Any) -> Iterator[Given]:
    try:
        return iter(requests)
    except TypeError as error:
        further = "; only an AsyncGateway takes an async iterable" if isinstance(requests, AsyncIterable) else ""
        raise ValidationError(f"The rows of a batch are a list or another iterable{further}.") from error


class Batch(_Common):
    """The rows of ``gateway.batch_video`` at work in threads: enter it, then iterate over its items as they end."""

    def __init__(self, rows: Rows, requests: Iterable[Given], transport: Callable[[], Blocks], clock: Clock) -> None:
        super().__init__(rows, requests)
        self._transport, self._clock = transport, clock
        self._changed = threading.Condition()
        self._leaving = threading.Event()

    def __enter__(self) -> Self:
        self._enter()
        self._transport()
        source = _iterated(self._requests)
        threading.Thread(target=self._feed, args=(source,), name="tarash batch", daemon=True).start()
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._leaving.set()
        with self._changed:
            self._schedule.close()
            self._changed.notify_all()
            try:
                self._changed.wait_for(lambda: not self._schedule.running, _LEAVE_SECONDS)
            finally:
                self._abandon(error)

    def _abandon(self, error: BaseException | None) -> None:
        """Ends the rows that have not ended by themselves; their threads go on."""
        for index, given in list(self._schedule.running.items()):
            self._schedule.end(
                BatchItem(index=index, request=given, error=left_behind(given, None, self._rows.accepted.get(index)))
            )
        self._left = True
        self._changed.notify_all()
        mention(error, self.unread)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> BatchItem:
        self._check()
        with self._changed:
            while (item := self._schedule.next_ended()) is None:
                if self._left or self._schedule.is_over():
                    raise StopIteration
                self._changed.wait(_TICK_SECONDS)
        return item

    def _feed(self, source: Any) -> None:
        """Takes the rows from the source, in a thread of its own, whenever there is room for one."""
        failure: BaseException | None = None
        try:
            while self._has_room():
                self._begin(next(source))
        except StopIteration:
            pass
        except BaseException as error:
            failure = error
        with self._changed:
            self._schedule.close(failure)
            self._changed.notify_all()
        with suppress(Exception):
            getattr(source, "close", lambda: None)()

    def _has_room(self) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._schedule.closed or self._schedule.has_room())
            return self._schedule.has_room()

    def _begin(self, given: Given) -> None:
        with self._changed:
            index = self._schedule.begin(given)
        if index is None:
            return
        name = f"tarash batch, row {index}"
        try:
            threading.Thread(target=self._work, args=(index, given), name=name, daemon=True).start()
        except RuntimeError as error:  # the system has no thread left
            self._end(failed(index, given, error))

    def _work(self, index: int, given: Given) -> None:
        CURRENT_ROW.set(index)
        try:
            way = _Exit(self._transport(), self._clock, self._leaving)
            item = _delivered(index, given, run(self._rows.flow(index, given), way, way))
        except BaseException as error:
            item = failed(index, given, error)
        self._end(item)

    def _end(self, item: BatchItem) -> None:
        with self._changed:
            self._schedule.end(item)
            self._changed.notify_all()


class AsyncBatch(_Common):
    """The rows of ``gateway.batch_video`` as tasks: enter it, then iterate over its items as they end."""

    _tasks: anyio.abc.TaskGroup
    _changed: anyio.Event

    def __init__(
        self,
        rows: Rows,
        requests: Iterable[Given] | AsyncIterable[Given],
        run_flow: Callable[[Flow[Response]], Awaitable[Response]],
    ) -> None:
        super().__init__(rows, requests)
        self._run = run_flow

    async def __aenter__(self) -> Self:
        import anyio

        self._enter()
        given = self._requests
        source = aiter(given) if isinstance(given, AsyncIterable) else aiter(_Awaited(_iterated(given)))
        self._changed, self._tasks = anyio.Event(), anyio.create_task_group()
        await self._tasks.__aenter__()
        self._tasks.start_soon(self._feed, source)
        return self

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._schedule.close()
        self._tasks.cancel_scope.cancel()
        try:
            # Without the exception of the block, which would come back in a group.
            await self._tasks.__aexit__(None, None, None)
        finally:
            self._left = True
            mention(error, self.unread)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> BatchItem:
        self._check()
        while (item := self._schedule.next_ended()) is None:
            if self._left or self._schedule.is_over():
                raise StopAsyncIteration
            await self._changed.wait()
        return item

    async def _feed(self, source: AsyncIterator[Given]) -> None:
        """Takes the rows from the source, in a task of its own, whenever there is room for one."""
        failure: Exception | None = None
        try:
            while await self._has_room():
                self._begin(await anext(source))
        except StopAsyncIteration:
            pass
        except Exception as error:
            failure = error
        finally:
            self._schedule.close(failure)
            self._notify()
            await _closed(source)

    async def _has_room(self) -> bool:
        while not (self._schedule.closed or self._schedule.has_room()):
            await self._changed.wait()
        return self._schedule.has_room()

    def _begin(self, given: Given) -> None:
        index = self._schedule.begin(given)
        if index is not None:
            self._tasks.start_soon(self._work, index, given, name=f"tarash batch, row {index}")

    async def _work(self, index: int, given: Given) -> None:
        CURRENT_ROW.set(index)
        try:
            self._end(_delivered(index, given, await self._run(self._rows.flow(index, given))))
        except BaseException as error:
            self._end(failed(index, given, error))
            if not isinstance(error, Exception):
                raise

    def _end(self, item: BatchItem) -> None:
        self._schedule.end(item)
        self._notify()

    def _notify(self) -> None:
        import anyio

        self._changed.set()
        self._changed = anyio.Event()


def _delivered(index: int, given: Given, response: Response) -> BatchItem:
    return BatchItem(index=index, request=given, response=response)


class _Awaited:
    """An ordinary iterable, for a loop that awaits."""

    def __init__(self, values: Iterator[Given]) -> None:
        self._values = values

    def __aiter__(self) -> _Awaited:
        return self

    async def __anext__(self) -> Given:
        for value in self._values:
            return value
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Closes a generator that was not read to its end."""
        getattr(self._values, "close", lambda: None)()


async def _closed(source: Any) -> None:
    """Closes a generator that was not read to its end; a hanging one gets the grace."""
    import anyio

    if hasattr(source, "aclose"):
        with suppress(Exception), anyio.move_on_after(GRACE_SECONDS, shield=True):
            await source.aclose()
