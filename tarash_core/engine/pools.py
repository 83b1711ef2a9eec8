"""The connections of a session, by the origin that they lead to."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from attrs import frozen

T = TypeVar("T")

_UP_TO_PATH = re.compile(r"[^:/?#]*://[^/?#]*")


@frozen
class Pool(Generic[T]):
    """The connections to one origin.

    Attributes:
        transport: What opens and keeps them.
        is_direct: Whether they lead to the origin itself: neither to a proxy nor through a transport of the user's.
    """

    transport: T
    is_direct: bool = False


class Pools(Generic[T]):
    """The connections by origin, each made when it is first needed; safe to share between threads.

    Args:
        make: Opens the connections to an origin.
        inner: A transport of the user's, which takes the place of them all.
    """

    def __init__(self, make: Callable[[str], Pool[T]], inner: T | None) -> None:
        self._make = make
        self._inner = None if inner is None else Pool(inner)
        self._made: dict[str, Pool[T]] = {}
        self._lock = threading.Lock()

    def of(self, url: str) -> Pool[T]:
        """The connections to the origin of a URL."""
        if self._inner is not None:
            return self._inner
        origin = origin_of(url)
        return self._made.get(origin) or self._opened(origin)

    def _opened(self, origin: str) -> Pool[T]:
        with self._lock:
            found = self._made.get(origin)
            if found is None:
                found = self._made[origin] = self._make(origin)
            return found

    def leave(self) -> list[T]:
        """The transports that were made, which are forgotten here and have to be closed."""
        with self._lock:
            made, self._made = self._made, {}
        return [pool.transport for pool in made.values()]


def origin_of(url: str) -> str:
    """A URL up to its path, query or fragment."""
    found = _UP_TO_PATH.match(url)
    return found[0] if found else url
