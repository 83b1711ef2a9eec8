"""What an engine generator may ask of the driver that runs it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any, Protocol, TypeAlias, TypeVar

from attrs import define, field, frozen

from tarash_core.plugins.http import Headers, HttpRequest
from tarash_core.plugins.provider import Blocking

T = TypeVar("T")


class Interrupted(BaseException):
    """Thrown into the engine when the caller cancels, presses Ctrl-C or closes; the driver re-raises the original.

    Args:
        sent: Whether what was asked for may have been carried out.

    Attributes:
        sent: The same.
        execution_metadata: Every attempt with its job, set by the engine on the way out.
    """

    execution_metadata: Any = None

    def __init__(self, sent: bool = True) -> None:
        super().__init__()
        self.sent = sent


LEAVING = (Interrupted, KeyboardInterrupt, SystemExit)
"""How the caller goes away: told by the driver, or by a signal while a hook is at work."""


class Sink(Protocol):
    """Where the body of a download goes, chunk by chunk."""

    def begin(self) -> None:
        """Forgets what an earlier try has written."""

    def write(self, chunk: bytes) -> None:
        """Takes the next chunk."""


@define(eq=False)
class Send:
    """Send this request and read its whole answer.

    Attributes:
        request: The request, its URL and headers final.
        seconds: How long the exchange may take in all.
        max_bytes: The largest body that is read.
        sink: Where the body of an answer below 300 goes instead of into memory.
        guarded: Whether the host is none that was configured: private and link-local addresses are refused, also
            those that its name stands for.
    """

    request: HttpRequest
    seconds: float
    max_bytes: int
    sink: Sink | None = None
    guarded: bool = False


@frozen
class Sleep:
    """Wait so many seconds."""

    seconds: float


@frozen
class Tell:
    """Call a function of the user's, which may be async in the async API; the answer is what it raised, or None."""

    function: Callable[[Any], Any]
    argument: Any = field(repr=False)


Ask: TypeAlias = Send | Sleep | Tell | Blocking
Flow: TypeAlias = Generator[Ask, Any, T]
"""An engine generator: it yields asks, is sent their answers, and returns a T."""


@frozen
class Received:
    """The head of an answer whose body went into a sink."""

    status: int
    headers: Headers
    url: str
    size_bytes: int


def headers_of(*parts: Mapping[str, str]) -> Headers:
    """Several sets of headers as one; later ones win."""
    merged: dict[str, str] = {}
    for part in parts:
        merged.update(part.items() if part else ())
    return Headers(merged)
