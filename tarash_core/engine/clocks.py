"""Time: where it comes from, and how much of it is left."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol

from attrs import define


class Clock(Protocol):
    """Where the engine and its drivers take their time from; tests bring their own."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back."""

    def now(self) -> datetime:
        """The present moment in UTC."""

    def sleep(self, seconds: float) -> None:
        """Waits, in the sync driver."""

    async def sleep_async(self, seconds: float) -> None:
        """Waits, in the async driver; can be cancelled."""


class SystemClock:
    """The real time."""

    def monotonic(self) -> float:
        """Seconds of the system's monotonic clock."""
        return time.monotonic()

    def now(self) -> datetime:
        """The system's time in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Sleeps; Ctrl-C ends it. No time at all is no system call."""
        if seconds > 0:
            time.sleep(seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Sleeps on the running event loop."""
        import anyio

        await anyio.sleep(seconds)


FOREVER = float("inf")


@define(eq=False)
class Deadline:
    """A moment on a clock until which something may go on.

    Attributes:
        clock: The clock.
        ends: Its reading at the end; infinite for no end.
        seconds: The length that was asked for, for the error's sentence.
    """

    clock: Clock
    ends: float = FOREVER
    seconds: float | None = None

    @classmethod
    def after(cls, clock: Clock, seconds: float | None) -> Deadline:
        """A deadline that many seconds from now; None for none."""
        return cls(clock) if seconds is None else cls(clock, clock.monotonic() + seconds, seconds)

    def left(self) -> float:
        """Seconds that are left; never negative."""
        return max(0.0, self.ends - self.clock.monotonic())

    def over(self) -> bool:
        """Whether the moment has passed."""
        return self.clock.monotonic() >= self.ends

    def sooner(self, other: Deadline) -> Deadline:
        """The one of the two that ends first."""
        return self if self.ends <= other.ends else other
