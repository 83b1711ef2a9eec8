"""What a process remembers between callbacks: the keys that check them, and the ids of those it has read."""

from __future__ import annotations

import threading
from collections import OrderedDict
from weakref import WeakKeyDictionary

from attrs import field, frozen

from tarash_core.engine.clocks import Clock, SystemClock
from tarash_core.plugins.http import HttpResponse

_KEYS_LIVE_SECONDS = 24 * 3600.0
_BETWEEN_REFRESHES_SECONDS = 60.0
_MOST_KEYS = 64
_MOST_KEY_BYTES = 1 << 20
_MOST_EVENTS = 10_000


@frozen
class Kept:
    """An answer that was fetched to check callbacks, and when."""

    answer: HttpResponse
    at: float


class Shelf:
    """What this process has fetched to check callbacks: the few latest, each for a day."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, ...], Kept] = OrderedDict()
        self._refreshed: dict[tuple[str, ...], float] = {}
        self._lock = threading.Lock()

    def find(self, key: tuple[str, ...], now: float) -> HttpResponse | None:
        """The answer, if it is not too old."""
        with self._lock:
            found = self._kept.get(key)
            return found.answer if found is not None and 0 <= now - found.at < _KEYS_LIVE_SECONDS else None

    def keep(self, key: tuple[str, ...], answer: HttpResponse, now: float) -> None:
        """Keeps an answer, and lets go of the oldest."""
        if answer.status >= 400 or len(answer.content) > _MOST_KEY_BYTES:
            return
        with self._lock:
            self._kept[key] = Kept(answer, now)
            self._kept.move_to_end(key)
            while len(self._kept) > _MOST_KEYS:
                gone, _ = self._kept.popitem(last=False)
                self._refreshed.pop(gone, None)

    def drop(self, key: tuple[str, ...], now: float) -> bool:
        """Lets go of an answer that does not fit; once a minute, or forgeries would make us ask all the time."""
        with self._lock:
            if 0 <= now - self._refreshed.get(key, now - _BETWEEN_REFRESHES_SECONDS) < _BETWEEN_REFRESHES_SECONDS:
                return False
            self._refreshed[key] = now
            self._kept.pop(key, None)
            return True


class Events:
    """The ids of callbacks that were read; the latest ten thousand, each for as long as it could be sent again."""

    def __init__(self) -> None:
        self._until: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def knew(self, event: str, now: float, seconds: float) -> bool:
        """Remembers an id for so many seconds, and returns whether it was known already."""
        with self._lock:
            if self._until.get(event, now) > now:
                return True
            self._until[event] = now + seconds
            self._until.move_to_end(event)
            self._tidy(now)
            return False

    def _tidy(self, now: float) -> None:
        while self._until:
            oldest = next(iter(self._until))
            if self._until[oldest] > now and len(self._until) <= _MOST_EVENTS:
                return
            del self._until[oldest]


@frozen
class Memory:
    """Both, on one clock."""

    shelf: Shelf = field(factory=Shelf)
    events: Events = field(factory=Events)


_PROCESS = Memory()
_ELSEWHEN: WeakKeyDictionary[Clock, Memory] = WeakKeyDictionary()


def memory_of(clock: Clock) -> Memory:
    """The memory of this process; a clock of one's own, as tests bring, has its own."""
    return _PROCESS if isinstance(clock, SystemClock) else _ELSEWHEN.setdefault(clock, Memory())
