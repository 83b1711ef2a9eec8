"""A clock that moves only when somebody sleeps, so that no test waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class VirtualClock:
    """Time for tests: sleeping moves it at once.

    Args:
        start: The moment at which it begins (UTC).

    Attributes:
        slept: Every sleep in seconds, in order.
    """

    def __init__(self, start: datetime = datetime(2026, 11, 22, tzinfo=UTC)) -> None:
        self._start = start
        self._passed = 0.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        """Seconds that have been slept."""
        return self._passed

    def now(self) -> datetime:
        """The start and what has been slept since."""
        return self._start + timedelta(seconds=self._passed)

    def advance(self, seconds: float) -> None:
        """Lets time pass."""
        self._passed += seconds

    def sleep(self, seconds: float) -> None:
        """Lets time pass, in the sync driver."""
        self.slept.append(seconds)
        self.advance(seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Lets time pass, in the async driver; other tasks get their turn, and a cancellation arrives here."""
        import anyio.lowlevel

        await anyio.lowlevel.checkpoint()
        self.sleep(seconds)
