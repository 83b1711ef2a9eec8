"""When a request is sent again, and after how long."""

from __future__ import annotations

import os
from collections.abc import Callable

from attrs import frozen

from tarash_core.errors import HTTPConnectionError, HTTPError, LostAnswerError, TarashException, ValidationError
from tarash_core.plugins.http import Effect


def unit_fraction() -> float:
    """An even random number from 0 to 1; from the system, so that forked workers do not march in step."""
    return int.from_bytes(os.urandom(4), "big") / 0xFFFFFFFF


@frozen(kw_only=True)
class Retry:
    """Exponential backoff with full jitter.

    Attributes:
        tries: How often a request is sent at most.
        first_seconds: Upper bound of the first wait.
        most_seconds: Upper bound of any wait of ours.
        most_asked_seconds: The longest wait that a vendor's Retry-After is granted.
        fraction: The jitter, 0 to 1.
    """

    tries: int = 4
    first_seconds: float = 0.5
    most_seconds: float = 20.0
    most_asked_seconds: float = 120.0
    fraction: Callable[[], float] = unit_fraction

    def wait(self, effect: Effect, error: TarashException, tried: int) -> float | None:
        """Seconds to wait before the next try; None when there shall be none."""
        if tried >= self.tries or not may_repeat(effect, error):
            return None
        asked = getattr(error, "retry_after_seconds", None)
        if asked is not None:
            return None if asked > self.most_asked_seconds else float(asked)
        return self.fraction() * min(self.most_seconds, self.first_seconds * 2.0 ** (tried - 1))


def may_repeat(effect: Effect, error: TarashException) -> bool:
    """Whether sending the request again cannot buy twice and may help.

    A purchase is repeated when it never left this machine, or when the provider's own table says that the answer
    was neither charged nor final.
    """
    if isinstance(error, LostAnswerError):
        return effect != "buy"
    if isinstance(error, HTTPConnectionError):
        return True
    if effect == "buy":
        return error.retryable and error._charged == "no"
    return error.retryable


def bought_nothing(error: TarashException) -> bool:
    """Whether it is sure after this error of a purchase that nothing was bought.

    It is when the provider's own table says so, when nothing was sent, and after a 4xx of which the table says nothing.
    """
    if error._charged is not None:
        return error._charged == "no"
    if isinstance(error, HTTPConnectionError):
        return not isinstance(error, LostAnswerError)
    if isinstance(error, ValidationError):
        return True
    return isinstance(error, HTTPError) and 400 <= (error.status_code or 0) < 500
