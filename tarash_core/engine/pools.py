"""The connections of a session, by the origin that they lead to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from attrs import frozen

T = TypeVar("T")


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

    @property
    def are_ours(self) -> bool:
        """Whether no transport of the user's is in the way."""
        return self._inner is None

    def of(self, url: str) -> Pool[T]:
        """The connections to the origin of a URL."""
        if self._inner is not None:
            return self._inner
        origin = origin_of(url)
        if origin not in self._made:
            with self._lock:
                if origin not in self._made:
                    self._made[origin] = self._make(origin)
        return self._made[origin]

    def leave(self) -> list[T]:
        """The transports that were made, which are forgotten here and have to be closed."""
        made, self._made = self._made, {}
        return [pool.transport for pool in made.values()]


def origin_of(url: str) -> str:
    """A URL up to its path."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.split('/', 1)[0].split('?', 1)[0]}"
