"""The original's errors, which are those of ``tarash_core``, and its two helpers."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from tarash_core.compat.habits import note
from tarash_core.compat.handlers import wrapped
from tarash_core.errors import (
    ContentModerationError,
    GenerationFailedError,
    HTTPConnectionError,
    HTTPError,
    TarashException,
    TimeoutError,
    ValidationError,
)

__all__ = [
    "ContentModerationError", "GenerationFailedError", "HTTPConnectionError", "HTTPError", "TarashException",
    "TimeoutError", "ValidationError", "handle_video_generation_errors", "is_retryable_error",
]  # fmt: skip

note("import exceptions")


def is_retryable_error(error: BaseException) -> bool:
    """Whether the same request may succeed later; False for an error that is not of Tarash's tree."""
    note("is_retryable_error")
    return isinstance(error, TarashException) and error.retryable


def handle_video_generation_errors(function: Callable[..., Any]) -> Callable[..., Any]:
    """Turns what a handler's method raises into an error of Tarash's tree; for plain and async methods."""
    note("handle_errors")
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def waited(*given: Any, **fields: Any) -> Any:
            try:
                return await function(*given, **fields)
            except TarashException:
                raise
            except Exception as error:
                raise wrapped(error) from error

        return waited

    @functools.wraps(function)
    def called(*given: Any, **fields: Any) -> Any:
        try:
            return function(*given, **fields)
        except TarashException:
            raise
        except Exception as error:
            raise wrapped(error) from error

    return called
