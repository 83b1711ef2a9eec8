"""Every error that Tarash raises.

::

    TarashException
    ├─ ValidationError (also ValueError)
    │  ├─ UnsupportedParameterError(field, value, allowed)
    │  ├─ RetiredModelError(replacement)
    │  ├─ ProviderNotInstalledError
    │  └─ BudgetExceededError
    ├─ HTTPError(status_code)
    │  ├─ AuthenticationError
    │  ├─ RateLimitError(retry_after_seconds)
    │  └─ InsufficientCreditsError
    ├─ HTTPConnectionError (also ConnectionError)
    │  └─ LostAnswerError
    ├─ GenerationFailedError
    │  ├─ JobCancelledError
    │  └─ JobExpiredError
    ├─ ContentModerationError
    ├─ TimeoutError (also the builtin; alias GenerationTimeoutError)
    ├─ DeliveryError
    ├─ WebhookError
    └─ PluginError

Each is a plain class that pickles. What is known when it is raised stands in its attributes; what the engine
learns later (the job, the attempts made) it adds with :func:`complete`.
"""

from __future__ import annotations

import builtins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

    from tarash_core.models.execution import ExecutionMetadata
    from tarash_core.models.job import Job

    Charged = Literal["no", "yes", "unknown"]


class TarashException(Exception):
    """The root of the tree; every error of Tarash is one.

    Args:
        message: One sentence that names the way out.
        provider: Canonical name of the provider, such as ``fal``.
        model: The model id as the caller wrote it.
        request_id: The provider's id of the job or request.
        raw_response: What the provider answered, redacted.
        job: The accepted job, with which the work can be taken up again.
        retryable: Whether the same request may succeed later; the class's own habit when None.
        charged: ``"no"``, ``"yes"`` or ``"unknown"``; ``"no"`` until somebody says otherwise.
        execution_metadata: Every attempt made, also those of earlier configs in a chain.
    """

    _retryable_by_nature = False

    def __init__(
        self,
        message: str,
        provider: str | None = None,
        model: str | None = None,
        request_id: str | None = None,
        raw_response: Any = None,
        *,
        job: Job | None = None,
        retryable: bool | None = None,
        charged: Charged | None = None,
        execution_metadata: ExecutionMetadata | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.provider = provider
        self.model = model
        self.request_id = request_id
        self.raw_response = raw_response
        self.job = job
        self.execution_metadata = execution_metadata
        self._retryable = retryable
        self._charged = charged

    @property
    def retryable(self) -> bool:
        """Whether the same request may succeed when it is sent again."""
        return self._retryable_by_nature if self._retryable is None else self._retryable

    @property
    def charged(self) -> Charged:
        """Whether the provider bills for what failed: ``"no"``, ``"yes"`` or ``"unknown"``."""
        return self._charged or "no"


def complete(
    error: TarashException,
    *,
    provider: str | None = None,
    model: str | None = None,
    request_id: str | None = None,
    job: Job | None = None,
    charged: Charged | None = None,
) -> TarashException:
    """Adds to an error what became known after it was raised; what it already says stays."""
    error.provider = error.provider or provider
    error.model = error.model or model
    error.request_id = error.request_id or request_id
    error.job = error.job or job
    error._charged = error._charged or charged
    return error


class ValidationError(TarashException, ValueError):
    """The request or the config cannot work as written; nothing was sent."""


class UnsupportedParameterError(ValidationError):
    """A model has no input for a parameter, or not for this value.

    Args:
        message: The sentence for the reader.
        field: The name of the parameter in our request.
        value: The value that was given.
        allowed: What the model takes instead, as a sentence or a list.
    """

    def __init__(
        self, message: str, *, field: str | None = None, value: Any = None, allowed: Any = None, **known: Any
    ) -> None:
        super().__init__(message, **known)
        self.field = field
        self.value = value
        self.allowed = allowed


class RetiredModelError(ValidationError):
    """The vendor has switched the model off.

    Args:
        message: The sentence for the reader.
        replacement: The vendor's successor, if one is known.
    """

    def __init__(self, message: str, *, replacement: str | None = None, **known: Any) -> None:
        super().__init__(message, **known)
        self.replacement = replacement


class ProviderNotInstalledError(ValidationError):
    """No installed package answers to the provider's name."""


class BudgetExceededError(ValidationError):
    """The estimated cost is over the limit that the caller set; nothing was bought."""


class HTTPError(TarashException):
    """The provider answered with an error status, or with something that cannot be read.

    Args:
        message: The sentence for the reader, with the vendor's own words.
        provider: Canonical name of the provider.
        model: The model id.
        request_id: The provider's id of the job or request.
        raw_response: What the provider answered, redacted.
        status_code: The HTTP status; None where no status was involved.
    """

    def __init__(
        self,
        message: str,
        provider: str | None = None,
        model: str | None = None,
        request_id: str | None = None,
        raw_response: Any = None,
        status_code: int | None = None,
        **known: Any,
    ) -> None:
        super().__init__(message, provider, model, request_id, raw_response, **known)
        self.status_code = status_code

    @property
    def retryable(self) -> bool:
        """True for 429 and the gateway's 5xx unless the provider says otherwise."""
        if self._retryable is not None:
            return self._retryable
        return self._retryable_by_nature or self.status_code in {408, 429, 500, 502, 503, 504}


class AuthenticationError(HTTPError):
    """The key is missing (no status), unknown (401) or not allowed to do this (403)."""


class RateLimitError(HTTPError):
    """The provider asks to slow down.

    Args:
        message: The sentence for the reader.
        retry_after_seconds: How long the provider asks to wait, if it says.
    """

    _retryable_by_nature = True

    def __init__(self, message: str, *args: Any, retry_after_seconds: float | None = None, **known: Any) -> None:
        super().__init__(message, *args, **known)
        self.retry_after_seconds = retry_after_seconds


class InsufficientCreditsError(HTTPError):
    """The account has no credit left; another account or provider may."""


class HTTPConnectionError(TarashException, ConnectionError):
    """The provider could not be reached; nothing was sent that could cost money."""

    _retryable_by_nature = True


class LostAnswerError(HTTPConnectionError):
    """A request went out and its answer was lost: it may have been carried out, and billed."""

    _retryable_by_nature = False


class GenerationFailedError(TarashException):
    """The provider took the job and could not finish it."""

    _retryable_by_nature = True


class JobCancelledError(GenerationFailedError):
    """The job was cancelled before it finished."""

    _retryable_by_nature = False


class JobExpiredError(GenerationFailedError):
    """The provider no longer knows the job or no longer keeps its result."""

    _retryable_by_nature = False


class ContentModerationError(TarashException):
    """The provider refused the prompt, an input or the result for its content."""


class TimeoutError(TarashException, builtins.TimeoutError):
    """A clock of the config ran out; ``job`` tells how to go on.

    Args:
        message: The sentence for the reader.
        provider: Canonical name of the provider.
        model: The model id.
        request_id: The provider's id of the job.
        raw_response: What the provider answered last, redacted.
        timeout_seconds: The length of the clock that ran out, in seconds.
    """

    _retryable_by_nature = True

    def __init__(
        self,
        message: str,
        provider: str | None = None,
        model: str | None = None,
        request_id: str | None = None,
        raw_response: Any = None,
        timeout_seconds: float | None = None,
        **known: Any,
    ) -> None:
        super().__init__(message, provider, model, request_id, raw_response, **known)
        self.timeout_seconds = timeout_seconds


GenerationTimeoutError = TimeoutError
"""The same class under a name that does not hide the builtin."""


class DeliveryError(TarashException):
    """The result exists but could not be fetched or stored; ask again, nothing need be bought."""

    _retryable_by_nature = True


class WebhookError(TarashException):
    """A callback is not authentic, too old, seen before, or unreadable; do not act on it.

    Args:
        message: The sentence for the reader.
        is_repeat: Whether it is authentic and was read before: answer as before, so that the vendor stops sending it.
    """

    def __init__(self, message: str, *args: Any, is_repeat: bool = False, **known: Any) -> None:
        super().__init__(message, *args, **known)
        self.is_repeat = is_repeat


class PluginError(TarashException):
    """An installed package breaks the contract between Tarash and its plugins."""
