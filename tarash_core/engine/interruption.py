"""Leaving in good order: the grace that a cancelled engine gets, and that a purchase on its way gets."""

from __future__ import annotations

import importlib
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Self

from tarash_core.engine.asks import Ask, Interrupted, Send
from tarash_core.errors import LostAnswerError
from tarash_core.models.execution import AttemptMetadata
from tarash_core.models.job import Job

GRACE_SECONDS = 5.0

# What lies under the functions of ``signal``, which turn every handler into an enum first, at twenty times the cost.
_signals: Any = importlib.import_module("_signal") if "_signal" in sys.builtin_module_names else signal


class Left(BaseException):
    """Takes the place of an ask that was not carried out, as nobody waits for it any more: its batch was left."""


def buys(ask: Ask) -> bool:
    """Whether the ask is a purchase on its way."""
    return isinstance(ask, Send) and ask.request.effect == "buy"


def _press_again(thread: int) -> None:
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(thread, signal.SIGINT)
    else:
        import _thread

        _thread.interrupt_main()


def leave_word(original: BaseException, end: Any) -> None:
    """Puts on an interruption what the engine left behind: ``job``, ``execution_metadata``, and notes for the reader.

    Args:
        original: What the caller will see.
        end: What the engine returned or raised.
    """
    metadata = getattr(end, "execution_metadata", None)
    attempts: tuple[AttemptMetadata, ...] = metadata.attempts if metadata is not None else ()
    jobs = [end] if isinstance(end, Job) else [attempt.job for attempt in reversed(attempts) if attempt.job is not None]
    with suppress(AttributeError):
        original.job = jobs[0] if jobs else None  # type: ignore[attr-defined]
        original.execution_metadata = metadata  # type: ignore[attr-defined]
    if isinstance(end, Job):
        original.add_note(_receipt_note(end, True))
    for attempt in reversed(attempts):
        if attempt.job is not None:
            original.add_note(_receipt_note(attempt.job, attempt.unsettled))
        elif attempt.unsettled:
            original.add_note(f"Tarash: {attempt.provider} may have taken the job, but its answer was lost; {_LOOK}")


_LOOK = "look at the provider's own list of jobs before you send it again."


def _receipt_note(job: Job, goes_on: bool) -> str:
    how = f"take it up with wait_job({type(job).__name__}.from_json(…))"
    return f"Tarash: job {job.id} at {job.provider} {'goes on' if goes_on else 'has ended'}; {how}: {job.to_json()}"


class Departure:
    """What a driver knows about an interruption: what it was, and whether the engine was told."""

    def __init__(self, grace_seconds: float = GRACE_SECONDS) -> None:
        self.original: BaseException | None = None
        self._grace = grace_seconds
        self._untold = False

    def leave(self, end: Any) -> None:
        """Raises the interruption again, if there was one, with what the engine left behind: it is never swallowed.

        Args:
            end: What the engine returned or raised.
        """
        original = self.original or (end if isinstance(end, (KeyboardInterrupt, SystemExit)) else None)
        if original is None:
            return
        leave_word(original, end)
        raise original from (end if isinstance(end, Exception) else None)

    def _tell(self) -> None:
        """Throws the interruption that a purchase was given time to outlive."""
        if self._untold:
            self._untold = False
            raise Interrupted(sent=False)


class BlockingDeparture(Departure):
    """The same for the sync driver, where the interruption is Ctrl-C; it counts from its ``with`` block on.

    Ctrl-C breaks off a wait or a read at once. While the engine is at work it is kept until the next ask: between the
    answer of a purchase and its receipt nothing may be lost. A purchase is given the grace. Only in the main thread and
    with Python's own handler; a second Ctrl-C, or the end of the grace, goes through.
    """

    def __init__(self, grace_seconds: float = GRACE_SECONDS) -> None:
        super().__init__(grace_seconds)
        self._is_handling = False
        self._listens = False
        self._buys = False
        self._timer: threading.Timer | None = None

    def __enter__(self) -> Self:
        main = threading.current_thread() is threading.main_thread()
        self._is_handling = main and _signals.getsignal(signal.SIGINT) is signal.default_int_handler
        if self._is_handling:
            _signals.signal(signal.SIGINT, self._pressed)
        return self

    def __exit__(self, *problem: object) -> None:
        if self._is_handling:
            _signals.signal(signal.SIGINT, signal.default_int_handler)
        if self._untold and self.original not in problem and self.original is not None:
            raise self.original

    def _pressed(self, number: int, frame: Any) -> None:
        if self._listens or self._untold:
            signal.default_int_handler(number, frame)
        self.original, self._untold = self.original or KeyboardInterrupt(), True
        if self._buys:
            self._timer = threading.Timer(self._grace, _press_again, (threading.get_ident(),))
            self._timer.daemon = True
            self._timer.start()

    def guard(self, ask: Ask, carry_out: Callable[[], Any]) -> Any:
        """Carries out an ask; an interruption becomes :class:`Interrupted`, a second one during the grace too."""
        try:
            return self._purchase(carry_out) if buys(ask) else self._listening(carry_out)
        except (Exception, Interrupted):
            raise
        except BaseException as error:
            self.original = self.original or error
            raise Interrupted(sent=not isinstance(error, Left)) from None

    def _listening(self, carry_out: Callable[[], Any]) -> Any:
        try:
            self._listens = True
            self._tell()
            return carry_out()
        finally:
            self._listens = False

    def _purchase(self, carry_out: Callable[[], Any]) -> Any:
        try:
            self._buys = True
            self._tell()
            return carry_out()
        finally:
            self._buys = False
            if self._timer is not None:
                self._timer.cancel()


class AsyncDeparture(Departure):
    """The same for the async driver, where the interruption is a cancellation."""

    _until = 0.0

    async def guard(self, ask: Ask, carry_out: Callable[[], Awaitable[Any]]) -> Any:
        """Carries out an ask; a cancellation becomes :class:`Interrupted`, a second one during the grace too."""
        self._tell()
        if buys(ask):
            return await self._purchase(carry_out)
        try:
            return await (carry_out() if self.original is None else self._in_grace(carry_out))
        except BaseException as error:
            raise self._cancelled(error) from None

    def _cancelled(self, error: BaseException, sent: bool = True) -> BaseException:
        import anyio

        if not isinstance(error, (anyio.get_cancelled_exc_class(), KeyboardInterrupt, SystemExit)):
            return error
        if self.original is None:
            self.original, self._until = error, anyio.current_time() + self._grace
        return Interrupted(sent=sent)

    async def _in_grace(self, carry_out: Callable[[], Awaitable[Any]]) -> Any:
        import anyio

        with anyio.CancelScope(deadline=self._until, shield=True):
            return await carry_out()
        raise LostAnswerError("The grace after the cancellation is over; the provider may still be at work.")

    async def _purchase(self, carry_out: Callable[[], Awaitable[Any]]) -> Any:
        """Runs a purchase in a task of its own, which outlives a cancellation by the grace.

        It does not begin where the cancellation came before it.
        """
        import anyio.lowlevel

        try:
            await anyio.lowlevel.checkpoint()
        except BaseException as error:
            raise self._cancelled(error, sent=False) from None
        scope, finished, outcome = anyio.CancelScope(shield=True), anyio.Event(), Outcome()
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(outcome.keep, carry_out, scope, finished)
                try:
                    await finished.wait()
                except BaseException:
                    scope.deadline = anyio.current_time() + self._grace
                    raise
        except BaseException as error:
            self._cancelled(error)
            if self.original is None:
                raise
            self._untold = True
        return outcome.result()


class Outcome:
    """What a purchase in its own task came to."""

    def __init__(self) -> None:
        self.answer: Any = None
        self.failure: Exception = LostAnswerError("The purchase was cut off; it may have been carried out.")
        self.ended = False

    async def keep(self, carry_out: Callable[[], Awaitable[Any]], scope: Any, finished: Any) -> None:
        """Carries it out within the scope and remembers the answer or the error."""
        with scope:
            try:
                self.answer, self.ended = await carry_out(), True
            except Exception as error:
                self.failure = error
        finished.set()

    def result(self) -> Any:
        """The answer.

        Raises:
            TarashException: What the purchase raised, or that it was cut off.
        """
        if not self.ended:
            raise self.failure
        return self.answer
